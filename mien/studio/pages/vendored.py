"""What the pages use of others: which files, under which licences, and what a browser must allow for them.

`static/vendor/SHA256SUMS` has the checksums of the files as they were published on npm, without the line that names
a source map. They are never changed here: a new version is a new file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vendored:
    """A package of npm, the file that is served of it, and its licence."""

    package: str
    version: str
    file: str
    licence: str


VENDORED = (
    Vendored("htmx.org", "2.0.11", "htmx-2.0.11.min.js", "0BSD"),
    Vendored("@google/model-viewer", "4.4.0", "model-viewer-4.4.0.min.js", "Apache-2.0"),
)

VIEWER_STYLE = "'sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0='"
"""For style-src of the content security policy: the one style sheet that model-viewer writes into its own element."""

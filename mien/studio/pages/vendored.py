"""What the pages use of others: which files, under which licences, and what a browser must allow for them.

`static/vendor/SHA256SUMS` has the checksums of the files as they were published on npm, without the line that names
a source map. They are never changed here: a new version is a new file. The viewer of heads is the one that the pages of
`mien.heads.export` hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.heads.export.viewer import MODEL_VIEWER, MODEL_VIEWER_VERSION


@dataclass(frozen=True)
class Vendored:
    """A package of npm, the file that is served of it, and its licence."""

    package: str
    version: str
    file: str
    licence: str


VENDORED = (
    Vendored("htmx.org", "2.0.11", "htmx-2.0.11.min.js", "0BSD"),
    Vendored("@google/model-viewer", MODEL_VIEWER_VERSION, f"model-viewer-{MODEL_VIEWER_VERSION}.min.js", "Apache-2.0"),
)

SHARED: Mapping[str, Path] = {f"vendor/model-viewer-{MODEL_VIEWER_VERSION}.min.js": MODEL_VIEWER}
"""Path under /static → a file of another package."""

VIEWER_STYLE = "'sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0='"
"""For style-src of the content security policy: the one style sheet that model-viewer writes into its own element."""

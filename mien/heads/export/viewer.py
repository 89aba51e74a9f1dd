"""The script that turns and plays a head in a browser: Google's `<model-viewer>` (Apache-2.0).

It lies in `vendor/` with its licences, unchanged but for its last line, which named a map of its sources that is not
there: browsers ask for it. `page.py` puts it into a page, the studio serves it. Imports nothing.
"""

from __future__ import annotations

from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"

MODEL_VIEWER = VENDOR / "model-viewer.min.js"

MODEL_VIEWER_VERSION = "4.4.0"
"""Version of npm's @google/model-viewer."""

MODEL_VIEWER_SHA256 = "18b2e711035aa4705ee281530a55dc2338ff05eed3d70ae16d54105282a75ed5"
"""Digest of the file as it was published: with `MODEL_VIEWER_MAP` at its end."""

MODEL_VIEWER_MAP = "//# sourceMappingURL=model-viewer.min.js.map\n"
"""The line that was left out."""

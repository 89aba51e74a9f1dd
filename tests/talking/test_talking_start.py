"""What `mien talk` imports before its first frame: neither torch's compiler nor what only the 3D heads need."""

from __future__ import annotations

import subprocess
import sys

import pytest

BUILD = """
import sys, torch
from mien.talking.networks.generator import Generator, GeneratorConfig
config = GeneratorConfig(
    architecture={architecture!r}, size=32, fps=25, sample_rate=16000, image_channels=(4, 8), speech_width=8,
    code_width=16,
)
with torch.device("meta"):
    Generator(config)
print([name for name in ("torch._dynamo", "sympy") if name in sys.modules])
"""

COMMAND = """
import sys
import mien.talking.generate.talk
print([name for name in ("numba", "mien.heads.embedded.head", "mien.heads.export.glb") if name in sys.modules])
"""


def printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()


@pytest.mark.parametrize("architecture", ["warp", "direct"])
def test_a_model_is_checked_without_torchs_compiler(architecture: str) -> None:
    assert printed(BUILD.format(architecture=architecture)) == "[]"


def test_a_photo_talks_without_what_only_heads_need() -> None:
    assert printed(COMMAND) == "[]"

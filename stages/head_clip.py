"""The CLIP of heads that guides, and another one that judges."""

from pathlib import Path

from mien.sculpt.options import HeadClipOptions
from stages.paths import HEADS_CORPUS, MODELS
from stages.shell import StageRun, run


def head_clip(options: HeadClipOptions, stage: StageRun) -> None:
    """Train guide and judge: labels first, then sentences against pictures."""
    from mien.sculpt.clip.train import train_head_clip

    out = MODELS / "head_clip"
    stage.metrics(train_head_clip(HEADS_CORPUS, options, out, stage.training, cache=Path(".cache/text")))


if __name__ == "__main__":
    run(head_clip, distributed=True)

"""Options of the corpus of figures: its section of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options


class FiguresCorpusOptions(Options):
    """Rendered clips of figures that move, in places, with texts.

    What is learned from the corpus is limited by its number of scenes, not of frames: many clips with few frames each.
    """

    train: int = Field(default=900, ge=1, description="clips to train on")
    val: int = Field(default=48, ge=0, description="other clips without held-out combinations")
    held_out: int = Field(default=64, ge=0, description="clips with combinations that are not in the training clips")
    judge_train: int = Field(default=1800, ge=0, description="clips to train judges on: other bodies in other light")
    judge_val: int = Field(default=160, ge=0, description="other clips to validate judges on")
    size: int = Field(default=96, ge=32, le=512, description="side of the pictures in pixels")
    frames: int = Field(default=16, ge=1, le=256, description="of a clip of val and held_out")
    train_frames: int = Field(default=8, ge=1, le=256, description="of a clip of train")
    judge_frames: int = Field(default=2, ge=1, le=256, description="of a clip of judge_*, half a second and more apart")
    fps: float = Field(default=12.5, gt=0, le=120, description="frames a second")
    captions: int = Field(default=2, ge=1, le=16, description="texts of each clip in each language")
    bvh: str = Field(default="", description="folder with BVH files of motions to use besides the built-in ones")
    bvh_share: float = Field(default=0.3, ge=0, le=1, description="share of clips with a motion of the folder bvh")
    seed: int = Field(default=0, ge=0, description="of scenes, motions, cameras and texts")

    def frames_of(self, part: str) -> int:
        """Frames of a clip of a part."""
        return self.train_frames if part == "train" else self.judge_frames if part.startswith("judge") else self.frames

"""Where the stages' outs lie; dvc.yaml says the same."""

from pathlib import Path

CORPUS = Path("data/corpus")
RESAMPLED = Path("data/resampled")
FACES = Path("data/faces")
SPLIT = Path("data/split/split.csv")
EVALUATION = Path("data/evaluate_talking")
MOTIONS = Path("data/motion_clips")
MOTION_EVALUATION = Path("data/evaluate_motion")
SHAPES_CORPUS = Path("data/shapes_corpus")
SHAPES_EVALUATION = Path("data/evaluate_shapes")
MODELS = Path("models")
METRICS = Path("metrics")
"""Where each stage has a file with its headline figures, if it has any."""
DETAILS = METRICS / "details"
"""Where each stage has a file with all its figures."""
CLIP_CACHE = Path(".cache/clips")
CLIPS = "clips.csv"
"""The clips table in the folder of each stage that makes one."""

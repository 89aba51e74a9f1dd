"""Paths of the stages' outs, as in dvc.yaml."""

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
HEADS_CORPUS = Path("data/heads_corpus")
SCULPT_EVALUATION = Path("data/evaluate_sculpt")
FIGURES_CORPUS = Path("data/figures_corpus")
FOLLOW_EVALUATION = Path("data/evaluate_follow")
MODELS = Path("models")
METRICS = Path("metrics")
"""Folder with a file of headline figures for each stage that has any."""
DETAILS = METRICS / "details"
"""Folder with a file of all figures for each stage."""
CLIP_CACHE = Path(".cache/clips")
CLIPS = "clips.csv"
"""Name of the clips table in the folder of each stage that writes one."""

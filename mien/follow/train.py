"""Training of the model of figures that follow: each part by itself, written together."""

from __future__ import annotations

from pathlib import Path

from mien.bodies.lifting.train import train_lifter
from mien.follow.diffusion.train import train_diffusion
from mien.follow.look.train import train_look
from mien.follow.model import DIFFUSION, LIFTER, LOOK
from mien.follow.options import FollowOptions
from mien.follow.scenes.train import train_scene_prior
from mien.training.model_folder import save_models
from mien.training.run import Run


def train_follow(corpus: Path, options: FollowOptions, out: Path, run: Run) -> dict[str, float]:
    """Train all parts, write them to `out`, all or none, and return their figures, named by part.

    corpus: folder of a `FiguresCorpus`. The parts need nothing of each other. Raises ValueError for a corpus without
    training clips.
    """
    parts = {
        "": train_scene_prior(options.scenes, run.phase("scenes", "scenes_")),
        LIFTER: train_lifter(options.lifter, run.phase("lifter", "lifter_")),
        LOOK: train_look(corpus, options.look, run.phase("look", "look_")),
        DIFFUSION: train_diffusion(corpus, options.diffusion, run.phase("diffusion", "diffusion_")),
    }
    save_models(out, parts)
    return {f"{name or 'scenes'}_{key}": value for name, part in parts.items() for key, value in part.figures.items()}

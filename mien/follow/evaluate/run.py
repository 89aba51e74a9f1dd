"""The whole evaluation of the trained system: clips, rows, and what is measured beside them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from mien.bodies.places.painter import PlacePainter
from mien.bodies.scene import Light, Scene
from mien.bodies.training.judge import KIND as POSE_KIND
from mien.bodies.training.judge import PoseJudge
from mien.files import atomic_directory
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.evaluate.choose import HELD_OUT, VAL, asked_clip, choose_parts, many_texts
from mien.follow.evaluate.diversity import measure_diversity
from mien.follow.evaluate.evaluate import FollowEvaluation, fingerprint_data
from mien.follow.evaluate.finders import MediaPipeFinder
from mien.follow.evaluate.long import measure_long
from mien.follow.evaluate.measure import MEDIAPIPE, OWN, Observer, PoseFinder
from mien.follow.evaluate.models import TrainedFollower
from mien.follow.evaluate.options import EvaluateFollowOptions
from mien.follow.evaluate.report import FollowReport
from mien.follow.evaluate.samples import ENGLISH
from mien.follow.evaluate.sources import all_sources
from mien.follow.evaluate.words import measure_words
from mien.follow.judge.network import KIND as JUDGE_KIND
from mien.follow.judge.network import FigureJudge
from mien.follow.model import DIFFUSION
from mien.follow.registration import MODEL
from mien.systems.evaluation.evaluate import evaluate, identity_of
from mien.systems.evaluation.figures import rounded
from mien.tracking.values import numbers
from mien.training.curves import Log
from mien.training.model_folder import read_config

_SMALL = 16
"""Side of a place of which only the light is wanted."""

LONG_RATE = Fraction(25)
"""Frames a second of the long video."""


def evaluate_follow(
    corpus: Path, follow: Path, pose: Path, judge: Path, options: EvaluateFollowOptions, out: Path, log: Log
) -> dict[str, Any]:
    """Evaluate the model in the folder `follow` with the judges in `pose` and `judge`.

    Returns the metrics, see `mien.systems.evaluation.evaluate.evaluate`, with `words`, `diversity` and `long` beside
    the rows. Writes the report to the folder `out` atomically. Deterministic except for seconds and memory. Raises
    ValueError for a missing or damaged model, ClipStoreError without a corpus.
    """
    figures = FiguresCorpus(corpus)
    opened = MODEL.open(follow)
    follower = TrainedFollower(opened.model)
    finders: dict[str, PoseFinder] = {OWN: PoseJudge.load(pose)}
    if options.mediapipe:
        finders[MEDIAPIPE] = MediaPipeFinder(options.enlarged)
    observer = Observer(FigureJudge.load(judge), finders, options.judged, light_of)
    baseline = follower.model.diffusion if (follow / DIFFUSION).exists() else None
    parts = choose_parts(figures, options)
    judges = [read_config(judge, (JUDGE_KIND,))["sha256"], read_config(pose, (POSE_KIND,))["sha256"]]
    identity = identity_of("follow", fingerprint_data(parts), judges, options, shown=("show",))
    with atomic_directory(out) as folder:
        report = FollowReport(folder, options.show)
        report.choose(parts)
        sources = all_sources(follower, baseline, options.hidden, options.seed)
        evaluation = FollowEvaluation(sources, observer, report, options.seed)
        metrics = evaluate(evaluation.rows, parts, evaluation, report, log, {"model": opened.version, **identity})
        further = _further(figures, follower, options)
        log(numbers(further), sum(map(len, parts.values())))
        return {**metrics, **rounded(further)}


def light_of(scene: Scene) -> Light:
    """The light on a figure in the place of a scene."""
    return PlacePainter(scene, _SMALL, _SMALL).light


def _further(figures: FiguresCorpus, follower: TrainedFollower, options: EvaluateFollowOptions) -> dict[str, Any]:
    """Words in all languages, diversity, and the long video."""
    texts = many_texts(figures, options.counted, options)
    found: dict[str, Any] = {"words": measure_words(follower, texts, options.seed)}
    if options.texts:
        english = [one for part in (VAL, HELD_OUT) for one in texts[part] if one.language == ENGLISH]
        step = max(1, len(english) // options.texts)
        scenes = [figures.scenes[int(number)] for number in figures.numbers(VAL)]
        chosen = english[::step][: options.texts]
        found["diversity"] = measure_diversity(follower, chosen, scenes, options.answers, options.seed)
    if options.seconds:
        number = int(next(one for part in (VAL, HELD_OUT) for one in figures.numbers(part)))
        clip = asked_clip(figures, number, options.frames)
        found["long"] = measure_long(follower, clip.at_rate(LONG_RATE), clip.scene, options.seconds)
    return found

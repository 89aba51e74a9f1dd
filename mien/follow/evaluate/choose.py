"""Which clips of the corpus are evaluated, and with which texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.resources import files

import numpy as np

from mien.bodies.scene import LABELS
from mien.follow.corpus.language.captions import Caption, Wording, caption
from mien.follow.corpus.language.typing import typed
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.evaluate.options import EvaluateFollowOptions
from mien.follow.evaluate.samples import ENGLISH, LANGUAGES, PLAIN, VIETNAMESE, AskedClip, Facts, FollowSample
from mien.follow.judge.visibility import seen_attributes
from mien.systems.evaluation.evaluate import draw_samples
from mien.training.randomness import numpy_generator

VAL, WORDINGS, HELD_OUT, WRITTEN = PARTS = ("val", "wordings", "held_out", "written")

_WORDING: dict[str, Wording] = {VAL: "train", WORDINGS: "held_out", HELD_OUT: "train"}


def choose_parts(corpus: FiguresCorpus, options: EvaluateFollowOptions) -> dict[str, list[FollowSample]]:
    """Part → samples: `clips` clips of the corpus' val and held_out each, with a text in every language."""
    parts = {
        part: list(_samples(corpus, part, options.clips, options))
        for part in (VAL, WORDINGS, HELD_OUT)
    }  # fmt: skip
    clips = list({sample.clip.clip_id: sample.clip for sample in parts[VAL]}.values())
    return {**parts, WRITTEN: written_samples(clips, options.written)}


def many_texts(corpus: FiguresCorpus, most: int, options: EvaluateFollowOptions) -> dict[str, list[FollowSample]]:
    """The same parts with texts of at most `most` clips, for what needs no pictures; the facts are all that is said."""
    return {part: list(_samples(corpus, part, most, options, False)) for part in (VAL, WORDINGS, HELD_OUT)}


def _samples(
    corpus: FiguresCorpus, part: str, most: int, options: EvaluateFollowOptions, seen_only: bool = True
) -> Iterator[FollowSample]:
    stored = HELD_OUT if part == HELD_OUT else VAL
    for number in draw_samples(corpus.numbers(stored), most, stored, options.seed):
        clip = asked_clip(corpus, number, options.frames)
        seen = _seen(clip, options.judged) if seen_only else set(clip.scene.visible())
        for language in LANGUAGES:
            told = _told(clip, language, _WORDING[part], options.seed)
            text = typed(told.text, "unaccented") if language == PLAIN else told.text
            facts = {name: accepted for name, accepted in told.facts.items() if name in seen}
            yield FollowSample(f"{part}-{clip.clip_id}-{language}", part, language, text, facts, clip)


def _told(clip: AskedClip, language: str, wording: Wording, seed: int) -> Caption:
    """A text about a clip; the Vietnamese one without accents is the Vietnamese one."""
    rng = numpy_generator(seed, f"text of {clip.clip_id}")
    return caption(clip.scene, rng, "en" if language == ENGLISH else "vi", wording)


def asked_clip(corpus: FiguresCorpus, number: int, frames: int) -> AskedClip:
    """The first frames of a clip of the corpus."""
    rate = Fraction(corpus.takes[number].fps).limit_denominator(1001)
    clip = corpus[number]
    return AskedClip(clip.clip_id, clip.frames, clip.joints, clip.scene, rate).first(frames)


def _seen(clip: AskedClip, judged: int) -> set[str]:
    """The attributes that can be seen in most of the frames that are judged."""
    rows = clip.rows(judged)
    seen = seen_attributes(clip.scene, clip.joints[rows], *clip.size)
    return {name for name, frames in seen.items() if np.mean(frames) > 0.5}


def written_samples(clips: Sequence[AskedClip], most: int) -> list[FollowSample]:
    """At most `most` prompts that were written by hand, evenly spaced, each with the poses of a clip in turn."""
    source = files("mien.follow.corpus.language") / "written.jsonl"
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    rows = rows[:: max(1, len(rows) // most)][:most] if most else []
    whole = [clip for clip in clips if "bottom" in _everywhere(clip)] or list(clips)
    samples = []
    for number, row in enumerate(rows if whole else []):
        facts: Facts = {name: frozenset(some) for name, some in row["facts"].items() if name in LABELS}
        clip = whole[number % len(whole)]
        language = row["language"] if row["language"] in LANGUAGES else VIETNAMESE
        samples.append(FollowSample(f"written-{number:03d}", WRITTEN, language, row["text"], facts, clip, False))
    return samples


def _everywhere(clip: AskedClip) -> set[str]:
    """The attributes whose part of the figure is in every frame, of a figure that wears everything."""
    from mien.bodies.scene import Scene

    dressed = Scene(hat="cap", top_pattern="stripes")
    return {name for name, frames in seen_attributes(dressed, clip.joints, *clip.size).items() if frames.all()}

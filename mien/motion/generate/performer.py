"""From texts to one motion: each text is read as a plan, performed a few times, measured, and the best one kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from mien.heads.performance import Performance
from mien.motion.corpus.actions import SPEED_EDGES
from mien.motion.corpus.plan import Plan
from mien.motion.corpus.timeline import Placed, shift
from mien.motion.data.features import FPS, WIDTH, to_performance
from mien.motion.generate.condition import Condition, draw_timeline, sample_seed
from mien.motion.generate.parts import Part, cut_plan, whole_frames
from mien.motion.generate.script import LONGEST_SECONDS
from mien.motion.language.reading import Reading
from mien.motion.measure.differences import choose, differences, is_as_planned
from mien.motion.measure.events import Event, detect_events
from mien.motion.networks.transformer import LONGEST
from mien.systems.errors import RequestError
from mien.text.languages import is_vietnamese

if TYPE_CHECKING:
    from mien.motion.generate.mover import Mover

SAMPLES = 4
"""Motions of a plan from which the best one is chosen."""

STILL_SECONDS = 2.0
"""Length of a motion in which nothing is to be done."""

OVERLAP = 24
"""Frames of the previous motion with which the next segment starts: about one second."""


@dataclass(frozen=True)
class TimedText:
    """A text and the length of its motion in seconds; None: predicted from the text.

    at: the time of its row in a time line, for messages; None where it is of none.
    """

    text: str
    seconds: float | None = None
    at: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Cue:
    """What was made of a text.

    plan: what was understood; None where the model read the words itself. start, end: of its motion, in seconds.
    notes: for the user, on the words, and on what the motion does otherwise than the plan.
    """

    text: str
    plan: Plan | None
    start: float
    end: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Performed:
    """A motion, and its cues in order of time."""

    performance: Performance
    cues: tuple[Cue, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all cues."""
        return tuple(dict.fromkeys(note for cue in self.cues for note in cue.notes))

    def delayed(self, performance: Performance, seconds: float) -> Performed:
        """Another performance, in which the cues come `seconds` later."""
        cues = (replace(cue, start=cue.start + seconds, end=cue.end + seconds) for cue in self.cues)
        return Performed(performance, tuple(cues))


class Performer:
    """One motion in the making: the features and the actions so far."""

    def __init__(
        self, mover: Mover, seed: int, guidance: float | None, steps: int | None, samples: int,
        advance: Callable[[int], None] | None,
    ) -> None:  # fmt: skip
        self.mover, self.seed, self.guidance, self.steps = mover, seed, guidance, steps
        self.samples, self.advance = samples, advance
        self._features = torch.zeros(0, WIDTH)
        self._placed: tuple[Placed, ...] = ()
        self._segment = 0

    def perform(self, timed_texts: Sequence[TimedText]) -> Performed:
        """See `Mover.perform`."""
        readings = [self.mover.read(timed_text.text) for timed_text in timed_texts]
        unread = [self._word_notes(*one) for one in zip(timed_texts, readings, strict=True)]
        self._check_length(timed_texts, readings)
        cues = []
        for timed_text, reading, notes in zip(timed_texts, readings, unread, strict=True):
            start = self.seconds
            if reading.still:
                self._keep_still(timed_text)
            elif reading.plan is None:
                self._perform_words(timed_text)
            else:
                notes += self._perform_plan(timed_text, reading.plan)
            cues.append(Cue(timed_text.text, reading.plan, start, self.seconds, (*reading.notes, *notes)))
        return Performed(to_performance(self._features.numpy()), tuple(cues))

    @property
    def seconds(self) -> float:
        """Length so far."""
        return len(self._features) / float(FPS)

    def _word_notes(self, timed_text: TimedText, reading: Reading) -> tuple[str, ...]:
        """What the model will not read of a text that it reads itself. Raises RequestError if that is all of it."""
        if reading.plan is not None or reading.still:
            return ()
        try:
            foreign = is_vietnamese(timed_text.text)
            if (reading.unable and not foreign) or (
                timed_text.text.strip() and not any(map(str.isalnum, timed_text.text))
            ):
                raise RequestError(
                    f"{timed_text.text[:60]!r} is no movement that this head can make: say it with words such as nods, "
                    "smiles, looks left"
                )
            return self.mover.word_notes(timed_text.text)
        except RequestError as error:
            if timed_text.at is None:
                raise
            raise RequestError(f"at {timed_text.at:g} s of the time line: {error}") from None

    def _check_length(self, timed_texts: Sequence[TimedText], readings: Sequence[Reading]) -> None:
        seconds = [
            self._usual_seconds(timed_text, reading) if timed_text.seconds is None else timed_text.seconds
            for timed_text, reading in zip(timed_texts, readings, strict=True)
        ]
        if sum(seconds) > LONGEST_SECONDS + 1 / float(FPS):
            raise RequestError(f"all texts together take longer than {LONGEST_SECONDS:.0f} s")

    def _usual_seconds(self, timed_text: TimedText, reading: Reading) -> float:
        timer = self.mover.model.timer
        if reading.still:
            return STILL_SECONDS
        if reading.plan is None or timer is None:
            return self.mover.seconds_for(timed_text.text)
        return timer.usual_seconds(reading.plan)

    def _keep_still(self, timed_text: TimedText) -> None:
        """Nothing but small movements."""
        seconds = STILL_SECONDS if timed_text.seconds is None else timed_text.seconds
        for frames in segment_lengths(max(1, round(seconds * FPS))):
            self._perform_part(timed_text.text, Part(None, None), frames)

    def _perform_words(self, timed_text: TimedText) -> None:
        """The model reads the text itself; each segment of a longer motion is conditioned on the whole of it."""
        seconds = timed_text.seconds
        seconds = self.mover.seconds_for(timed_text.text) if seconds is None else seconds
        for frames in segment_lengths(round(seconds * FPS)):
            overlap = self._overlap(frames)
            condition = Condition(timed_text.text, frames + overlap, self.seed, None)
            self._extend(self._generate([condition], overlap)[0], ())

    def _perform_plan(self, timed_text: TimedText, plan: Plan) -> tuple[str, ...]:
        timer = self.mover.model.timer
        assert timer is not None
        parts = cut_plan(timer, plan, timed_text.seconds)
        if timed_text.seconds is None:
            frames: list[int | None] = [None for _ in parts]
        else:
            frames = [*whole_frames(parts, max(1, round(timed_text.seconds * FPS)), float(FPS))]
        misses: list[str] = []
        for part, own in zip(parts, frames, strict=True):
            misses += self._perform_part(timed_text.text, part, own)
        return (*misses, *_haste(timer.usual_seconds(plan), timed_text.seconds))

    def _perform_part(self, text: str, part: Part, frames: int | None) -> tuple[str, ...]:
        """Further samples are made, all at once, only where the first one is not as planned."""
        tries = self._try(text, part, frames, [0])
        if part.plan is None:
            self._extend(*tries[0])
            return ()
        events = [_events(tries[0][0])]
        if self.samples > 1 and not is_as_planned(part.plan, events[0]):
            tries += self._try(text, part, frames, list(range(1, self.samples)))
            events = [_events(features) for features, _ in tries]
        best = choose(part.plan, events)
        self._extend(*tries[best])
        return differences(part.plan, events[best])

    def _try(
        self, text: str, part: Part, frames: int | None, numbers: Sequence[int]
    ) -> list[tuple[Tensor, tuple[Placed, ...]]]:
        """The samples of these numbers: new features and actions with their times."""
        drafts = [self._draft(part, frames, number) for number in numbers]
        overlap = self._overlap(max(own for _, own in drafts))
        past = shift(self._placed, overlap / float(FPS) - self.seconds)
        conditions = [
            Condition(
                text, own + overlap, sample_seed(self.seed, number), (*past, *shift(placed, overlap / float(FPS)))
            )
            for number, (placed, own) in zip(numbers, drafts, strict=True)
        ]
        made = self._generate(conditions, overlap)
        return [(features, placed) for features, (placed, _) in zip(made, drafts, strict=True)]

    def _draft(self, part: Part, frames: int | None, number: int) -> tuple[tuple[Placed, ...], int]:
        """Actions with their times in this part, and its frames."""
        timer = self.mover.model.timer
        if part.plan is None or timer is None:
            return (), frames or 1
        given = None if frames is None else frames / float(FPS)
        timeline, seconds = draw_timeline(timer, part.plan, self.seed, number, given, self._segment)
        return timeline.placed, min(LONGEST, max(1, round(seconds * FPS))) if frames is None else frames

    def _overlap(self, frames: int) -> int:
        return max(0, min(OVERLAP, len(self._features), LONGEST - frames))

    def _generate(self, conditions: Sequence[Condition], overlap: int) -> list[Tensor]:
        """New features (T_i, 63) of each condition, without the overlap."""
        known = None
        if overlap:
            known = self._features[len(self._features) - overlap :][None].expand(len(conditions), -1, -1)
        made = self.mover.features(conditions, self.guidance, self.steps, known, self._segment)
        return [one[overlap:] for one in made]

    def _extend(self, features: Tensor, placed: tuple[Placed, ...]) -> None:
        self._placed = (*self._placed[-8:], *shift(placed, self.seconds))
        self._features = torch.cat([self._features, features])
        self._segment += 1
        if self.advance is not None:
            self.advance(len(features))


def _haste(usual: float, seconds: float | None) -> tuple[str, ...]:
    """A note where less time is given than the actions take."""
    if seconds is None or seconds >= SPEED_EDGES[0] * usual:
        return ()
    return (f"{seconds:.1f} s are short: at its usual speed, what is asked takes {usual:.1f} s, so it is done faster",)


def _events(features: Tensor) -> tuple[Event, ...]:
    return detect_events(to_performance(features.numpy()))


def segment_lengths(frames: int) -> list[int]:
    """Lengths of segments of similar length that sum to `frames`; each is at most `LONGEST` with the overlap."""
    if frames <= LONGEST:
        return [max(1, frames)]
    count = -(-frames // (LONGEST - OVERLAP))
    edges = np.linspace(0, frames, count + 1).round().astype(int)
    return [int(b - a) for a, b in pairwise(edges)]

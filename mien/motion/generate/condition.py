"""What one motion of a batch is made from, and how several samples of one plan differ."""

from __future__ import annotations

from dataclasses import dataclass

from mien.motion.corpus.plan import Plan
from mien.motion.corpus.timeline import Placed, Timeline
from mien.motion.networks.timer import Timer
from mien.training.randomness import derived_seed, numpy_generator


@dataclass(frozen=True)
class Condition:
    """What a motion is made from.

    text: read by the model unless there is a timeline. frames: 1 to 250. seed: of the noise. placed: the actions and
    when they are done, in seconds; () for nothing, None for no timeline.
    """

    text: str
    frames: int
    seed: int
    placed: tuple[Placed, ...] | None = None


def sample_seed(seed: int, number: int) -> int:
    """Seed of the noise of sample `number`; the first has the seed itself, so that it is the same of however many."""
    return seed if number == 0 else derived_seed(seed, "sample", number)


def draw_timeline(
    timer: Timer, plan: Plan, seed: int, number: int, seconds: float | None, segment: int = 0
) -> tuple[Timeline, float]:
    """The timeline of sample `number` of a plan, and its length in seconds; see `Timer.sample`."""
    return timer.sample(plan, numpy_generator(derived_seed(seed, "timeline", segment), "timeline", number), seconds)

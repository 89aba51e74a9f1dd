"""Detection of actions in the parameters of a motion: kind, time, count, side, extent and speed.

Every kind has one signal in units of its full extent. An event is an interval in which the signal leaves rest; its
shape (a plateau or peaks) distinguishes a nod from a lowered head and a shake from a turn. A composite, such as a yawn,
is one event, not several of its parts. The detection does not use the text; `match_plan` compares the events with a
plan afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.heads.performance import Performance
from mien.motion.corpus.actions import (
    KINDS,
    SPEED_EDGES,
    STRENGTH_EDGES,
    STRENGTHS,
    Action,
    Speed,
    Strength,
    draw_curve,
    usual_timing,
)
from mien.motion.measure.bursts import DETECTION_THRESHOLD, Burst, find_bursts, group_bursts
from mien.motion.measure.signals import SMOOTHING_SECONDS, signals_of

Array = NDArray[np.float64]

BLINK_GAP_RATIO = 2.1
"""As `GAP_RATIO`: between two blinks the eyes are open for longer than they are closed."""

_NOMINAL_FPS = 100.0


@dataclass(frozen=True)
class Event:
    """A detected action: `start` and `end` in seconds; `extent` in units of the kind's full extent."""

    kind: str
    side: str | None
    count: int
    start: float
    end: float
    extent: float

    @property
    def strength(self) -> Strength:
        """Strength class of the extent, by `STRENGTH_EDGES`."""
        return STRENGTHS[int(np.searchsorted(STRENGTH_EDGES, self.extent))]

    @property
    def speed(self) -> Speed | None:
        """Speed class of the duration, by `SPEED_EDGES`; None: neither slow nor fast."""
        ratio = (self.end - self.start) / nominal_seconds(self.kind, self.count)
        return ("fast", None, "slow")[int(np.searchsorted(SPEED_EDGES, ratio))]  # type: ignore[return-value]

    @property
    def centre(self) -> float:
        """Middle of the event in seconds."""
        return (self.start + self.end) / 2


@lru_cache(maxsize=512)
def nominal_seconds(kind: str, count: int) -> float:
    """Seconds from start to end of an event of this kind at tempo 1, as measured."""
    own = KINDS[kind]
    action = Action(kind, own.sides[0] if own.sides else None, min(count, 3) if own.counted else None)
    timing = usual_timing(action)
    measured = timing.count
    times = np.arange(-1, timing.seconds + 1, 1 / _NOMINAL_FPS)
    curve = gaussian_filter1d(draw_curve(action, timing, times), SMOOTHING_SECONDS * _NOMINAL_FPS)
    bursts = find_bursts(curve)
    seconds = (bursts[-1].last - bursts[0].first) / _NOMINAL_FPS
    return seconds + (count - measured) * timing.seconds / measured if own.shape != "hold" else seconds


def detect_events(performance: Performance) -> tuple[Event, ...]:
    """All events of a performance, in order of time."""
    fps = float(performance.fps)
    signals = signals_of(performance)
    composites = [*_composites(signals, fps), *_gaze_composites(signals, fps)]
    simple = (event for event in _simple_events(signals, fps) if not any(_explains(one, event) for one in composites))
    return tuple(sorted((*composites, *simple), key=lambda event: (event.centre, event.kind)))


def _simple_events(signals: Mapping[str, Array], fps: float) -> Iterator[Event]:
    lids = [burst for burst in find_bursts(signals["lids"], signed=False) if burst.extent > 0.5]
    winks = [burst for burst in find_bursts(signals["wink"]) if burst.extent > 0.5]
    yield from _pitch_events(find_bursts(signals["pitch"]), fps)
    yield from _yaw_events(signals, fps)
    yield from _holds("look", ("left", "right"), find_bursts(signals["gaze_yaw"]), fps)
    yield from _holds("look", ("down", "up"), find_bursts(signals["gaze_pitch"]), fps)
    yield from _beats("blink", [burst for burst in lids if not burst.is_hold(fps)], fps, BLINK_GAP_RATIO)
    yield from _holds("close_eyes", (), [burst for burst in lids if burst.is_hold(fps)], fps)
    yield from _holds("wink", ("left", "right"), winks, fps)
    for kind in ("tilt", "lean"):
        yield from _holds(kind, KINDS[kind].sides, find_bursts(signals[kind]), fps)
    for kind in _FACIAL_KINDS:
        yield from _holds(kind, (), find_bursts(signals[kind], signed=False), fps)


_FACIAL_KINDS = ("smile", "frown", "raise_brows", "open_mouth", "purse", "puff", "tongue", "wrinkle_nose")

_PARTS: dict[str, tuple[tuple[str, float], ...]] = {
    "gasp": (("jaw", 0.55), ("raise_brows", 0.55 / 0.75)),
    "sigh": (("jaw", 0.16), ("pitch", 0.2 / 0.33)),
    "yawn": (("jaw", 0.82), ("lids", 0.95)),
}
"""Composite → signals that it moves beside its own, with their value at full extent."""

PART_FRACTION = 0.4
"""A composite is one only if each of its parts reaches this fraction of its share."""


def _composites(signals: Mapping[str, Array], fps: float) -> Iterator[Event]:
    for kind, parts in _PARTS.items():
        for event in _holds(kind, (), find_bursts(signals[kind], signed=False), fps):
            within = slice(round(event.start * fps), round(event.end * fps) + 1)
            if all(signals[name][within].max() > PART_FRACTION * event.extent * share for name, share in parts):
                yield event


def _gaze_composites(signals: Mapping[str, Array], fps: float) -> Iterator[Event]:
    """Glances about (swings of the gaze) and double takes (quick turns to one side and back, the gaze too)."""
    takes = _double_takes(signals, fps)
    for group in takes:
        yield _event("double_take", None, group, 2, fps)
    taken = [burst for group in takes for burst in group]
    gaze = [one for one in _quick_bursts(signals["gaze_yaw"], fps) if not any(map(one.is_along, taken))]
    for group in group_bursts(gaze, fps):
        if len({burst.sign for burst in group}) > 1:
            yield _event("glance_about", None, group, 2, fps)


def _double_takes(signals: Mapping[str, Array], fps: float) -> list[list[Burst]]:
    """Quick turns to one side and back, at least two in a row, with which the gaze goes along."""
    gaze = _quick_bursts(signals["gaze_yaw"], fps)
    followed = [burst for burst in _quick_bursts(signals["yaw"], fps) if any(map(burst.is_along, gaze))]
    runs = (list(run) for group in group_bursts(followed, fps) for _, run in groupby(group, lambda burst: burst.sign))
    return [run for run in runs if sum(burst.peaks for burst in run) > 1]


def _quick_bursts(signal: Array, fps: float) -> list[Burst]:
    return [burst for burst in find_bursts(signal) if not burst.is_hold(fps) and burst.extent >= DETECTION_THRESHOLD]


def _explains(composite: Event, event: Event) -> bool:
    """Whether an event is a part of a composite: at the same time, of the same part of the head."""
    inside = composite.start - 0.15 < event.centre < composite.end + 0.15
    return inside and bool(KINDS[composite.kind].uses & KINDS[event.kind].uses)


def _event(kind: str, side: str | None, bursts: list[Burst], count: int, fps: float) -> Event:
    extent = float(np.median([burst.extent for burst in bursts]))
    return Event(kind, side, count, float(bursts[0].first / fps), float(bursts[-1].last / fps), extent)


def _beats(kind: str, bursts: list[Burst], fps: float, ratio: float | None = None) -> list[Event]:
    groups = group_bursts(bursts, fps) if ratio is None else group_bursts(bursts, fps, ratio)
    return [_event(kind, None, group, sum(burst.peaks for burst in group), fps) for group in groups]


def _holds(kind: str, sides: tuple[str, ...], bursts: list[Burst], fps: float) -> list[Event]:
    """One event per burst; sides: of positive and of negative bursts, () if the kind has none."""
    return [
        _event(kind, sides[burst.sign < 0] if sides else None, [burst], 1, fps)
        for burst in bursts
        if burst.extent >= DETECTION_THRESHOLD
    ]


def _pitch_events(bursts: list[Burst], fps: float) -> Iterator[Event]:
    """Nods (beats downwards) and lowered or lifted heads (holds)."""
    yield from _beats("nod", [burst for burst in bursts if burst.sign > 0 and not burst.is_hold(fps)], fps)
    for kind, sign in (("lower", 1), ("lift", -1)):
        scale = KINDS["nod"].channels["pitch"] / abs(KINDS[kind].channels["pitch"])
        holds = [burst for burst in bursts if burst.sign == sign and burst.is_hold(fps)]
        yield from (replace(event, extent=event.extent * scale) for event in _holds(kind, (), holds, fps))


def _yaw_events(signals: Mapping[str, Array], fps: float) -> Iterator[Event]:
    """Shakes (groups of swings) and turns (holds)."""
    bursts = find_bursts(signals["yaw"])
    taken = [burst for run in _double_takes(signals, fps) for burst in run]
    for group in group_bursts([burst for burst in bursts if not (burst.is_hold(fps) or burst in taken)], fps):
        # a full swing goes to both sides; swings to one side are not a shake
        if len({burst.sign for burst in group}) > 1:
            yield _event("shake", None, group, round(len(group) / 2), fps)
    ratio = KINDS["turn"].channels["yaw"] / KINDS["shake"].channels["yaw"]
    holds = [burst for burst in bursts if burst.is_hold(fps) and burst.extent / ratio >= DETECTION_THRESHOLD]
    turns = _holds("turn", KINDS["turn"].sides, holds, fps)
    yield from (replace(event, extent=event.extent / ratio) for event in turns)

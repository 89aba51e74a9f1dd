"""Detection of actions in the parameters of a motion: kind, time, count, side and extent.

Every kind has one signal in units of its full extent. An event is an interval in which the signal leaves rest; its
shape (a plateau or peaks) distinguishes a nod from a lowered head and a shake from a turn. The detection does not use
the text; `matches` compares the events with a plan afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.motion.corpus.actions import (
    KINDS,
    STRENGTH_EDGES,
    STRENGTHS,
    Strength,
)
from mien.motion.corpus.plan import Plan

Array = NDArray[np.float64]

PRESENT = 0.26
"""Detection threshold, as a fraction of a kind's full extent: sway is below .15, a slight action above .38."""

FAINT = 0.17
"""Lower threshold for a beat or swing whose group has one above `PRESENT`, because sway can reduce its extent."""

EDGE = 0.5
"""Threshold for start and end of an event, as a fraction of its own maximum."""

PLATEAU_SECONDS = 0.44
"""A signal that stays above `EDGE` for longer is a hold; a shorter one is a beat, a swing or a blink."""

GAP_SECONDS = 0.5
"""Beats of one kind with a shorter gap between them belong to one event."""

SMOOTHING_SECONDS = 0.03


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
    def centre(self) -> float:
        """Middle of the event in seconds."""
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class _Burst:
    """An interval in which a signal is away from rest; first, last: the frames at which it crosses `EDGE` of its peak.

    beyond: number of frames above `EDGE`. It excludes valleys between two beats where, because of sway, the signal does
    not return to rest. sign: 1 or −1. extent: the peak. peaks: number of peaks.
    """

    first: int
    last: int
    beyond: int
    sign: int
    extent: float
    peaks: int

    def seconds(self, fps: float) -> float:
        """Seconds above `EDGE`."""
        return self.beyond / fps


def _bursts(signal: Array, signed: bool = True) -> list[_Burst]:
    found = []
    for sign in (1, -1) if signed else (1,):
        away = np.maximum(sign * signal, 0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (away > 0.5 * PRESENT).astype(np.int8), [0]])))
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            part = away[first:stop]
            if part.max() < FAINT:
                continue
            beyond = np.flatnonzero(part > EDGE * part.max())
            # peaks are separate if the valley between them is lower by a third of the maximum
            padded = np.concatenate([[0], part, [0]])
            peaks, _ = find_peaks(padded, height=EDGE * part.max(), prominence=0.33 * part.max())
            ends = first + beyond[0], first + beyond[-1]
            found.append(_Burst(*ends, len(beyond), sign, float(part.max()), max(1, len(peaks))))
    return sorted(found, key=lambda burst: burst.first)


def _event(kind: str, side: str | None, bursts: list[_Burst], count: int, fps: float) -> Event:
    extent = float(np.median([burst.extent for burst in bursts]))
    return Event(kind, side, count, bursts[0].first / fps, (bursts[-1].last + 1) / fps, extent)


def _groups(bursts: list[_Burst], fps: float) -> list[list[_Burst]]:
    groups: list[list[_Burst]] = []
    for burst in bursts:
        if groups and (burst.first - groups[-1][-1].last) / fps < GAP_SECONDS:
            groups[-1].append(burst)
        else:
            groups.append([burst])
    return [group for group in groups if max(burst.extent for burst in group) >= PRESENT]


def _beats(kind: str, bursts: list[_Burst], fps: float) -> list[Event]:
    return [_event(kind, None, group, sum(burst.peaks for burst in group), fps) for group in _groups(bursts, fps)]


def _held(kind: str, sides: tuple[str, str] | None, bursts: list[_Burst], fps: float) -> list[Event]:
    return [_event(kind, sides[0 if burst.sign > 0 else 1] if sides else None, [burst], 1, fps)
            for burst in bursts if burst.extent >= PRESENT]  # fmt: skip


def find_events(performance: Performance) -> tuple[Event, ...]:
    """All events of a performance, in order of time."""
    fps = float(performance.fps)
    signals = _signals(performance)
    events: list[Event] = []

    def long(burst: _Burst) -> bool:
        return burst.seconds(fps) / burst.peaks > PLATEAU_SECONDS

    pitch = _bursts(signals["pitch"])
    events += _beats("nod", [burst for burst in pitch if burst.sign > 0 and not long(burst)], fps)
    rescale = KINDS["nod"].channels["pitch"]
    for kind, sign in (("lower", 1), ("lift", -1)):
        factor = rescale / abs(KINDS[kind].channels["pitch"])
        chosen = [burst for burst in pitch if burst.sign == sign and long(burst)]
        for event in _held(kind, None, chosen, fps):
            events.append(Event(kind, None, 1, event.start, event.end, event.extent * factor))
    events += _yaw_events(signals["yaw"], fps, long)
    for kind in ("tilt", "lean"):
        sides = KINDS[kind].sides
        events += _held(kind, (sides[0], sides[1]), _bursts(signals[kind]), fps)
    events += _held("look", ("left", "right"), _bursts(signals["gaze_yaw"]), fps)
    events += _held("look", ("down", "up"), _bursts(signals["gaze_pitch"]), fps)
    lids = _bursts(signals["lids"], signed=False)
    lids = [burst for burst in lids if burst.extent > 0.5]
    events += _beats("blink", [burst for burst in lids if not long(burst)], fps)
    events += _held("close_eyes", None, [burst for burst in lids if long(burst)], fps)
    winks = [burst for burst in _bursts(signals["wink"]) if burst.extent > 0.5]
    events += _held("wink", ("left", "right"), winks, fps)
    for kind in _FACES:
        events += _held(kind, None, _bursts(signals[kind], signed=False), fps)
    return tuple(sorted(events, key=lambda event: (event.centre, event.kind)))


def _yaw_events(signal: Array, fps: float, long: object) -> list[Event]:
    """Shakes (groups of swings) and turns (holds)."""
    turn = KINDS["turn"].channels["yaw"] / KINDS["shake"].channels["yaw"]
    assert callable(long)
    bursts = _bursts(signal)
    events = []
    swings = [burst for burst in bursts if not long(burst)]
    for group in _groups(swings, fps):
        # a full swing goes to both sides; a single swing to one side is not a shake
        if len(group) > 1:
            events.append(_event("shake", None, group, round(len(group) / 2), fps))
    for burst in bursts:
        if long(burst) and burst.extent / turn >= PRESENT:
            event = _event("turn", "left" if burst.sign > 0 else "right", [burst], 1, fps)
            events.append(Event("turn", event.side, 1, event.start, event.end, event.extent / turn))
    return events


_FACES = ("smile", "frown", "raise_brows", "open_mouth", "purse", "puff", "tongue", "wrinkle_nose")


def _signals(performance: Performance) -> dict[str, Array]:
    """Signals (T,), each in units of its kind's full extent."""
    width = SMOOTHING_SECONDS * float(performance.fps)
    expression = gaussian_filter1d(performance.expression.astype(np.float64), width, axis=0, mode="nearest")

    def weight(name: str) -> Array:
        names = [name] if name in EXPRESSION_INDEX else [f"{name}Left", f"{name}Right"]
        return np.asarray(expression[:, [EXPRESSION_INDEX[n] for n in names]].mean(1))

    def rested(values: NDArray[np.float32]) -> Array:
        smooth = gaussian_filter1d(values.astype(np.float64), width, mode="nearest")
        return np.asarray(smooth - np.median(np.concatenate([smooth[:4], smooth[-4:]])))

    left, right = expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]], expression[:, EXPRESSION_INDEX["eyeBlinkRight"]]
    # each facial action by an expression that no other kind uses
    sneer, tongue = weight("noseSneer") / 0.85, weight("tongueOut") / 0.9
    return {
        "pitch": rested(performance.neck[:, 1]) / KINDS["nod"].channels["pitch"],
        "yaw": rested(performance.neck[:, 0]) / KINDS["shake"].channels["yaw"],
        "tilt": rested(performance.neck[:, 2]) / KINDS["tilt"].channels["roll"],
        "lean": rested(performance.translation[:, 2]) / KINDS["lean"].channels["forward"],
        "gaze_yaw": rested(performance.gaze[:, 0]) / 0.42,
        "gaze_pitch": rested(performance.gaze[:, 1]) / 0.34,
        "lids": np.minimum(left, right),
        "wink": left - right,
        # a wink also lifts one corner of the mouth, so the smaller side is taken
        "smile": np.minimum(*(expression[:, EXPRESSION_INDEX[f"mouthSmile{side}"]] for side in ("Left", "Right")))
        / 0.85,
        "frown": weight("mouthFrown") / 0.7,
        "raise_brows": weight("browOuterUp") / 0.75,
        "open_mouth": np.maximum(weight("jawOpen") - 0.4 * tongue, 0) / 0.75,
        "purse": weight("mouthPucker") / 0.85,
        "puff": weight("cheekPuff") / 0.9,
        "tongue": tongue,
        "wrinkle_nose": sneer,
    }


@dataclass(frozen=True)
class Verdict:
    """Agreement of a motion with a plan.

    actions: exactly the planned actions, on the planned sides. counts: the planned counts. order: the planned order,
    and simultaneous actions overlap in time. exact: all three. strengths: the planned strengths; None if the plan has
    none. If `actions` is False, the others are False.
    """

    actions: bool
    counts: bool
    order: bool
    strengths: bool | None

    @property
    def exact(self) -> bool:
        """Whether actions, counts and order all agree."""
        return self.actions and self.counts and self.order


def matches(plan: Plan, events: tuple[Event, ...]) -> Verdict:
    """Compare events with a plan; see `Verdict`."""
    graded = [action.strength for action in plan.actions if action.strength is not None]
    wanted = sorted((action.kind, action.side or "") for action in plan.actions)
    if wanted != sorted((event.kind, event.side or "") for event in events):
        return Verdict(False, False, False, False if graded else None)
    by_name = {(event.kind, event.side): event for event in events}
    steps = [[(action, by_name[action.kind, action.side]) for action in step] for step in plan.steps]
    pairs = [pair for step in steps for pair in step]
    counts = all(action.count is None or action.count == event.count for action, event in pairs)
    order = all(
        one.centre < other.centre for before, after in combinations(steps, 2) for _, one in before for _, other in after
    )
    for step in steps:
        for (_, one), (_, other) in combinations(step, 2):
            shared = min(one.end, other.end) - max(one.start, other.start)
            order = order and shared > 0.25 * min(one.end - one.start, other.end - other.start)
    strengths = [action.strength == event.strength for action, event in pairs if action.strength is not None]
    return Verdict(True, counts, order, all(strengths) if strengths else None)

"""Detection of actions in the parameters of a motion: kind, time, count, side and extent.

Every kind has one signal in units of its full extent. An event is an interval in which the signal leaves rest; its
shape (a plateau or peaks) distinguishes a nod from a lowered head and a shake from a turn. The detection does not use
the text; `match_plan` compares the events with a plan afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.motion.corpus.actions import KINDS, STRENGTH_EDGES, STRENGTHS, Strength
from mien.motion.corpus.plan import Plan

Array = NDArray[np.float64]

DETECTION_THRESHOLD = 0.26
"""Detection threshold, as a fraction of a kind's full extent: sway is below .15, a slight action above .38."""

LOW_THRESHOLD = 0.17
"""Threshold for a beat or swing whose group has one above `DETECTION_THRESHOLD`: sway can reduce its extent."""

BOUNDARY_THRESHOLD = 0.5
"""Threshold for start and end of an event, as a fraction of its own maximum."""

PLATEAU_SECONDS = 0.44
"""A signal that stays above `BOUNDARY_THRESHOLD` for longer is a hold; a shorter one is a beat, a swing or a blink."""

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
    """An interval in which a signal is away from rest.

    first, last: frames at which it crosses `BOUNDARY_THRESHOLD` of its peak.
    frames_above: frames above it, without the valleys between beats where, because of sway, the signal does not return
        to rest. sign: 1 or −1. extent: the peak. peaks: number of peaks.
    """

    first: int
    last: int
    frames_above: int
    sign: int
    extent: float
    peaks: int

    def is_hold(self, fps: float) -> bool:
        """Whether each peak is above `BOUNDARY_THRESHOLD` for longer than `PLATEAU_SECONDS`."""
        return self.frames_above / fps / self.peaks > PLATEAU_SECONDS


def _bursts(signal: Array, signed: bool = True) -> list[_Burst]:
    bursts = []
    for sign in (1, -1) if signed else (1,):
        deviation = np.maximum(sign * signal, 0)
        edges = np.flatnonzero(
            np.diff(np.concatenate([[0], (deviation > 0.5 * DETECTION_THRESHOLD).astype(np.int8), [0]]))
        )
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            part = deviation[first:stop]
            if part.max() < LOW_THRESHOLD:
                continue
            frames_above = np.flatnonzero(part > BOUNDARY_THRESHOLD * part.max())
            # peaks are separate if the valley between them is lower by a third of the maximum
            padded = np.concatenate([[0], part, [0]])
            peaks, _ = find_peaks(padded, height=BOUNDARY_THRESHOLD * part.max(), prominence=0.33 * part.max())
            ends = first + frames_above[0], first + frames_above[-1]
            bursts.append(_Burst(*ends, len(frames_above), sign, float(part.max()), max(1, len(peaks))))
    return sorted(bursts, key=lambda burst: burst.first)


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
    return [group for group in groups if max(burst.extent for burst in group) >= DETECTION_THRESHOLD]


def _beats(kind: str, bursts: list[_Burst], fps: float) -> list[Event]:
    return [_event(kind, None, group, sum(burst.peaks for burst in group), fps) for group in _groups(bursts, fps)]


def _holds(kind: str, sides: tuple[str, ...], bursts: list[_Burst], fps: float) -> list[Event]:
    """One event per burst; sides: of positive and of negative bursts, () if the kind has none."""
    return [
        _event(kind, sides[burst.sign < 0] if sides else None, [burst], 1, fps)
        for burst in bursts
        if burst.extent >= DETECTION_THRESHOLD
    ]


def detect_events(performance: Performance) -> tuple[Event, ...]:
    """All events of a performance, in order of time."""
    fps = float(performance.fps)
    signals = _signals(performance)
    lids = [burst for burst in _bursts(signals["lids"], signed=False) if burst.extent > 0.5]
    winks = [burst for burst in _bursts(signals["wink"]) if burst.extent > 0.5]
    events = [
        *_pitch_events(_bursts(signals["pitch"]), fps),
        *_yaw_events(_bursts(signals["yaw"]), fps),
        *_holds("look", ("left", "right"), _bursts(signals["gaze_yaw"]), fps),
        *_holds("look", ("down", "up"), _bursts(signals["gaze_pitch"]), fps),
        *_beats("blink", [burst for burst in lids if not burst.is_hold(fps)], fps),
        *_holds("close_eyes", (), [burst for burst in lids if burst.is_hold(fps)], fps),
        *_holds("wink", ("left", "right"), winks, fps),
    ]
    for kind in ("tilt", "lean"):
        events += _holds(kind, KINDS[kind].sides, _bursts(signals[kind]), fps)
    for kind in _FACIAL_KINDS:
        events += _holds(kind, (), _bursts(signals[kind], signed=False), fps)
    return tuple(sorted(events, key=lambda event: (event.centre, event.kind)))


def _pitch_events(bursts: list[_Burst], fps: float) -> Iterator[Event]:
    """Nods (beats downwards) and lowered or lifted heads (holds)."""
    yield from _beats("nod", [burst for burst in bursts if burst.sign > 0 and not burst.is_hold(fps)], fps)
    for kind, sign in (("lower", 1), ("lift", -1)):
        scale = KINDS["nod"].channels["pitch"] / abs(KINDS[kind].channels["pitch"])
        holds = [burst for burst in bursts if burst.sign == sign and burst.is_hold(fps)]
        yield from (replace(event, extent=event.extent * scale) for event in _holds(kind, (), holds, fps))


def _yaw_events(bursts: list[_Burst], fps: float) -> Iterator[Event]:
    """Shakes (groups of swings) and turns (holds)."""
    for group in _groups([burst for burst in bursts if not burst.is_hold(fps)], fps):
        # a full swing goes to both sides; a single swing to one side is not a shake
        if len(group) > 1:
            yield _event("shake", None, group, round(len(group) / 2), fps)
    ratio = KINDS["turn"].channels["yaw"] / KINDS["shake"].channels["yaw"]
    holds = [burst for burst in bursts if burst.is_hold(fps) and burst.extent / ratio >= DETECTION_THRESHOLD]
    turns = _holds("turn", KINDS["turn"].sides, holds, fps)
    yield from (replace(event, extent=event.extent / ratio) for event in turns)


_FACIAL_KINDS = ("smile", "frown", "raise_brows", "open_mouth", "purse", "puff", "tongue", "wrinkle_nose")


def _signals(performance: Performance) -> dict[str, Array]:
    """Signals (T,), each in units of its kind's full extent."""
    width = SMOOTHING_SECONDS * float(performance.fps)
    expression = gaussian_filter1d(performance.expression.astype(np.float64), width, axis=0, mode="nearest")

    def weight(name: str) -> Array:
        names = [name] if name in EXPRESSION_INDEX else [f"{name}Left", f"{name}Right"]
        return np.asarray(expression[:, [EXPRESSION_INDEX[n] for n in names]].mean(1))

    def relative_to_rest(values: NDArray[np.float32]) -> Array:
        smooth = gaussian_filter1d(values.astype(np.float64), width, mode="nearest")
        return np.asarray(smooth - np.median(np.concatenate([smooth[:4], smooth[-4:]])))

    left, right = expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]], expression[:, EXPRESSION_INDEX["eyeBlinkRight"]]
    # each facial action by an expression that no other kind uses
    sneer, tongue = weight("noseSneer") / 0.85, weight("tongueOut") / 0.9
    return {
        "pitch": relative_to_rest(performance.neck[:, 1]) / KINDS["nod"].channels["pitch"],
        "yaw": relative_to_rest(performance.neck[:, 0]) / KINDS["shake"].channels["yaw"],
        "tilt": relative_to_rest(performance.neck[:, 2]) / KINDS["tilt"].channels["roll"],
        "lean": relative_to_rest(performance.translation[:, 2]) / KINDS["lean"].channels["forward"],
        "gaze_yaw": relative_to_rest(performance.gaze[:, 0]) / 0.42,
        "gaze_pitch": relative_to_rest(performance.gaze[:, 1]) / 0.34,
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


def match_plan(plan: Plan, events: Sequence[Event]) -> dict[str, bool | None]:
    """Agreement of the events of a motion with a plan, by criterion.

    actions: exactly the planned actions, on the planned sides. counts: the planned counts. order: the planned order,
    and simultaneous actions overlap in time. exact: all three. strengths: the planned strengths; None if the plan has
    none. If `actions` is False, the others are False.
    """
    graded = any(action.strength is not None for action in plan.actions)
    expected = sorted((action.kind, action.side or "") for action in plan.actions)
    if expected != sorted((event.kind, event.side or "") for event in events):
        return {**dict.fromkeys(("exact", "actions", "counts", "order"), False), "strengths": False if graded else None}
    by_name = {(event.kind, event.side): event for event in events}
    steps = [[(action, by_name[action.kind, action.side]) for action in step] for step in plan.steps]
    pairs = [pair for step in steps for pair in step]
    counts = all(action.count is None or action.count == event.count for action, event in pairs)
    order = all(
        one.centre < other.centre for before, after in combinations(steps, 2) for _, one in before for _, other in after
    )
    for step in steps:
        for (_, one), (_, other) in combinations(step, 2):
            overlap = min(one.end, other.end) - max(one.start, other.start)
            order = order and overlap > 0.25 * min(one.end - one.start, other.end - other.start)
    strengths = [action.strength == event.strength for action, event in pairs if action.strength is not None]
    return {
        "exact": counts and order, "actions": True, "counts": counts, "order": order,
        "strengths": all(strengths) if strengths else None,
    }  # fmt: skip

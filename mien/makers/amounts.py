"""The size of the work of a request, so that the times of earlier jobs foretell that of a new one.

Its unit is the system's own: seconds of a usual video of talk, move and follow, heads of sculpt, clips of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mien.follow.generate.request import DEFAULT_SECONDS, FollowRequest
from mien.follow.generate.request import VIDEOS as FOLLOW_VIDEOS
from mien.motion.generate.request import VIDEOS as MOVE_VIDEOS
from mien.motion.generate.request import MoveRequest
from mien.motion.generate.script import read_script
from mien.sculpt.generate.request import SculptRequest
from mien.shapes.generate.request import ShapesRequest
from mien.systems.request import Request
from mien.talking.generate.request import TalkRequest

CHARACTERS_EACH_SECOND = 14.0
"""Of spoken text."""

MOVE_CHARACTERS_EACH_SECOND = 9.0
"""Of text that says what a head does: "nods twice" takes about a second."""

SCRIPT_LAST_SECONDS = 2.0
UNRENDERED = 0.1
"""Work of an output without pictures, such as a motion in numbers, relative to a video."""

LEAST = 0.1

Facts = Mapping[str, Mapping[str, Any]]
"""By field: what is known of its file, such as seconds, width and height."""


def amount_of(request: Request, output: str, facts: Facts) -> float:
    """Size of the work of a checked request for an output with this suffix; greater than 0.

    facts: by field, `seconds`, `width` and `height` of the files that it names, where they are known.
    """
    for kind, measure in _MEASURES.items():
        if isinstance(request, kind):
            return max(LEAST, float(measure(request, output, facts)))
    return 1.0


def _talk(request: TalkRequest, output: str, facts: Facts) -> float:
    spoken = len(request.text) / CHARACTERS_EACH_SECOND if request.text is not None else _fact(facts, "speech", 5.0)
    seconds = spoken + request.lead_in + request.lead_out
    if output == ".glb":
        return seconds * UNRENDERED
    shown = facts.get("image", {})
    side = max(_number(shown.get("width")) or 0.0, _number(shown.get("height")) or 0.0) or 640.0
    usual = 256.0 if not request.paste_back else 640.0 if request.person is not None else min(side, 1280.0)
    return seconds * _pixels(request.size or usual, 640.0)


def _move(request: MoveRequest, output: str, _facts: Facts) -> float:
    seconds = request.seconds
    if seconds is None and request.script is not None:
        script = read_script(request.script)
        seconds = script.end if script.end is not None else script.cues[-1].start + SCRIPT_LAST_SECONDS
    if seconds is None:
        seconds = max(1.0, len(request.text or "") / MOVE_CHARACTERS_EACH_SECOND)
    return seconds * (_pixels(request.size, 512.0) if output in MOVE_VIDEOS else UNRENDERED)


def _sculpt(request: SculptRequest, output: str, _facts: Facts) -> float:
    method = {"prior": 1.0, "search": 6.0, "gradient": 28.0}[request.method]  # as measured: 0.5, 3 and 14 s a head
    turning = 2.0 if output in (".mp4", ".gif") else 1.0
    return request.variants * method * (1.0 + request.refine / 10.0) * turning


def _follow(request: FollowRequest, output: str, facts: Facts) -> float:
    seconds = _fact(facts, "pose", DEFAULT_SECONDS)
    if request.seconds is not None:
        seconds = request.seconds if "pose" not in facts else min(seconds, request.seconds)
    side = float(request.size)
    return seconds * (_pixels(side, 256.0) if output in FOLLOW_VIDEOS else 0.5)  # poses are found in any case


def _shapes(request: ShapesRequest, _output: str, _facts: Facts) -> float:
    return len(request.clips)


def _pixels(side: float, usual: float) -> float:
    """Factor of the work for frames of this side: half of it does not depend on the pixels."""
    return 0.5 + 0.5 * (side / usual) ** 2


def _fact(facts: Facts, field: str, unknown: float) -> float:
    return _number(facts.get(field, {}).get("seconds")) or unknown


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    return float(value) if usable else None


_MEASURES: dict[type[Request], Callable[[Any, str, Facts], float]] = {
    TalkRequest: _talk,
    MoveRequest: _move,
    SculptRequest: _sculpt,
    FollowRequest: _follow,
    ShapesRequest: _shapes,
}

"""Choosing whom of a video to follow."""

from __future__ import annotations

from typing import Literal

import numpy as np

from mien.bodies.keypoints import BODY_COUNT, PoseError, PoseTrack, PoseVideo

People = Literal["largest", "all"] | int


def choose_people(video: PoseVideo, people: People | str = "largest") -> PoseVideo:
    """The video with the chosen people alone.

    people: `largest`: the one whose boxes have the largest sum of areas over the video; `all`; or a person's number.
    Raises PoseError where nobody was found, and for a number that is not there.
    """
    present = tuple(track for track in video.people if track.present().any())
    if not present:
        raise PoseError("nobody was found in the video: choose one in which a person can be seen, or another detector")
    if people == "all":
        return video.only(present)
    if people == "largest":
        return video.only((max(present, key=_area),))
    try:
        number = int(people)
    except ValueError as error:
        raise PoseError(f"a person is largest, all or a number, not {people!r}") from error
    for track in present:
        if track.person == number:
            return video.only((track,))
    numbers = ", ".join(str(track.person) for track in present)
    raise PoseError(f"there is no person {number} in the video: choose among {numbers}")


def _area(track: PoseTrack) -> float:
    known = track.confidence[:, :BODY_COUNT] > 0
    body = track.points[:, :BODY_COUNT]
    low = np.where(known[..., None], body, np.inf).min(axis=1)
    high = np.where(known[..., None], body, -np.inf).max(axis=1)
    present = known.any(axis=1)
    return float(np.prod(high[present] - low[present], axis=1).sum())

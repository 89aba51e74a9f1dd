"""Several people: the same number for the same person, and the choice among them."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseError, PoseTrack, PoseVideo
from mien.bodies.poses.choosing import choose_people
from mien.bodies.poses.found import Found, overlap, without_duplicates
from mien.bodies.poses.tracking import AWAY, PeopleTracker
from tests.bodies.poses_making import a_video, body_confidence, standing

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 30)


def at(x: float, height: float = 120.0) -> Found:
    return Found(standing((x, 100.0), height), body_confidence())


def picture(*people: tuple[float, tuple[int, int, int]]) -> NDArray[np.uint8]:
    """A grey picture of 400 × 200 with a coloured torso at each x."""
    canvas = np.full((200, 400, 3), 128, np.uint8)
    for x, colour in people:
        cv2.rectangle(canvas, (int(x) - 20, 60), (int(x) + 20, 105), colour, -1)
    return canvas


def places(track: PoseTrack) -> NDArray[np.float32]:
    """The x of the nose in the frames in which the person is."""
    return track.points[track.present(), 0, 0]


def test_people_who_cross_keep_their_numbers() -> None:
    tracker = PeopleTracker()
    for frame in range(40):
        left, right = 80 + 6 * frame, 320 - 6 * frame
        found = [at(left), at(right)]
        tracker.add(found if frame % 3 else found[::-1], picture((left, RED), (right, BLUE)))
    one, other = sorted(tracker.tracks(), key=lambda track: places(track)[0])
    assert len(tracker.tracks()) == 2
    assert np.all(np.diff(places(one)) > 0)
    assert np.all(np.diff(places(other)) < 0)


def test_whoever_comes_back_in_the_same_clothes_keeps_the_number() -> None:
    tracker = PeopleTracker()
    for _ in range(10):
        tracker.add([at(100)], picture((100, RED)))
    for _ in range(2 * AWAY):
        tracker.add([], picture())
    for _ in range(10):
        tracker.add([at(300), at(100)], picture((300, RED), (100, GREEN)))
    red, green = tracker.tracks()
    assert (red.person, int(red.present().sum()), int(green.present().sum())) == (0, 20, 10)
    assert places(red)[-1] == pytest.approx(300)
    assert not red.present()[10 : 10 + 2 * AWAY].any()


def test_a_stranger_gets_a_number_of_his_own() -> None:
    tracker = PeopleTracker()
    for colour in (RED, BLUE):
        for _ in range(5):
            tracker.add([at(100)], picture((100, colour)))
        for _ in range(2 * AWAY):
            tracker.add([], picture())
    assert len(tracker.tracks()) == 2


def test_short_tracks_are_left_out_and_all_have_the_length_of_the_video() -> None:
    tracker = PeopleTracker()
    for frame in range(20):
        tracker.add([at(100), *([at(300)] if frame == 7 else [])], picture((100, RED)))
    assert len(tracker.tracks()) == 2
    (only,) = tracker.tracks(fewest=2)
    assert len(only) == 20


def test_overlap_tells_the_same_person_from_a_neighbour() -> None:
    assert overlap(at(100), at(101)) > 0.95
    assert overlap(at(100), at(160)) < 0.05
    assert len(without_duplicates([at(100), at(102), at(200)])) == 2


def test_the_largest_is_chosen_by_area_over_the_video() -> None:
    small, large = standing((50, 100), 60.0), standing((120, 100), 150.0)
    points = np.stack([np.tile(one, (6, 1, 1)) for one in (small, large)])
    confidence = np.tile(body_confidence(), (2, 6, 1))
    video = PoseVideo(200, 200, Fraction(25), tuple(PoseTrack(points[k], confidence[k], k + 3) for k in (0, 1)), 6)
    assert [track.person for track in choose_people(video, "largest").people] == [4]
    assert [track.person for track in choose_people(video, "all").people] == [3, 4]
    assert [track.person for track in choose_people(video, 3).people] == [3]
    assert [track.person for track in choose_people(video, "3").people] == [3]


def test_people_who_are_not_there_are_named() -> None:
    video = a_video(people=2)
    with pytest.raises(PoseError, match="no person 7 in the video: choose among 0, 1"):
        choose_people(video, 7)
    with pytest.raises(PoseError, match="largest, all or a number"):
        choose_people(video, "tallest")
    with pytest.raises(PoseError, match="nobody was found"):
        choose_people(video.only(()), "all")
    unknown = PoseTrack(video.people[0].points, np.zeros_like(video.people[0].confidence))
    with pytest.raises(PoseError, match="nobody was found"):
        choose_people(video.only((unknown,)), "largest")

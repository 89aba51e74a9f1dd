"""The size of the work of a request: more for longer, larger and more, never nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.follow.generate.request import FollowRequest
from mien.makers.amounts import LEAST, amount_of
from mien.motion.generate.request import MoveRequest
from mien.sculpt.generate.request import SculptRequest
from mien.shapes.generate.request import ShapesRequest
from mien.systems.request import Request
from mien.talking.generate.request import TalkRequest


def test_a_talk_grows_with_its_text_and_its_pixels() -> None:
    def talk(text: str, **options: object) -> float:
        request = TalkRequest.of({"person": "p.json", "text": text, "lead_in": 0, "lead_out": 0, **options})
        return amount_of(request, ".mp4", {})

    assert talk("x" * 140) == pytest.approx(10.0)
    assert talk("x" * 280) == pytest.approx(2 * talk("x" * 140))
    assert talk("x" * 140, size=1280) == pytest.approx(25.0)  # half of the work grows fourfold


def test_a_talk_from_a_recording_is_as_long_as_it() -> None:
    request = TalkRequest.of({"image": "a.png", "speech": "s.wav", "lead_in": 0, "lead_out": 0})
    facts = {"speech": {"seconds": 7.0}, "image": {"width": 320, "height": 640}}
    assert amount_of(request, ".mp4", facts) == pytest.approx(7.0)
    small = {**facts, "image": {"width": 100, "height": 64}}
    assert amount_of(request, ".mp4", small) < 7.0
    huge = {**facts, "image": {"width": 10_000, "height": 8_000}}
    assert amount_of(request, ".mp4", huge) == amount_of(request, ".mp4", {**facts, "image": {"width": 1280}})


def test_a_move_lasts_as_asked_or_as_its_script(tmp_path: Path) -> None:
    assert amount_of(MoveRequest.of({"text": "nods", "seconds": 6}), ".mp4", {}) == pytest.approx(6.0)
    assert amount_of(MoveRequest.of({"text": "nods", "seconds": 6}), ".npz", {}) == pytest.approx(0.6)
    script = tmp_path / "script.txt"
    script.write_text("0: nods twice\n2.5: smiles\n9: end\n")
    assert amount_of(MoveRequest.of({"script": script}), ".mp4", {}) == pytest.approx(9.0)
    script.write_text("0: nods twice\n2.5: smiles\n")
    assert amount_of(MoveRequest.of({"script": script}), ".mp4", {}) == pytest.approx(4.5)
    short, long = (amount_of(MoveRequest.of({"text": text}), ".mp4", {}) for text in ("nods", "nods, " * 20))
    assert long > 5 * short


def test_a_sculpt_counts_heads_and_refinement() -> None:
    def sculpt(**options: object) -> float:
        return amount_of(SculptRequest.of({"text": "a man", **options}), ".glb", {})

    assert sculpt(variants=4) == 4 * sculpt()
    assert sculpt(refine=10) == 2 * sculpt()
    assert sculpt(method="gradient") > sculpt(method="search") > sculpt()


def test_a_follow_is_as_long_as_its_pose_or_less() -> None:
    def follow(pose_seconds: float | None, **options: object) -> float:
        facts = {} if pose_seconds is None else {"pose": {"seconds": pose_seconds}}
        return amount_of(FollowRequest.of({"text": "a girl", "pose": "dance", **options}), ".mp4", facts)

    assert follow(None) == pytest.approx(4.0)
    assert follow(None, seconds=9) == pytest.approx(9.0)
    assert follow(20.0) == pytest.approx(20.0)
    assert follow(20.0, seconds=5) == pytest.approx(5.0)
    assert follow(3.0, seconds=5) == pytest.approx(3.0)
    assert follow(4.0, size=512) == pytest.approx(10.0)


def test_shapes_counts_clips() -> None:
    assert amount_of(ShapesRequest.of({"text": ["a", "b"], "copies": 3}), ".gif", {}) == 6.0


def test_facts_that_are_no_numbers_count_as_unknown_and_nothing_is_free() -> None:
    request = TalkRequest.of({"image": "a.png", "speech": "s.wav", "lead_in": 0, "lead_out": 0})
    odd = {"speech": {"seconds": "long"}, "image": {"width": None, "height": -3}}
    assert amount_of(request, ".mp4", odd) == amount_of(request, ".mp4", {})
    assert amount_of(request, ".mp4", {"speech": {"seconds": 1e-9}}) == LEAST
    assert amount_of(Request(), ".mp4", {}) == 1.0

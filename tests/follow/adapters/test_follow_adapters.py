"""The pipelines of diffusers behind `mien follow`: lengths, windows, seeds, skeletons, and what is refused."""

from __future__ import annotations

import builtins
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_pipelines import save_animatediff, save_parts, save_wan_vace

from mien.follow.adapters.animatediff import AnimateDiff
from mien.follow.adapters.interface import Guidance, Picture
from mien.follow.adapters.opening import open_pipeline
from mien.follow.adapters.wan_vace import WanVace
from mien.follow.adapters.windows import fitting_size, joined, spans
from mien.systems.errors import RequestError


def skeleton(number: int, width: int, height: int) -> Picture:
    """A white bar that moves to the right."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, (2 * number) % width] = 255
    return picture


def nothing(_number: int, width: int, height: int) -> Picture:
    return np.zeros((height, width, 3), np.uint8)


def asked(frames: int, **changed: Any) -> Guidance:
    return Guidance(
        **{"prompt": "a woman", "frames": frames, "skeleton": skeleton, "width": 16, "height": 16, **changed}
    )


@pytest.fixture(scope="module")
def animatediff(tmp_path_factory: pytest.TempPathFactory) -> AnimateDiff:
    opened = open_pipeline("animatediff", str(save_animatediff(tmp_path_factory.mktemp("animatediff"))))
    assert isinstance(opened, AnimateDiff)
    return AnimateDiff(opened.pipeline, opened.version, steps=2, section=24)


@pytest.fixture(scope="module")
def wan_vace(tmp_path_factory: pytest.TempPathFactory) -> WanVace:
    opened = open_pipeline("wan_vace", str(save_wan_vace(tmp_path_factory.mktemp("wan_vace"))))
    assert isinstance(opened, WanVace)
    return WanVace(opened.pipeline, opened.version, steps=2, window=17, native=16)


@pytest.mark.parametrize("frames", [1, 2, 16, 17, 21, 43])
def test_animatediff_draws_every_frame_of_short_odd_and_long_clips(animatediff: AnimateDiff, frames: int) -> None:
    drawn = list(animatediff.frames(asked(frames, width=20, height=14)))
    assert len(drawn) == frames
    assert all(frame.shape == (14, 20, 3) and frame.dtype == np.uint8 for frame in drawn)


@pytest.mark.parametrize("frames", [1, 2, 5, 17, 18, 40])
def test_wan_vace_draws_every_frame_of_short_odd_and_long_clips(wan_vace: WanVace, frames: int) -> None:
    drawn = list(wan_vace.frames(asked(frames, width=20, height=14)))
    assert len(drawn) == frames
    assert all(frame.shape == (14, 20, 3) and frame.dtype == np.uint8 for frame in drawn)


@pytest.mark.parametrize("architecture", ["animatediff", "wan_vace"])
def test_frames_follow_skeleton_text_and_seed(architecture: str, request: pytest.FixtureRequest) -> None:
    pipeline = request.getfixturevalue(architecture)

    def drawn(**changed: Any) -> Any:
        return np.stack(list(pipeline.frames(asked(5, **changed)))).astype(int)

    first = drawn()
    assert np.array_equal(first, drawn())
    assert not np.array_equal(first, drawn(seed=1))
    assert not np.array_equal(first, drawn(skeleton=nothing))
    assert not np.array_equal(first, drawn(prompt="a man on the beach"))


def test_wan_vace_takes_a_picture_of_the_look(wan_vace: WanVace) -> None:
    red = np.full((24, 12, 3), (220, 20, 20), np.uint8)
    plain, like = (list(wan_vace.frames(asked(5, reference=one))) for one in (None, red))
    assert not np.array_equal(np.stack(plain), np.stack(like))


def test_a_window_of_wan_vace_starts_with_the_last_frames_as_they_were_decoded(
    wan_vace: WanVace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []
    real = wan_vace.pipeline

    class Recorder:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def __call__(self, **options: Any) -> Any:
            calls.append(options)
            return real(**options)

    monkeypatch.setattr(wan_vace, "pipeline", Recorder())
    drawn = list(wan_vace.frames(asked(29)))
    first, second = calls
    assert len(first["video"]) == 17
    assert [np.asarray(mask).max() for mask in second["mask"]][:6] == [0, 0, 0, 0, 0, 255]
    assert all(np.array_equal(given, frame) for given, frame in zip(second["video"][:5], drawn[12:17], strict=True))
    assert np.array_equal(second["video"][5], skeleton(17, 16, 16))
    assert first["reference_images"] is None
    assert np.array_equal(second["reference_images"][0], drawn[0])


def test_a_stable_diffusion_becomes_animatediff_with_its_parts(tmp_path: Path) -> None:
    base, adapter, controlnet = save_parts(tmp_path)
    opened = open_pipeline("animatediff", f"{base},{adapter},{controlnet}")
    assert isinstance(opened, AnimateDiff)
    small = AnimateDiff(opened.pipeline, opened.version, steps=1)
    assert len(list(small.frames(asked(3)))) == 3


@pytest.mark.parametrize(
    ("architecture", "name", "words"),
    [
        ("wan_vace", "{folder}/pipeline", "holds a AnimateDiffControlNetPipeline, not a WanVACEPipeline"),
        ("animatediff", "{folder}/words", "no model_index.json"),
        ("animatediff", "somebody/nowhere", "hf download"),
        ("wan_vace", "somebody/nowhere", "hf download"),
    ],
)
def test_what_is_no_such_pipeline_is_refused_in_one_sentence(
    architecture: str, name: str, words: str, tmp_path: Path
) -> None:
    save_animatediff(tmp_path)
    with pytest.raises(RequestError) as refused:
        open_pipeline(architecture, name.format(folder=tmp_path))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_diffusers_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "diffusers":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(RequestError, match="pip install diffusers"):
        open_pipeline("wan_vace", "anything")


def test_spans_cover_every_frame_and_overlap() -> None:
    for frames in range(1, 80):
        found = spans(frames, 16, 4)
        assert found[0][0] == 0
        assert found[-1][1] == frames
        assert all(later[0] <= earlier[1] - 4 for earlier, later in pairwise(found))
        assert all(stop - start == min(16, frames) for start, stop in found)


def test_sections_fade_into_each_other_and_keep_frames_that_agree() -> None:
    ramp = np.arange(30, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 2, 3), np.float32)
    whole = list(joined((start, ramp[start:stop]) for start, stop in spans(30, 12, 4)))
    assert np.allclose(np.stack(whole), ramp)
    apart = list(joined([(0, 0 * ramp[:8]), (4, 0 * ramp[:8] + 1)]))
    values = [float(frame.mean()) for frame in apart]
    assert values == pytest.approx([0, 0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1])


def test_sizes_fit_the_network_and_keep_about_their_proportions() -> None:
    assert fitting_size(1280, 720, 480, 16) == (1280, 720)
    assert fitting_size(96, 96, 512, 64) == (512, 512)
    assert fitting_size(54, 96, 480, 16) == (480, 848)

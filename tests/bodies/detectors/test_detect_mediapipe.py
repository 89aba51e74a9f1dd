"""MediaPipe on drawn and rendered people, and the frames of all kinds of videos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mien.bodies.detectors.detect import detect_poses
from mien.bodies.detectors.frames import open_frames
from mien.bodies.keypoints import PoseError
from mien.media.video import write_video


def grey(count: int, size: tuple[int, int] = (48, 64)) -> list[np.ndarray]:
    """Frames (H, W, 3) of one grey each, brighter with each frame."""
    return [np.full((*size, 3), 20 + 3 * number, np.uint8) for number in range(count)]


def test_a_video_without_anybody_has_no_people_and_all_frames(tmp_path: Path) -> None:
    write_video(tmp_path / "empty.mp4", grey(9), Fraction(30000, 1001))
    video = detect_poses(tmp_path / "empty.mp4")
    assert (video.people, video.frames, video.fps) == ((), 9, Fraction(30000, 1001))
    assert (video.width, video.height) == (64, 48)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_frame_is_given_once(tmp_path: Path, count: int) -> None:
    write_video(tmp_path / "odd.mkv", grey(count, (50, 34)), Fraction(24000, 1001), quality=0)
    frames = open_frames(tmp_path / "odd.mkv")
    means = [float(frame.mean()) for frame in frames]
    assert len(means) == count
    assert np.allclose(means, [20 + 3 * number for number in range(count)], atol=1.5)


def test_a_variable_rate_becomes_even_and_keeps_the_length(tmp_path: Path) -> None:
    path = tmp_path / "variable.mkv"
    times = [0, 40, 80, 120, 320, 360, 400, 600, 640, 680]  # milliseconds: two pauses
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        for time, picture in zip(times, grey(len(times)), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    frames = open_frames(path)
    shown = [round((float(frame.mean()) - 20) / 3) for frame in frames]
    assert abs(len(shown) / float(frames.fps) - 0.68) <= 1.5 / float(frames.fps)
    for instant, number in enumerate(shown):
        at = 1000 * instant / float(frames.fps)
        assert times[number] <= at + 500 / float(frames.fps) + 1
        assert number == len(times) - 1 or times[number + 1] > at - 500 / float(frames.fps) - 1


def test_pictures_with_long_pixels_are_shown_as_they_are_meant(tmp_path: Path) -> None:
    path = tmp_path / "wide.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        for picture in grey(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    frames = open_frames(path)
    assert (frames.width, frames.height) == (128, 48)
    assert {frame.shape for frame in frames} == {(48, 128, 3)}


def test_what_is_no_video_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.mp4").touch()
    for name in ("text.mp4", "empty.mp4", "missing.mp4"):
        with pytest.raises(PoseError, match=f"{name} cannot be read"):
            detect_poses(tmp_path / name)


def test_unknown_detectors_are_named(tmp_path: Path) -> None:
    write_video(tmp_path / "empty.mp4", grey(2), Fraction(25))
    with pytest.raises(PoseError, match="no detector 'openpose': choose among auto, mediapipe"):
        detect_poses(tmp_path / "empty.mp4", "openpose")

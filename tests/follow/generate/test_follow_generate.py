"""`mien follow` as a whole, with a tiny untrained model: lengths, sound, people, formats, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from follow_making import Finder, a_video, dancing, turned, two_people, without
from PIL import Image

from mien.bodies.keypoints import JOINTS, PoseVideo
from mien.bodies.poses.files import read_poses, write_poses
from mien.follow.generate.follow import Followed
from mien.follow.generate.looks import read_scenes
from mien.follow.registration import JOINT_COUNT, SERVED
from mien.follow.system import SYSTEM
from mien.media.ffmpeg import probe
from mien.media.provenance import read_tags
from mien.media.sound import read_sound
from mien.media.video import decode_frames, write_video
from mien.systems.errors import RequestError

Find = Callable[[bool], Finder]


@pytest.fixture
def follow(follow_model: Path, tmp_path: Path) -> Callable[..., Followed]:
    def run(pose: object = "dance", out: str = "out.mp4", **values: object) -> Followed:
        asked = {"text": "a woman on the beach", "size": 64, "pose": pose, **values}
        made = SYSTEM.run(asked, tmp_path / out, model=follow_model)
        assert isinstance(made, Followed)
        return made

    return run


def saved(folder: Path, poses: PoseVideo) -> Path:
    write_poses(folder / "poses.npz", poses)
    return folder / "poses.npz"


def frames_of(path: Path) -> np.ndarray:
    return np.stack(list(decode_frames(path)))


@pytest.mark.parametrize("fps", [Fraction(33), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(7)])
@pytest.mark.parametrize("frames", [1, 2, 3, 7])
def test_every_length_and_rate_is_that_of_the_poses(
    follow: Callable[..., Followed], tmp_path: Path, frames: int, fps: Fraction
) -> None:
    made = follow(saved(tmp_path, dancing(frames, fps)))
    info = probe(made.path)
    assert (info.frames, info.fps) == (frames, fps) if frames > 1 else info.frames == 1
    assert (made.frames, made.fps) == (frames, fps)
    assert (info.width, info.height) == made.size == (64, 86)


@pytest.mark.parametrize("sound", [True, False])
def test_a_video_gives_its_length_rate_size_and_sound(
    follow: Callable[..., Followed], finder: Find, tmp_path: Path, sound: bool
) -> None:
    found = finder(True)
    video = a_video(tmp_path / "video.mp4", 21, Fraction(24000, 1001), (128, 64), sound=True)
    made = follow(video, sound=sound)
    info = probe(made.path)
    assert found.frames == 21
    assert (info.frames, info.fps, info.width, info.height) == (21, Fraction(24000, 1001), 128, 64)
    assert (info.audio_hz is not None) == sound
    if sound:
        heard = read_sound(made.path, 48_000)
        assert len(heard) / 48_000 == pytest.approx(21 * 1001 / 24000, abs=0.05)
        assert np.abs(heard[9600:24000]).max() == pytest.approx(0.5, abs=0.1)


def test_a_turned_video_is_upright(follow: Callable[..., Followed], finder: Find, tmp_path: Path) -> None:
    finder(True)
    flat = a_video(tmp_path / "flat.mp4", 5, size=(128, 64))
    made = follow(turned(flat, tmp_path / "turned.mp4"))
    info = probe(made.path)
    assert (info.width, info.height, info.rotation) == (64, 128, 0)


def test_only_the_seconds_that_are_asked_for_are_detected(
    follow: Callable[..., Followed], finder: Find, tmp_path: Path
) -> None:
    found = finder(True)
    made = follow(a_video(tmp_path / "video.mp4", 50, sound=True), seconds=0.4)
    assert made.frames == found.frames == 10
    assert probe(made.path).audio_seconds == pytest.approx(0.4, abs=0.05)


def test_a_video_of_nobody_is_refused_in_one_sentence(
    follow: Callable[..., Followed], finder: Find, tmp_path: Path
) -> None:
    finder(False)
    with pytest.raises(RequestError, match="nobody was found"):
        follow(a_video(tmp_path / "video.mp4", 6))
    assert not (tmp_path / "out.mp4").exists()


def hostile(folder: Path, name: str) -> Path:
    """Files that are no pose video."""
    path = folder / name
    if name == "empty.mp4":
        path.touch()
    elif name == "text.mp4":
        path.write_text("a dance")
    elif name == "sound.mp4":
        a_video(folder / "both.mp4", 5, sound=True)
        samples = read_sound(folder / "both.mp4")
        from mien.media.sound import write_wav

        write_wav(folder / "sound.wav", samples, 16000)
        path = folder / "sound.wav"
    elif name == "shapes.npz":
        np.savez(path, points=np.zeros((3, 17, 2)), confidence=np.zeros((3, 17)))
    elif name == "joints.npz":
        write_poses(path, dancing(3))
        arrays = dict(np.load(path))
        np.savez(path, **{**arrays, "points": arrays["points"][:, :, :17]})
    elif name == "numbers.npz":
        write_poses(path, dancing(3))
        arrays = dict(np.load(path))
        np.savez(path, **{**arrays, "points": np.full_like(arrays["points"], np.nan)})
    elif name == "huge.npz":
        write_poses(path, dancing(3))
        arrays = dict(np.load(path))
        np.savez(path, **{**arrays, "size": np.array((10**9, 10**9))})
    elif name == "list.json":
        path.write_text("[]")
    else:
        (folder / name).mkdir()
    return path


@pytest.mark.parametrize(
    "name",
    [
        "empty.mp4",
        "text.mp4",
        "sound.mp4",
        "shapes.npz",
        "joints.npz",
        "numbers.npz",
        "huge.npz",
        "list.json",
        "folder",
    ],
)
def test_what_is_no_pose_video_is_refused_in_one_sentence(
    follow: Callable[..., Followed], tmp_path: Path, name: str
) -> None:
    with pytest.raises(RequestError) as refused:
        follow(hostile(tmp_path, name))
    message = str(refused.value)
    assert "\n" not in message
    assert 20 < len(message) < 400
    assert "Traceback" not in message
    assert not (tmp_path / "out.mp4").exists()


def test_narrow_poses_are_refused_before_they_fill_the_memory(follow: Callable[..., Followed], tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="crop the pose video"):
        follow(saved(tmp_path, dancing(2, width=64, height=65000)))


def test_equal_requests_give_equal_files_and_seeds_differ(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, dancing(4))
    first, again = follow(poses, "a.mp4"), follow(poses, "b.mp4")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert follow(poses, "c.mp4", seed=1).path.read_bytes() != first.path.read_bytes()


def test_the_figure_is_where_the_person_is(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = dancing(6)
    look = tmp_path / "look.json"
    look.write_text(json.dumps({"top": "shirt", "top_colour": "red", "place": "snow", "hat": "none"}))
    shown = frames_of(follow(saved(tmp_path, poses), text=None, look=look, size=96).path).astype(int)
    nobody = frames_of(follow(saved(tmp_path, without(poses, 0, 5)), "none.mp4", text=None, look=look, size=96).path)
    points = poses.people[0].points[0, :17]
    above = int(points[[11, 12], 1].min())  # the hips: a shadow lies on the ground
    changed = (np.abs(shown[0] - nobody[0]).max(axis=2) > 40)[:above]
    _, columns = np.nonzero(changed)
    assert changed.mean() > 0.03
    assert columns.min() > points[:, 0].min() - 15
    assert columns.max() < points[:, 0].max() + 15
    chest = points[[5, 6, 11, 12]].mean(axis=0).astype(int)
    red, green, blue = shown[0, chest[1], chest[0]]
    assert red > 1.5 * max(green, blue)


def test_nobody_is_drawn_while_the_person_is_lost_and_it_is_said(
    follow: Callable[..., Followed], tmp_path: Path
) -> None:
    made = follow(saved(tmp_path, without(dancing(60), 20, 45)), size=64)
    assert any("not found at 0.8 to 1.8 s" in note for note in made.notes)
    frames = frames_of(made.path).astype(int)
    steps = [np.abs(one - other).mean() for one, other in pairwise(frames)]
    assert max(steps[21:43]) < 0.5 * max(steps[19], steps[44])


def test_several_people_are_drawn_if_asked_for(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, two_people())
    one, both = follow(poses, "one.mp4"), follow(poses, "both.mp4", person="all")
    assert any("2 people are seen (0, 1)" in note for note in one.notes)
    assert (len(one.scenes), len(both.scenes)) == (1, 2)
    assert both.scenes[0].place == both.scenes[1].place
    assert both.scenes[0].labels() != both.scenes[1].labels()
    assert not both.notes or "people are seen" not in " ".join(both.notes)
    with pytest.raises(RequestError, match="no person 7 in the video: choose among 0, 1"):
        follow(poses, "none.mp4", person=7)


def test_the_skeleton_is_beside_the_figure(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, dancing(3))
    plain, beside = follow(poses, "a.mp4"), follow(poses, "b.mp4", skeleton=True)
    frame, wide = frames_of(plain.path)[0].astype(int), frames_of(beside.path)[0].astype(int)
    assert wide.shape[1] == 2 * frame.shape[1]
    assert np.abs(wide[:, frame.shape[1] :] - frame).mean() < 6
    assert np.median(wide[:, : frame.shape[1]]) < 10


def test_a_gif_keeps_the_length(follow: Callable[..., Followed], tmp_path: Path) -> None:
    made = follow(saved(tmp_path, dancing(30, Fraction(30))), "out.gif")
    with Image.open(made.path) as image:
        assert image.size == (64, 86)
        seconds = 0.0
        for number in range(image.n_frames):
            image.seek(number)
            seconds += image.info["duration"] / 1000
    assert seconds == pytest.approx(1.0, abs=0.04)


def test_a_strip_and_the_poses_and_the_looks_are_written(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, dancing(20))
    with Image.open(follow(poses, "strip.png").path) as image:
        assert image.size == (8 * 64 + 7 * 2, 86)
        assert "generator=mien" in image.text["Description"]
    kept = read_poses(follow(poses, "kept.npz").path)
    assert (kept.frames, kept.fps, kept.width) == (20, 25, 96)
    looks = follow(poses, "look.json")
    assert read_scenes(looks.path) == list(looks.scenes)
    again = follow(poses, "again.json", text=None, look=looks.path)
    assert again.scenes == looks.scenes


def test_poses_that_were_written_give_the_same_video(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, dancing(6))
    kept = follow(poses, "kept.npz", repair=False)
    plain, again = follow(poses, "a.mp4", repair=False), follow(kept.path, "b.mp4", repair=False)
    assert plain.path.read_bytes() == again.path.read_bytes()


def test_the_video_says_what_it_is(follow: Callable[..., Followed]) -> None:
    made = follow(seconds=0.2, seed=3, text="Cô gái nhảy múa trên cát")
    tags = read_tags(made.path)
    assert tags is not None
    assert (tags.prompt, tags.seed) == ("Cô gái nhảy múa trên cát", 3)
    assert tags.model == made.model_version
    assert made.lines()[0].startswith(f"{made.path}: 0.20 s, 5 frames of 64×64, AI-generated by follow ")


def test_the_mark_is_drawn_if_asked_for(follow: Callable[..., Followed]) -> None:
    plain, marked = follow(seconds=0.2, size=128), follow(seconds=0.2, size=128, mark=True, out="marked.mp4")
    differs = np.abs(frames_of(plain.path)[0].astype(int) - frames_of(marked.path)[0]).max(axis=2) > 60
    rows, columns = np.nonzero(differs)
    assert rows.min() > 64
    assert columns.min() > 64


def test_the_text_chooses_the_motion_where_no_pose_is_given(follow: Callable[..., Followed]) -> None:
    made = follow(None, text="a man", out="a.npz", seconds=0.4)
    named = follow("dance", text="a man", out="b.npz", seconds=0.4)
    assert made.frames == 10
    assert made.frames == named.frames
    assert not any("names no motion" in note for note in named.notes)


def test_a_text_of_which_nothing_is_known_is_refused(follow: Callable[..., Followed]) -> None:
    for text in ("xyzzy", "mưa", "hello world", "...", "!!!", "😀😀"):
        with pytest.raises(RequestError, match=f"knows no word of '{re.escape(text)}': say it with words"):
            follow("dance", text=text, out="a.npz", seconds=0.4)


def test_the_baseline_draws_the_same_length(follow: Callable[..., Followed], tmp_path: Path) -> None:
    poses = saved(tmp_path, dancing(9))
    made = follow(poses, architecture="diffusion")
    assert frames_of(made.path).shape == (9, 86, 64, 3)
    both = saved(tmp_path, two_people())
    with pytest.raises(RequestError, match="draws one person"):
        follow(both, "both.mp4", architecture="diffusion", person="all")


def test_without_a_model_it_says_how_to_train_one_and_looks_from_a_file_need_none(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="dvc repro follow"):
        SYSTEM.run({"pose": "dance", "text": "a man"}, tmp_path / "a.mp4", model=tmp_path / "none")
    (tmp_path / "look.json").write_text(json.dumps({"kind": "panda"}))
    asked = {"pose": "wave", "look": tmp_path / "look.json", "size": 64, "seconds": 0.2}
    made = SYSTEM.run(asked, tmp_path / "b.mp4", model=tmp_path / "none")
    assert probe(made.path).frames == 5


def test_frames_are_made_while_they_are_written(
    follow: Callable[..., Followed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mien.follow.generate import follow as module

    drawn: list[int] = []
    held: list[int] = []
    real = module.render_frames

    def counting(*given: object) -> object:
        for frame in real(*given):  # type: ignore[arg-type]
            drawn.append(len(drawn))
            yield frame

    def writing(path: Path, frames: object, *rest: object, **more: object) -> None:
        def watched() -> object:
            for number, frame in enumerate(frames):  # type: ignore[arg-type,var-annotated]
                held.append(len(drawn) - number)
                yield frame

        write_video(path, watched(), *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "render_frames", counting)
    monkeypatch.setattr(module, "write_video", writing)
    follow(saved(tmp_path, dancing(30)))
    assert len(drawn) == 30
    assert max(held) == 1


def test_a_table_makes_a_video_a_row(follow_model: Path, tmp_path: Path) -> None:
    saved(tmp_path, dancing(4))
    table = tmp_path / "table.csv"
    table.write_text("pose,text,out\nposes.npz,Gấu trúc trên mặt nước,a.mp4\nwave,a man,b.gif\nnone.mp4,a man,c.mp4\n")
    summary = SYSTEM.run_table(table, tmp_path / "out", {"size": 64, "seconds": 0.2}, model=follow_model)
    assert (summary.made, summary.failed) == (2, 1)
    assert "none.mp4 is not there" in (tmp_path / "out" / "batch.csv").read_text()


def test_the_served_model_makes_videos_from_tensors(follow_model: Path) -> None:
    assert len(JOINTS) == JOINT_COUNT
    served = SERVED.registered(follow_model)
    predictor = SERVED.load(str(follow_model))
    video = predictor.predict(dict(served.example))["video"]
    assert video.shape == (2, 2, 96, 96, 3)
    assert video.dtype == np.uint8
    assert not np.array_equal(video[0], video[1])
    with pytest.raises(ValueError, match="need as many poses"):
        predictor.predict({**served.example, "poses": served.example["poses"][:1]})

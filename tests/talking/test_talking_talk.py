"""`mien talk` from any picture to a marked video; the Python API."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from talk_making import ARCHITECTURES, REAL, Picture, options, talk, tone, wall, with_faces

from mien.faces.pictures.paste_back import PasteBack
from mien.files import sha256_file
from mien.media.ffmpeg import open_media, probe
from mien.media.file_tags import file_tags
from mien.media.provenance import parse_tags, read_tags
from mien.media.sound import read_sound, silent_ends
from mien.media.video import decode_frames, write_video
from mien.systems.errors import RequestError
from mien.talking import Talker
from mien.talking.generate.talker import FACE_SIDE, LONGEST_SIDE


def tags(path: Path) -> dict[str, str]:
    with open_media(path) as container:
        return dict(container.metadata)


def test_the_video_has_picture_sound_and_a_mark(inputs: Path, model: Path, tmp_path: Path) -> None:
    made = talk(options(inputs, emotion="happy", intensity=0.25, seed=3), tmp_path / "out.mp4", model)
    info = probe(made.path)
    assert (info.width, info.height, info.fps, info.frames) == (360, 288, Fraction(25), 25)
    assert (made.frames, made.notes, made.captions) == (25, (), None)
    with open_media(made.path) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.audio[0].codec_context.name == "aac"
    assert np.abs(read_sound(made.path)).max() > 0.2
    marks = tags(made.path)
    assert "generated" in marks["title"]
    assert "AI" in marks["comment"]
    version = f"talking_face {sha256_file(model / 'model.safetensors')[:12]}"
    assert version == made.model_version
    assert version in marks["comment"]
    assert "emotion=HAP; intensity=0.25; seed=3" in marks["description"]
    assert str(inputs) not in str(marks)
    told = read_tags(made.path)
    assert told is not None
    assert (told.model, told.data_digest, told.emotion, told.seed) == (version, "0123456789abcdef", "HAP", 3)
    assert told.engine is None
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_the_same_request_gives_the_same_bytes(inputs: Path, model: Path, tmp_path: Path) -> None:
    first = talk(options(inputs), tmp_path / "a.mp4", model).path.read_bytes()
    assert talk(options(inputs), tmp_path / "b.mp4", model).path.read_bytes() == first
    assert talk(options(inputs, emotion="ANG"), tmp_path / "c.mp4", model).path.read_bytes() != first


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_face_moves_in_the_whole_picture_without_a_seam(
    picture: Picture, models: dict[str, Path], architecture: str
) -> None:
    talker = Talker.load(models[architecture], "cpu")
    frames = list(talker.talk(picture, speech=tone(0.5), emotion="HAP", intensity=1.0))
    landmarks = talk_landmarks(picture)
    stage = PasteBack(picture, landmarks)
    back = cv2.invertAffineTransform(stage.transform)
    size = len(stage.crop)

    def along_the_border(image: NDArray[np.float32], inwards: float) -> NDArray[np.float32]:
        t = np.linspace(0.02, 0.98, 200) * size
        low, high = np.full(200, inwards - 0.5), np.full(200, size - 0.5 - inwards)
        places = [np.stack(pair, 1) for pair in ((t, low), (t, high), (low, t), (high, t))]
        points = (np.concatenate(places) @ back[:, :2].T + back[:, 2]).astype(np.float32)
        return np.asarray(cv2.remap(image, points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR))[0]

    photo = picture.astype(np.float32)
    own = np.abs(along_the_border(photo, 1) - along_the_border(photo, -1)).mean()
    for frame in frames[::4]:
        assert frame.shape == picture.shape
        shown = frame.astype(np.float32)
        across = np.abs(along_the_border(shown, 1) - along_the_border(shown, -1)).mean()
        assert across < 1.1 * own + 0.3  # the gradient across the border is the photo's own
        assert np.array_equal(frame[:40], picture[:40])
    inner = np.abs(np.stack(frames).astype(int) - picture).mean(axis=(0, 3))[100:200, 130:230]
    assert inner.mean() > 0.5  # and inside it something happens


def talk_landmarks(picture: Picture) -> NDArray[np.float32]:
    from mien.faces.pictures.find_face import choose_face, find_faces

    return choose_face(find_faces(picture)).face.landmarks


@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ({}, (360, 288)),
        ({"size": 720}, (720, 576)),
        ({"size": 128}, (128, 102)),
        ({"paste_back": False}, (FACE_SIDE, FACE_SIDE)),
        ({"paste_back": False, "size": 64}, (64, 64)),
    ],
)
def test_the_size_of_the_video(
    inputs: Path, model: Path, tmp_path: Path, changes: dict[str, Any], shape: tuple[int, int]
) -> None:
    info = probe(talk(options(inputs, **changes), tmp_path / "out.mp4", model).path)
    assert (info.width, info.height) == shape


def test_a_large_photo_gives_a_bounded_video_and_an_odd_one_an_even_one(
    model: Path, inputs: Path, tmp_path: Path
) -> None:
    Image.fromarray(with_faces(wall(1500, 1900), (900, 700, 500))).save(tmp_path / "large.png")
    Image.fromarray(with_faces(wall(201, 255), (120, 100, 120))).save(tmp_path / "odd.png")
    sizes = []
    for name in ("large", "odd"):
        info = probe(talk(options(inputs, image=tmp_path / f"{name}.png"), tmp_path / f"{name}.mp4", model).path)
        sizes.append((info.width, info.height))
    assert sizes == [(LONGEST_SIDE, 1010), (256, 202)]


def test_frames_come_one_by_one_and_are_those_of_the_file(inputs: Path, model: Path, tmp_path: Path) -> None:
    talker = Talker.load(model, "cpu")
    performance = talker.talk(inputs / "face.png", speech=inputs / "voice.wav", emotion="sad", seed=2)
    assert (performance.length, performance.fps) == (25, Fraction(25))
    assert len(performance.speech.samples) == 16000
    first = next(performance)
    rest = list(performance)
    assert len(rest) == 24
    assert not np.array_equal(first, rest[11])
    made = talk(options(inputs, emotion="SAD", seed=2), tmp_path / "out.mp4", model)
    for frame, decoded in zip([first, *rest], decode_frames(made.path), strict=True):
        assert np.abs(frame.astype(int) - decoded).mean() < 4
    names = talker.talk(str(inputs / "face.png"), speech=str(inputs / "voice.wav"), emotion="SAD", seed=2)
    assert np.array_equal(next(names), first)
    own = read_sound(inputs / "voice.wav")  # its 16-bit samples: those of `tone` differ from them in the last bits
    arrays = talker.talk(np.asarray(Image.open(inputs / "face.png")), speech=own, emotion="SAD", seed=2)
    assert np.array_equal(next(arrays), first)
    for wrong, words in (
        ({"speech": tone(0.5), "text": "both"}, "one of them"),
        ({}, "one of them"),
        ({"speech": tone(0.1)}, "0.10 s"),
        ({"speech": tone(0.5) * np.nan}, "not numbers"),
        ({"speech": tone(0.5), "sise": 64}, "sise"),
        ({"speech": tone(0.5), "face": 3}, "no face 3"),
    ):
        with pytest.raises(RequestError, match=words):
            talker.talk(inputs / "face.png", **wrong)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="RGB uint8"):
        talker.talk(np.zeros((64, 64), np.uint8), speech=tone(0.5))


def test_memory_does_not_grow_with_the_frames(picture: Picture, model: Path) -> None:
    talker = Talker.load(model, "cpu")

    def peak(seconds: float) -> int:
        speech = tone(seconds)
        tracemalloc.start()
        for _ in talker.talk(picture, speech=speech):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(9) - peak(1) < 8 * 25 * picture.nbytes / 10  # 62 MB of frames more, but they are not kept


def test_which_of_several_faces_talks(inputs: Path, model: Path, tmp_path: Path) -> None:
    two = with_faces(wall(), (90, 144, 130), (270, 144, 150))
    Image.fromarray(two).save(tmp_path / "two.png")
    moved = []
    for face in (None, 0, 1):
        made = talk(options(inputs, image=tmp_path / "two.png", face=face), tmp_path / f"{face}.mp4", model)
        assert bool(made.notes) == (face is None)
        change = np.abs(np.stack(list(decode_frames(made.path))).astype(int) - two).mean(axis=(0, 1, 3))
        moved.append(int(change[:180].mean() < change[180:].mean()))
        if face is None:
            assert "1 other" in made.notes[0]
            assert "--face" in made.notes[0]
    assert moved == [1, 0, 1]
    Image.fromarray(wall()).save(tmp_path / "wall.png")
    for image, face, words in (("wall.png", None, "no face"), ("two.png", 2, "no face 2")):
        with pytest.raises(RequestError, match=words):
            talk(options(inputs, image=tmp_path / image, face=face), tmp_path / "out.mp4", model)
    assert not (tmp_path / "out.mp4").exists()


def test_a_video_as_the_picture(inputs: Path, model: Path, tmp_path: Path) -> None:
    frames = [with_faces(wall(), (180, 144, 170), opening=0.9)] * 6 + [with_faces(wall(), (180, 144, 170))] * 4
    write_video(tmp_path / "me.mp4", frames, Fraction(25))
    made = talk(options(inputs, image=tmp_path / "me.mp4"), tmp_path / "out.mp4", model)
    assert "second 0." in made.notes[0]


def test_a_talk_begins_and_ends_in_silence_and_its_captions_move_along(
    inputs: Path, model: Path, tmp_path: Path
) -> None:
    pytest.importorskip("espeakng_loader")
    asked = options(inputs, speech=None, text="Ah!", captions=True, paste_back=False, size=64)
    plain = talk({**asked, "lead_in": 0, "lead_out": 0}, tmp_path / "plain.mp4", model)
    led = talk({**asked, "lead_in": 0.6, "lead_out": 1.0}, tmp_path / "led.mp4", model)
    before, after = silent_ends(read_sound(led.path), 16_000)
    assert before >= 0.55
    assert after >= 0.95
    assert led.seconds == pytest.approx(plain.seconds + 1.6, abs=0.1)
    assert led.captions is not None
    start = float(led.captions.read_text().split(" --> ")[0].split(":")[-1])
    assert 0.58 < start < 0.75
    usual = talk(asked, tmp_path / "usual.mp4", model)
    before, after = silent_ends(read_sound(usual.path), 16_000)
    assert before >= 0.15
    assert after >= 0.25
    with pytest.raises(RequestError, match="--lead-in must be a number, 0 to 10"):
        talk({**asked, "lead_in": -1}, tmp_path / "no.mp4", model)


def test_a_text_is_spoken_with_captions(inputs: Path, model: Path, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    asked = options(inputs, speech=None, text="Good morning", captions=True, paste_back=False, size=64)
    made = talk(asked, tmp_path / "out.mp4", model)
    assert 0.4 < made.seconds < 3
    assert made.captions == tmp_path / "out.vtt"
    captions = made.captions.read_text()
    assert captions.startswith("WEBVTT")
    assert "Good morning" in captions
    assert parse_tags(file_tags(made.captions)) == read_tags(made.path)
    told = read_tags(made.path)
    assert told is not None
    assert told.engine == "espeak"
    with pytest.raises(RequestError, match="--force"):
        talk(asked, tmp_path / "out.mp4", model)
    (tmp_path / "own.vtt").write_text("precious")
    with pytest.raises(RequestError, match=r"own\.vtt is already there"):
        talk(asked, tmp_path / "own.mp4", model)
    assert (tmp_path / "own.vtt").read_text() == "precious"
    assert not (tmp_path / "own.mp4").exists()
    slow = talk(options(inputs, speech=None, text="Xin chào", language="vi"), tmp_path / "vi.mp4", model)
    assert slow.seconds > 0.2
    with pytest.raises(RequestError, match="words of a recording"):
        talk(options(inputs, captions=True), tmp_path / "no.mp4", model)


def test_a_visible_mark(picture: Picture, model: Path) -> None:
    talker = Talker.load(model, "cpu")
    plain, marked = (next(talker.talk(picture, speech=tone(0.5), mark=mark)) for mark in (False, True))
    change = np.abs(plain.astype(int) - marked).max(axis=2)
    assert change.max() > 60
    assert (change[: plain.shape[0] // 2] == 0).all()
    assert (change > 0).mean() < 0.05


def test_an_emotion_track_is_felt_from_its_time_on(picture: Picture, model: Path, inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "track.txt").write_text("0: neutral\n0.32: neutral\n0.36: angry 1\n")
    (tmp_path / "still.txt").write_text("0: neutral\n")
    (tmp_path / "wrong.txt").write_text("0: neutral\n1: bored\n")
    talker = Talker.load(model, "cpu")
    calls: list[dict[str, Any]] = []
    real = talker.generate

    def generate(*arguments: Any, **named: Any) -> Any:
        calls.append(named)
        return real(*arguments, **named)

    talker.generate = generate  # type: ignore[method-assign]
    for name in ("track.txt", "still.txt"):
        list(talker.talk(picture, speech=tone(0.8), emotion_track=tmp_path / name, paste_back=False, size=64))
    track, calm = (call["emotion_weights"] for call in calls)
    assert track.shape == calm.shape == (33, 6)
    assert np.array_equal(track[:9], calm[:9])
    assert track[9:, 0].min() == 1
    made = talk(options(inputs, emotion_track=tmp_path / "track.txt"), tmp_path / "out.mp4", model)
    told = read_tags(made.path)
    assert told is not None
    assert "ANG" in str(told.emotion)
    assert told.intensity is None
    for name, words in (("wrong.txt", "bored"), ("absent.txt", "not there")):
        with pytest.raises(RequestError, match=words):
            talk(options(inputs, emotion_track=tmp_path / name), tmp_path / "no.mp4", model)
    with pytest.raises(RequestError, match="not both"):
        talk(options(inputs, emotion="HAP", emotion_track=tmp_path / "track.txt"), tmp_path / "no.mp4", model)


def test_head_motion_from_a_file_is_obeyed(picture: Picture, model: Path, inputs: Path, tmp_path: Path) -> None:
    rotation = np.zeros((20, 3))
    rotation[10:, 2] = 0.2  # the head leans to the viewer's right from the middle on
    np.savez(tmp_path / "lean.npz", fps=25, rotation=rotation)
    np.savez(tmp_path / "still.npz", fps=25, rotation=np.zeros((20, 3)))
    np.savez(tmp_path / "wrong.npz", fps=25)
    talker = Talker.load(model, "cpu")
    how: dict[str, Any] = {"speech": tone(0.8), "paste_back": False, "size": 64}
    lean, still = (
        np.stack(list(talker.talk(picture, motion=tmp_path / name, **how))).astype(int)
        for name in ("lean.npz", "still.npz")
    )
    change = np.abs(lean - still).mean(axis=(1, 2, 3))
    assert change[:10].max() < 0.01
    assert change[10:].min() > 1
    with pytest.raises(RequestError, match=r"wrong\.npz"):
        talk(options(inputs, motion=tmp_path / "wrong.npz"), tmp_path / "no.mp4", model)


@pytest.mark.real
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_real_stills_videos_and_speech(models: dict[str, Path], architecture: str, tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    speech = sorted((REAL / "talking/cremad/AudioWAV").glob("*.wav"))[0]
    images = [
        *sorted((REAL / "talking/cremad/stills").glob("*.png")),
        *sorted((REAL / "talking/grid").glob("*.mpg"))[:1],
    ]
    for image in [*images, REAL / "body/coco/000000000785.jpg"]:
        out = tmp_path / f"{image.stem}.mp4"
        made = talk({"image": image, "speech": speech, "emotion": "ANG"}, out, models[architecture])
        assert abs(made.frames / 25 - made.seconds) <= 0.04

"""`mien talk` from any picture to a marked video; and one clear sentence for whatever cannot be used."""

from __future__ import annotations

import importlib.util
import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray
from PIL import Image

from mien.files import sha256_file
from mien.media.ffmpeg import open_media, probe
from mien.media.sound import read_sound
from mien.media.video import decode_frames, write_video
from mien.talking import portrait
from mien.talking.model_folder import save_model
from mien.talking.networks import Generator, GeneratorConfig
from mien.talking.portrait import PortraitError, read_portrait
from mien.talking.talk import talk
from mien.talking.talk_request import MAX_CHARACTERS, TalkError, TalkOptions, emotion_code

REAL = Path(__file__).parents[2].parent / "shared/real/talking/cremad"


def _drawing() -> Any:
    path = Path(__file__).parents[1] / "faces" / "faces_drawing.py"
    specification = importlib.util.spec_from_file_location("faces_drawing_for_talk", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    """A drawn face (288, 360, 3), asymmetric: the corner at the top left is red."""
    drawing = _drawing()
    frame = drawing.picture()
    drawing.draw_face(frame, drawing.face_transform((180, 144), 170))
    frame[:20, :20] = (255, 0, 0)
    return np.asarray(frame, np.uint8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained generator of 32 pixels as a model folder."""
    torch.manual_seed(0)
    config = GeneratorConfig(
        size=32, fps=Fraction(25), sample_rate=16_000, image_channels=(8, 8, 16), speech_width=8, code_width=16
    )
    folder = tmp_path_factory.mktemp("models") / "talking_face"
    folder.mkdir()
    save_model(folder, "talking_face", Generator(config), {"network": config.model_dump(mode="json")}, "# card\n")
    return folder


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory, picture: NDArray[np.uint8]) -> Path:
    """A folder with face.png and voice.wav (half a second)."""
    folder = tmp_path_factory.mktemp("inputs")
    Image.fromarray(picture).save(folder / "face.png")
    seconds = np.arange(8000) / 16_000
    soundfile.write(folder / "voice.wav", 0.3 * np.sin(2 * np.pi * 200 * seconds), 16_000)
    return folder


def options(inputs: Path, **changes: Any) -> TalkOptions:
    return TalkOptions(**{"image": inputs / "face.png", "speech": inputs / "voice.wav", "size": 64, **changes})


def tags(path: Path) -> dict[str, str]:
    with open_media(path) as container:
        return dict(container.metadata)


def test_the_video_has_picture_sound_and_a_mark(inputs: Path, model: Path, tmp_path: Path) -> None:
    made = talk(options(inputs, emotion="happy", intensity=0.25, seed=3), tmp_path / "out.mp4", model)
    info = probe(made.path)
    assert (info.width, info.height, info.fps, info.frames) == (64, 64, Fraction(25), 13)
    assert made.frames == 13
    with open_media(made.path) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.audio[0].codec_context.name == "aac"
    sound = read_sound(made.path)
    assert np.abs(sound).max() > 0.2
    marks = tags(made.path)
    assert "generated" in marks["title"]
    assert "AI" in marks["comment"]
    version = f"talking_face {sha256_file(model / 'model.safetensors')[:12]}"
    assert version == made.model_version
    assert version in marks["comment"]
    assert "emotion=HAP; intensity=0.25; seed=3" in marks["description"]


def test_the_same_request_gives_the_same_bytes(inputs: Path, model: Path, tmp_path: Path) -> None:
    first = talk(options(inputs), tmp_path / "a.mp4", model).path.read_bytes()
    assert talk(options(inputs), tmp_path / "b.mp4", model).path.read_bytes() == first
    assert talk(options(inputs, emotion="ANG"), tmp_path / "c.mp4", model).path.read_bytes() != first


def test_a_text_is_spoken(inputs: Path, model: Path, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    made = talk(options(inputs, speech=None, text="Good morning"), tmp_path / "out.mp4", model)
    assert 0.4 < made.seconds < 3
    slow = talk(options(inputs, speech=None, text="Xin chào", language="vi"), tmp_path / "vi.mp4", model)
    assert slow.seconds > 0.2


def test_an_output_is_overwritten_only_when_forced_and_an_input_never(
    inputs: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"precious")
    with pytest.raises(TalkError, match="--force"):
        talk(options(inputs), out, model)
    assert out.read_bytes() == b"precious"
    talk(options(inputs), out, model, force=True)
    assert len(out.read_bytes()) > 1000
    with pytest.raises(TalkError, match="never overwritten"):
        talk(options(inputs, image=out), out, model, force=True)


def broken_speech(folder: Path) -> dict[str, tuple[Path, str]]:
    """Every kind of recording that cannot be used, with a word of the answer."""
    rate = 16_000
    soundfile.write(folder / "nan.wav", np.full(8000, np.nan, np.float32), rate, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(8000), rate)
    soundfile.write(folder / "nothing.wav", np.zeros(0), rate)
    soundfile.write(folder / "click.wav", np.full(800, 0.5), rate)
    soundfile.write(folder / "hours.wav", np.full(601 * 1000, 0.1), 1000)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "page.wav").write_text("<!doctype html><p>not found</p>")
    (folder / "noise.wav").write_bytes(bytes(range(256)) * 20)
    (folder / "pointer.wav").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    write_video(folder / "mute.mp4", [np.zeros((32, 32, 3), np.uint8)] * 5, Fraction(25))
    words = {
        "nan.wav": "not numbers", "silent.wav": "silent", "nothing.wav": "nothing.wav|only 0.00", "click.wav": "0.05 s",
        "hours.wav": "split it", "empty.wav": "0 bytes", "page.wav": "web page", "noise.wav": "decoded|no sound",
        "pointer.wav": "git lfs pull", "mute.mp4": "no sound", "missing.wav": "not there",
    }  # fmt: skip
    return {name: (folder / name, word) for name, word in words.items()}


def test_speech_that_cannot_be_used_is_named(inputs: Path, model: Path, tmp_path: Path) -> None:
    for name, (path, word) in broken_speech(tmp_path).items():
        with pytest.raises(TalkError, match=word) as caught:
            talk(options(inputs, speech=path), tmp_path / "out.mp4", model)
        assert "\n" not in str(caught.value), name
        assert not (tmp_path / "out.mp4").exists()


def test_requests_that_make_no_sense_are_refused(inputs: Path, model: Path, tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"text": "both"}, "not both"),
        ({"speech": None}, "one of them"),
        ({"speech": None, "text": "  "}, "empty"),
        ({"speech": None, "text": "word " * MAX_CHARACTERS}, "split it"),
        ({"speech": None, "text": "…"}, "spoken"),
        ({"speech": None, "text": "a", "language": "Klingon!"}, "language"),
        ({"speech": None, "text": "a", "language": "xx-zz"}, "spoken"),
        ({"emotion": "JOY"}, "ANG, DIS, FEA, HAP, NEU, SAD"),
        ({"intensity": 1.5}, "between 0 and 1"),
        ({"intensity": float("nan")}, "between 0 and 1"),
        ({"size": 63}, "even"),
        ({"size": 10_000}, "2048"),
    ]
    for changes, words in wrong:
        with pytest.raises(TalkError, match=words):
            talk(options(inputs, **changes), tmp_path / "out.mp4", model)
    with pytest.raises(TalkError, match="make repro"):
        talk(options(inputs), tmp_path / "out.mp4", tmp_path / "no model")
    for out, words in (
        (tmp_path / "out.gif", "mp4"),
        (tmp_path / "dir.mp4", "folder"),
        (Path("/proc/x.mp4"), "written"),
    ):
        (tmp_path / "dir.mp4").mkdir(exist_ok=True)
        with pytest.raises(TalkError, match=words):
            talk(options(inputs), out, model)
    assert [path.name for path in tmp_path.iterdir()] == ["dir.mp4"]


def test_no_face_and_several_faces(inputs: Path, model: Path, tmp_path: Path) -> None:
    drawing = _drawing()
    Image.fromarray(drawing.picture()).save(tmp_path / "wall.png")
    two = drawing.picture()
    for x in (90, 270):
        drawing.draw_face(two, drawing.face_transform((x, 144), 150))
    Image.fromarray(two).save(tmp_path / "two.png")
    for name, words in (("wall.png", "no face"), ("two.png", "more than one face|faces")):
        with pytest.raises(TalkError, match=words):
            talk(options(inputs, image=tmp_path / name), tmp_path / "out.mp4", model)


def test_a_damaged_model_is_said(inputs: Path, model: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model/model.safetensors").write_bytes(b"x")
    with pytest.raises(TalkError, match="damaged"):
        talk(options(inputs), tmp_path / "out.mp4", tmp_path / "model")


@pytest.mark.parametrize(
    ("word", "code"), [("HAP", "HAP"), ("hap", "HAP"), ("Happy", "HAP"), (" sad ", "SAD"), ("neutral", "NEU")]
)
def test_emotions_by_code_or_word(word: str, code: str) -> None:
    assert emotion_code(word) == code


@pytest.mark.real
def test_real_stills_and_real_speech(model: Path, tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    speech = sorted((REAL / "AudioWAV").glob("*.wav"))[0]
    for still in sorted((REAL / "stills").glob("*.png")):
        made = talk(
            TalkOptions(image=still, speech=speech, emotion="ANG", size=64), tmp_path / f"{still.stem}.mp4", model
        )
        assert abs(made.frames / 25 - made.seconds) <= 0.04


def saved(picture: NDArray[np.uint8], path: Path, **how: Any) -> Path:
    Image.fromarray(picture).save(path, **how)
    return path


def close(one: NDArray[np.uint8], other: NDArray[np.uint8], most: float = 3) -> bool:
    return one.shape == other.shape and float(np.abs(one.astype(int) - other).mean()) < most


def test_every_kind_of_picture_is_read_alike(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    image = Image.fromarray(picture)
    grey = np.repeat(np.asarray(image.convert("L"))[:, :, None], 3, axis=2)
    for name in ("a.png", "b.bmp", "c.tiff", "d.webp", "e.ppm", "with space ü %d.png", "-dash.png"):
        assert close(read_portrait(saved(picture, tmp_path / name)), picture), name
    assert close(read_portrait(saved(picture, tmp_path / "f.jpg", quality=95)), picture)
    image.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    assert close(read_portrait(tmp_path / "cmyk.jpg"), picture, 6)
    image.convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "palette.png")
    assert close(read_portrait(tmp_path / "palette.png"), picture, 6)
    image.convert("L").save(tmp_path / "grey.png")
    assert np.array_equal(read_portrait(tmp_path / "grey.png"), grey)
    deep = (grey[:, :, 0].astype(np.uint16)) * 257
    for name in ("deep.png", "deep.tiff"):
        Image.fromarray(deep).save(tmp_path / name)
        assert np.array_equal(read_portrait(tmp_path / name), grey), name
    Image.fromarray(grey[:, :, 0].astype(np.float32) / 255).save(tmp_path / "float.tiff")
    assert np.array_equal(read_portrait(tmp_path / "float.tiff"), grey)


def test_transparency_becomes_white_and_an_animation_its_first_picture(
    picture: NDArray[np.uint8], tmp_path: Path
) -> None:
    alpha = np.full(picture.shape[:2], 255, np.uint8)
    alpha[100:] = 0
    Image.fromarray(np.dstack([picture, alpha])).save(tmp_path / "alpha.png")
    read = read_portrait(tmp_path / "alpha.png")
    assert np.array_equal(read[:100], picture[:100])
    assert (read[100:] == 255).all()
    later = [Image.new("RGB", (picture.shape[1], picture.shape[0]), "black")] * 3
    Image.fromarray(picture).save(tmp_path / "moving.gif", save_all=True, append_images=later, duration=40)
    assert close(read_portrait(tmp_path / "moving.gif"), picture, 12)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_says(picture: NDArray[np.uint8], tmp_path: Path, orientation: int) -> None:
    turned = {
        1: picture,
        2: picture[:, ::-1],
        3: picture[::-1, ::-1],
        4: picture[::-1],
        5: picture.transpose(1, 0, 2),
        6: np.rot90(picture, 1),
        7: picture[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(picture, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(turned[orientation])
    path = saved(stored, tmp_path / "photo.jpg", quality=95, exif=exif)
    assert close(read_portrait(path), picture)


def test_a_huge_photo_is_bounded(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    large = np.repeat(np.repeat(picture, 14, axis=0), 14, axis=1)  # 20 megapixels
    read = read_portrait(saved(large, tmp_path / "large.jpg", quality=90))
    assert max(read.shape) == portrait.WORKING_SIDE
    assert read[:100, :100].mean(axis=(0, 1))[0] > 200  # still the red corner


def test_a_videos_first_frame(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    frames = [picture, *[np.zeros_like(picture)] * 4]
    write_video(tmp_path / "clip.mp4", frames, Fraction(25), quality=5)
    read = read_portrait(tmp_path / "clip.mp4")
    assert close(read, picture, 8)
    assert np.array_equal(read, next(iter(decode_frames(tmp_path / "clip.mp4"))))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_files_that_are_no_picture_get_one_sentence(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.fromarray(picture).save(whole, "PNG")
    saved(picture, tmp_path / "whole.jpg")
    contents: dict[str, tuple[bytes, str]] = {
        "empty.png": (b"", "0 bytes"),
        "cut.png": (whole.getvalue()[: len(whole.getvalue()) // 2], "damaged"),
        "noise.png": (bytes(range(256)) * 8, "no picture"),
        "page.png": (b"<!doctype html><h1>404</h1>", "no picture"),
        "pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        "bomb.png": (bomb(60_000, 60_000), "megapixels"),
        "large.png": (bomb(12_000, 9_000), "megapixels"),
        "tiny.png": (bomb(8, 8), "too small"),
        "document.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n", "no picture"),
        "list.m3u8": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "no picture"),
    }
    for name, (content, words) in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PortraitError, match=words) as caught:
            read_portrait(tmp_path / name)
        assert "\n" not in str(caught.value)
    for path, words in (
        (tmp_path, "folder"),
        (tmp_path / "absent.png", "no such file"),
        (Path("/dev/zero"), "no such file"),
    ):
        with pytest.raises(PortraitError, match=words):
            read_portrait(path)

"""`mien talk`: one clear sentence for whatever cannot be used: requests, photos, models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bit_flips import flip_bit
from PIL import Image
from talk_making import Picture, options, talk, wall, with_faces

from mien.media.ffmpeg import probe
from mien.systems.errors import RequestError
from mien.talking.generate.request import TalkOptions, TalkRequest, captions_path, emotion_code


def test_an_output_is_overwritten_only_when_forced_and_an_input_never(
    inputs: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"precious")
    with pytest.raises(RequestError, match="--force"):
        talk(options(inputs), out, model)
    assert out.read_bytes() == b"precious"
    talk(options(inputs), out, model, force=True)
    assert len(out.read_bytes()) > 1000
    with pytest.raises(RequestError, match="never overwritten"):
        talk(options(inputs, image=out), out, model, force=True)
    assert captions_path(out) == tmp_path / "out.vtt"


def test_requests_that_make_no_sense_are_refused(inputs: Path, model: Path, tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"text": "both"}, "not both"),
        ({"speech": None}, "one of them"),
        ({"speech": None, "text": "  "}, "empty"),
        ({"speech": None, "text": "a" * 20_001}, "split it"),
        ({"emotion": "JOY"}, r"ANG \(anger, angry\), DIS"),
        ({"intensity": 1.5}, "a number, 0 to 1, not 1.5"),
        ({"intensity": float("nan")}, "0 to 1, not nan"),
        ({"size": 63}, "even"),
        ({"size": 10_000}, "2,048"),
        ({"motion": Path("absent.npz")}, "absent.npz is not there"),
        ({"speech": tmp_path / "missing.wav"}, "not there"),
    ]
    for changes, words in wrong:
        with pytest.raises(RequestError, match=words):
            talk(options(inputs, **changes), tmp_path / "out.mp4", model)
    with pytest.raises(RequestError, match="make repro"):
        talk(options(inputs), tmp_path / "out.mp4", tmp_path / "no model")
    for out, words in (
        (tmp_path / "out.gif", "mp4"),
        (tmp_path / "dir.mp4", "folder"),
        (Path("/proc/x.mp4"), "written"),
    ):
        (tmp_path / "dir.mp4").mkdir(exist_ok=True)
        with pytest.raises(RequestError, match=words):
            talk(options(inputs), out, model)
    assert [path.name for path in tmp_path.iterdir()] == ["dir.mp4"]


def photos(picture: Picture, folder: Path) -> dict[str, str | None]:
    """Photos of every unusual kind, with a word of the refusal; None: it talks."""
    image = Image.fromarray(picture)
    small = Image.fromarray(with_faces(wall(32, 32), (16, 16, 32)))
    small.save(folder / "small.png")
    image.convert("L").save(folder / "grey.png")
    image.convert("RGBA").save(folder / "alpha.png")
    image.convert("CMYK").save(folder / "print.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.jpg", quality=95, exif=exif)
    image.save(folder / "moving.gif", save_all=True, append_images=[image, image], duration=40)
    Image.new("1", (20_000, 20_000), 1).save(folder / "huge.png")
    Image.new("RGB", (31, 31)).save(folder / "tiny.png")
    (folder / "text.png").write_text("not a picture")
    talks = dict.fromkeys(("small.png", "grey.png", "alpha.png", "print.jpg", "turned.jpg", "moving.gif"))
    return {**talks, "huge.png": "megapixels", "tiny.png": "31×31", "text.png": "no picture", "absent.png": "not there"}


def test_photos_of_every_kind(picture: Picture, inputs: Path, model: Path, tmp_path: Path) -> None:
    for name, words in photos(picture, tmp_path).items():
        out = tmp_path / f"{name}.mp4"
        if words is None:
            info = probe(talk(options(inputs, image=tmp_path / name), out, model).path)
            assert (info.width, info.height) == ((32, 32) if name == "small.png" else (360, 288)), name
            continue
        with pytest.raises(RequestError, match=words) as caught:
            talk(options(inputs, image=tmp_path / name), out, model)
        assert "\n" not in str(caught.value)
        assert not out.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def edit(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), "network": {"size": "large"}}))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("config.json", Path.unlink),
        ("config.json", cut),
        ("config.json", edit),
        ("config.json", lambda path: path.write_text(path.read_text().replace('"25"', '"100000"'))),
        ("config.json", lambda path: path.write_bytes(b"\xff\xfe\x00")),
        ("model.safetensors", Path.unlink),
        ("model.safetensors", cut),
        ("model.safetensors", flip_bit),
        ("model.safetensors", lambda path: path.write_bytes(b"")),
    ],
)
def test_a_damaged_model_is_said(
    inputs: Path, model: Path, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    damage(folder / name)
    with pytest.raises(RequestError, match=r"the model in|no trained model") as caught:
        talk(options(inputs), tmp_path / "out.mp4", folder)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_without_its_card_still_talks(inputs: Path, model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model/card.md").write_bytes(b"\xff")
    assert talk(options(inputs, size=64), tmp_path / "out.mp4", tmp_path / "model").frames == 25


@pytest.mark.parametrize(
    ("word", "code"), [("HAP", "HAP"), ("hap", "HAP"), ("Happy", "HAP"), (" sad ", "SAD"), ("neutral", "NEU")]
)
def test_emotions_by_code_or_word(word: str, code: str) -> None:
    assert emotion_code(word) == code


def test_faces_by_word_or_number() -> None:
    assert [TalkOptions.of({"face": word}).face for word in ("Largest ", "0", " 12", 3, None)] == [None, 0, 12, 3, None]
    for word in ("-1", "left", "", "1.5", "9" * 30):
        with pytest.raises(RequestError, match="--face"):
            TalkOptions.of({"face": word})


def test_a_row_of_a_table_as_a_request() -> None:
    cells = {"image": "a.png", "text": "Hi", "intensity": "0.5", "face": "1", "paste_back": "no", "size": "64"}
    row = TalkRequest.of(cells)
    assert (row.image, row.intensity, row.face, row.paste_back, row.size) == (Path("a.png"), 0.5, 1, False, 64)
    for wrong, words in (
        ({"text": "Hi"}, "--image is needed"),
        ({"image": "a", "text": "Hi", "seed": "x"}, "--seed must be a whole number, at least 0, not 'x'"),
        ({"image": "a", "text": "Hi", "face": "x"}, "face"),
    ):
        with pytest.raises(RequestError, match=words):
            TalkRequest.of(wrong)

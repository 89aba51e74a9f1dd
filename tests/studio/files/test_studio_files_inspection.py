"""Uploads are decoded in a process with bounds: hostile files are refused in a sentence, and harm nothing."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from upload_making import encoded, npz, png

from mien.bodies.keypoints import JOINTS, PoseTrack, PoseVideo
from mien.bodies.poses.files import write_poses
from mien.media.sound import write_wav
from mien.media.video import write_video
from mien.processes import Process
from mien.studio.files.errors import FileError
from mien.studio.files.inspector import Inspected, Inspector
from mien.studio.files.sniff import HEAD_BYTES, sniff
from mien.studio.settings import Limits


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    """One inspecting process for the whole module, as a server has."""
    found = Inspector(Limits(upload_seconds=30, upload_pixels=4_000_000, video_pixels=500_000, inspect_seconds=20), 1)
    yield found
    found.close()


def _inspected(inspector: Inspector, folder: Path, content: bytes, name: str) -> Inspected:
    sniffed = sniff(content[:HEAD_BYTES], name)
    path = folder / f"stored{sniffed.suffix}"
    path.write_bytes(content)
    return inspector.inspect(path, sniffed.group, name, folder / "preview")


def _refused(inspector: Inspector, folder: Path, content: bytes, name: str) -> str:
    with pytest.raises(FileError) as error:
        _inspected(inspector, folder, content, name)
    said = error.value.message
    assert name in said
    assert "stored" not in said
    assert str(folder) not in said
    assert "Traceback" not in said
    return said


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _huge_png(side: int) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _video(folder: Path, frames: int = 10, sound: bool = False) -> bytes:
    path = folder / "made.mp4"
    pictures = (np.full((64, 96, 3), 20 * number % 255, np.uint8) for number in range(frames))
    samples = np.sin(np.arange(16000 * frames // 10) / 20).astype(np.float32) / 2 if sound else None
    write_video(path, pictures, Fraction(10), samples, 16000) if sound else write_video(path, pictures, Fraction(10))
    return path.read_bytes()


def test_a_picture_is_measured_upright_and_gets_a_preview(inspector: Inspector, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = _inspected(
        inspector, tmp_path, encoded(Image.new("RGB", (1200, 900), (9, 99, 9)), "JPEG", exif=exif), "a.jpg"
    )
    assert found.kind == "picture"
    assert (found.facts["width"], found.facts["height"]) == (900, 1200)
    with Image.open(tmp_path / "preview") as preview:
        assert preview.format == "JPEG"
        assert preview.size == (480, 640)
        assert not preview.getexif()


def test_a_video_and_a_sound_are_told_apart(inspector: Inspector, tmp_path: Path) -> None:
    found = _inspected(inspector, tmp_path, _video(tmp_path, sound=True), "a.mp4")
    assert found.kind == "video"
    assert found.facts["sound"] is True
    assert found.facts["seconds"] == pytest.approx(1, abs=0.2)
    assert (found.facts["width"], found.facts["height"], found.facts["fps"]) == (96, 64, 10)
    with Image.open(tmp_path / "preview") as preview:
        assert preview.size == (96, 64)
    write_wav(tmp_path / "a.wav", np.sin(np.arange(8000) / 9).astype(np.float32), 8000)
    sound = _inspected(inspector, tmp_path, (tmp_path / "a.wav").read_bytes(), "a.wav")
    assert sound.kind == "sound"
    assert sound.facts["seconds"] == pytest.approx(1)
    assert max(sound.facts["peaks"]) > 0.9


def test_files_of_mien_are_recognised(inspector: Inspector, tmp_path: Path) -> None:
    motion = npz(fps=25, rotation=np.zeros((50, 3)))
    assert _inspected(inspector, tmp_path, motion, "nod.npz").facts["seconds"] == 2
    points = np.zeros((4, len(JOINTS), 2), np.float32) + 50
    track = PoseTrack(points, np.ones((4, len(JOINTS)), np.float32), 0)
    write_poses(tmp_path / "p.npz", PoseVideo(100, 200, Fraction(25), (track,), 4))
    poses = _inspected(inspector, tmp_path, (tmp_path / "p.npz").read_bytes(), "p.npz")
    assert poses.kind == "poses"
    assert poses.facts["people"] == 1
    assert (tmp_path / "preview").is_file()
    write_poses(tmp_path / "p.json", PoseVideo(100, 200, Fraction(25), (track,), 4))
    assert _inspected(inspector, tmp_path, (tmp_path / "p.json").read_bytes(), "p.json").kind == "poses"
    script = _inspected(inspector, tmp_path, b"0: nods twice\n2: smiles\n", "s.txt")
    assert script.kind == "text"
    assert script.facts["script"]
    assert not script.facts["track"]
    assert _inspected(inspector, tmp_path, b"0: happy 0.5\n3: sad\n", "e.txt").facts["track"]


def test_an_animated_gif_is_a_video(inspector: Inspector, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), (20 * number, 0, 0)) for number in range(6)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    found = _inspected(inspector, tmp_path, content, "a.gif")
    assert found.kind == "video"
    assert found.facts["frames"] == 6


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (_huge_png(50_000), "bomb.png", "more than 80 megapixels"),
        (png(2100, 2000), "big.png", "at most 4.0 are taken"),
        (png()[:100], "cut.png", "damaged"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "poly.png", "damaged"),
        (b"GIF89a" + b"\xff" * 200, "x.gif", "x.gif"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 5000, "x.jpg", "x.jpg"),
        (png(8, 8), "tiny.png", "too small for a face"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom" + b"\0" * 3000, "x.mp4", "x.mp4"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "x.wav", "x.wav"),
        (b'{"a": 1}', "x.json", "no person or look of mien"),
        (b'{"format": "mien person 1", "seed": "x"}', "p.json", "p.json"),
        (b'{"scenes": [3]}', "look.json", "holds no look"),
        (b'{"scenes": 3}', "look.json", "holds no look"),
        (b"[" * 100_000, "deep.json", "deep.json is no JSON"),
        (b'[{"people": [{"pose_keypoints_2d": ["a"]}]}]', "x.json", "x.json"),
        (b"HIERARCHY\nROOT x\n{\n", "x.bvh", "x.bvh"),
        (b"what is this\n", "x.txt", "x.txt is no file that mien takes: upload pictures"),
        (b"all: build\n\tcc -O2 a.c\n", "Makefile", "Makefile is no file that mien takes"),
        (b"# made\nv 0.1 0.2 0.3\nf 1 2 3\n", "head.obj", "head.obj is no file that mien takes"),
        (b"1.5: nods\n1.2: smiles\n", "late.txt", "neither a script nor an emotion track"),
        (npz(a=1), "x.npz", "neither the motion of a head nor poses"),
        (npz(fps=25, rotation=np.full((3, 3), np.nan)), "nan.npz", "radians"),
        (b"PK\x03\x04" + b"\0" * 100, "x.npz", "x.npz is a damaged file"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_own_name(
    inspector: Inspector, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    assert said in _refused(inspector, tmp_path, content, name)


def test_a_zip_is_refused_without_words_of_its_readers(inspector: Inspector, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    said = _refused(inspector, tmp_path, stream.getvalue(), "photos.zip")
    assert said == "photos.zip is an archive: unpack it, and upload one of its files"


def test_an_array_that_unpacks_to_far_more_is_refused(inspector: Inspector, tmp_path: Path) -> None:
    stream = io.BytesIO()
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118)
    described = repr({"descr": "<f8", "fortran_order": False, "shape": (500_000_000, 3)}).encode().ljust(117) + b"\n"
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("rotation.npy", "w", force_zip64=True) as member,
    ):
        member.write(head + described)
        for _ in range(250):
            member.write(b"\0" * 1_000_000)
    assert "bomb.npz" in _refused(inspector, tmp_path, stream.getvalue(), "bomb.npz")
    assert "array" not in _refused(inspector, tmp_path, stream.getvalue(), "bomb.npz")


def test_a_truncated_video_is_refused(inspector: Inspector, tmp_path: Path) -> None:
    whole = _video(tmp_path, 40)
    _refused(inspector, tmp_path, whole[: len(whole) // 2], "half.mp4")


def test_limits_of_videos_are_named(inspector: Inspector, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (32, 32), (number, 0, 0)) for number in range(40)]
    long = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=1000, loop=0)
    assert "at most 30 s are taken: cut it" in _refused(inspector, tmp_path, long, "long.gif")
    wide = [Image.new("RGB", (1000, 800), (number, 0, 0)) for number in range(3)]
    large = encoded(wide[0], "GIF", save_all=True, append_images=wide[1:], duration=100)
    assert "at most 0.5 are taken" in _refused(inspector, tmp_path, large, "wide.gif")


def test_a_file_that_takes_too_much_memory_or_time_breaks_only_its_process(tmp_path: Path) -> None:
    numbers = json.dumps([[0] * 1000] * 12_000).encode()  # 12 million numbers, a hundred times as large as lists
    small = Inspector(Limits(inspect_bytes=60_000_000, inspect_seconds=20), 1)
    try:
        said = _refused(small, tmp_path, b'{"people": ' + numbers + b"}", "numbers.json")
        assert "memory" in said
        assert _inspected(small, tmp_path, b"0: nods\n", "s.txt").kind == "text"
    finally:
        small.close()
    hasty = Inspector(Limits(inspect_seconds=0.05), 1)
    try:
        said = _refused(hasty, tmp_path, b'{"people": ' + numbers + b"}", "numbers.json")
        assert "takes more than 0.05 s to read" in said
    finally:
        hasty.close()


def test_nothing_runs_after_it_is_closed(tmp_path: Path) -> None:
    inspector = Inspector(Limits(), 1)
    _inspected(inspector, tmp_path, b"0: nods\n", "s.txt")
    (child,) = inspector._running
    folder = Path(child.folder.name)
    inspector.close()
    assert child.process.returncode is not None
    assert not folder.exists()
    with pytest.raises(FileError, match="closing"):
        _inspected(inspector, tmp_path, b"0: nods\n", "s.txt")


def test_an_inspecting_process_knows_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    inspector = Inspector(Limits(), 1)
    try:
        _inspected(inspector, tmp_path, b"0: nods\n", "s.txt")
        (child,) = inspector._running
        assert b"secret" not in Path(f"/proc/{child.process.pid}/environ").read_bytes()
    finally:
        inspector.close()


def test_a_photo_of_a_phone_gets_an_upright_preview(inspector: Inspector, tmp_path: Path) -> None:
    # two tiles, red and blue, with a box that turns the picture (written by tests/faces/heic_making.py)
    found = _inspected(inspector, tmp_path, (Path(__file__).parent / "phone.heic").read_bytes(), "IMG_1.HEIC")
    assert found.kind == "picture"
    assert (found.facts["width"], found.facts["height"]) == (128, 256)
    with Image.open(tmp_path / "preview") as preview:
        assert preview.size == (128, 256)
        top, bottom = preview.getpixel((64, 30)), preview.getpixel((64, 220))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[2] > 150 > top[0]
    assert bottom[0] > 150 > bottom[2]


def test_a_person_is_recognised(inspector: Inspector, tmp_path: Path) -> None:
    found = _inspected(inspector, tmp_path, b'{"format": "mien person 1", "prompt": "an old man"}', "him.json")
    assert found.kind == "person"
    assert found.facts["prompt"] == "an old man"


_INSPECTS = """
import sys, time
from pathlib import Path
from mien.studio.files.inspector import Inspector
from mien.studio.settings import Limits

inspector = Inspector(Limits(), 1)
inspector.inspect(Path(sys.argv[1]), "text", "s.txt", Path(sys.argv[1]).with_name("preview"))
(child,) = inspector._running
print(child.process.pid, child.folder.name, flush=True)
time.sleep(600)
"""


@pytest.mark.crash
def test_a_killed_server_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("0: nods\n")
    command = [sys.executable, "-c", _INSPECTS, str(tmp_path / "s.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid, _, folder = server.stdout.readline().strip().partition(" ")
        child = Process.of(int(pid))
        assert Path(folder).is_dir()
        server.kill()
    deadline = time.monotonic() + 30
    while (child.alive() or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.alive()
    assert not Path(folder).exists()

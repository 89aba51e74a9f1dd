"""Files of arrays, rates and JSON from other people: bounded before anything is made of them."""

from __future__ import annotations

import io
import json
import os
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib import format as npy

from mien.files import read_json
from mien.heads.head import HeadError
from mien.heads.models.flame import read_flame
from mien.heads.models.gnm import GnmHead
from mien.heads.models.ict_files import read_ict
from mien.heads.performance import Performance
from mien.storage.arrays import ArraysError, array_headers, read_arrays
from mien.storage.rates import frame_rate
from mien.systems.errors import RequestError
from mien.talking.generate.head_motion import load_head_motion


def declaring(shape: tuple[int, ...], descr: str = "<f8", content: bytes = b"") -> bytes:
    """A npy member whose header declares an array that its content does not have."""
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue() + content


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    given_arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array("25"), "c": np.zeros((0, 3), np.int16)}
    np.savez_compressed(tmp_path / "x.npz", **given_arrays)
    for name, array in read_arrays(tmp_path / "x.npz", 10_000).items():
        np.testing.assert_array_equal(array, given_arrays[name])
    assert set(read_arrays(tmp_path / "x.npz", 10_000, {"a", "z"})) == {"a"}
    assert array_headers(tmp_path / "x.npz", 10_000)["a"].shape == (2, 3)
    with pytest.raises(ArraysError, match="more than 100 bytes"):
        array_headers(tmp_path / "x.npz", 100)


HOSTILE = {
    "huge": declaring((2_000_000_000, 3)),
    "beyond": declaring((2**62, 2**62)),
    "negative": declaring((-1, 3), content=bytes(24)),
    "longer": declaring((3,), content=bytes(800)),
    "wide": declaring((1,), "<U500000000"),
    "objects": declaring((3,), "|O", bytes(24)),
    "records": declaring((3,), "|V8", bytes(24)),  # type: ignore[arg-type]
    "text": b"not an array",
    "empty": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_an_array_declares_must_be_there(kind: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "x.npz", rotation=HOSTILE[kind])
    for reader in (lambda: array_headers(path, 10**9), lambda: read_arrays(path, 10**9)):
        with pytest.raises(ArraysError, match=r"x\.npz is no npz file of plain arrays") as caught:
            reader()
        assert "\n" not in str(caught.value)


def test_what_is_no_npz_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "text.npz").write_text("hello")
    np.save(tmp_path / "one.npy", np.zeros(3))
    many = archive(tmp_path / "many.npz", **{f"a{number}": declaring((0,)) for number in range(1001)})
    for path in (tmp_path / "pipe.npz", tmp_path / "text.npz", tmp_path / "one.npy", many, tmp_path, tmp_path / "no"):
        with pytest.raises(ArraysError, match=path.name):
            read_arrays(path, 10**9)


def performance(path: Path, **changes: bytes) -> Path:
    """A file of a performance of three frames, of which some members are other ones."""
    Performance.still(frames=3).save(path)
    with zipfile.ZipFile(path) as file:
        members = {name.removesuffix(".npy"): file.read(name) for name in file.namelist()}
    return archive(path, **(members | changes))


def stored(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


@pytest.mark.parametrize("fps", ["1e999999999", "1e-999999999", "9" * 5000, "1/" + "9" * 5000, "nan", "-25", "1_0", ""])
def test_a_rate_without_end_is_refused_at_once(fps: str, tmp_path: Path) -> None:
    path = performance(tmp_path / "x.npz", fps=stored(np.array(fps)))
    with pytest.raises(ValueError, match=r"x\.npz could not be read as a performance: .*fps"):
        Performance.load(path)
    with pytest.raises(RequestError, match=r"x\.npz"):
        load_head_motion(path)
    plain = archive(tmp_path / "y.npz", fps=stored(np.array(fps)), rotation=stored(np.zeros((3, 3))))
    with pytest.raises(RequestError, match="fps is a number from 1 to 1000"):
        load_head_motion(plain)


@pytest.mark.parametrize("name", ["expression", "neck", "fps", "gaze"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_arrays_of_a_motion_are_refused(name: str, kind: str, tmp_path: Path) -> None:
    path = performance(tmp_path / "x.npz", **{name: HOSTILE[kind]})
    with pytest.raises(ValueError, match=r"x\.npz"):
        Performance.load(path)
    with pytest.raises(RequestError, match=r"x\.npz"):
        load_head_motion(path)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_heads_are_refused(kind: str, tmp_path: Path) -> None:
    names = ("neutral", "v_template", "template_vertex_positions")
    path = archive(tmp_path / "x.npz", **dict.fromkeys(names, HOSTILE[kind]))
    for reader in (read_ict, read_flame):
        with pytest.raises(HeadError, match=r"x\.npz"):
            reader(path)
    pytest.importorskip("body_models")
    with pytest.raises(HeadError, match=r"is not a GNM Head v3 file: x\.npz is no npz"):
        GnmHead(path)


def test_a_hostile_folder_of_ict_is_refused(tmp_path: Path) -> None:
    neutral = tmp_path / "generic_neutral_mesh.obj"
    (tmp_path / "identity000.obj").write_text("v 0 0 0\n")
    (tmp_path / "jawOpen.obj").write_text("v 0 0 0\n")
    for content in (b"\xff\xfe", b"v 1 2 x\n", b"v 0 0 0\n" * 26719 + b"f 1/" + b"9" * 5000 + b"\n"):
        neutral.write_bytes(content)
        with pytest.raises(HeadError, match=r"(OBJ|ICT-FaceKit)"):
            read_ict(tmp_path)
    with neutral.open("wb") as stream:
        stream.truncate(10**12)  # sparse
    with pytest.raises(HeadError, match="larger than"):
        read_ict(tmp_path)


@given(st.integers(1, 240), st.integers(1, 1001))
def test_rates_are_exact(above: int, below: int) -> None:
    rate = Fraction(above, below)
    assert frame_rate(str(rate)) == frame_rate(f" {above} / {below} ") == frame_rate(rate) == rate
    assert frame_rate(above) == frame_rate(float(above)) == frame_rate(f"{above}.0") == above
    assert frame_rate("29.97") == Fraction(2997, 100)


@pytest.mark.parametrize(
    "value", ["", "x", "1/0", None, [], float("nan"), float("inf"), -1, 0, 10**400, "1e99", True and "∞"]
)
def test_what_is_no_rate_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="fps") as caught:
        frame_rate(value)
    assert len(str(caught.value)) < 150


def test_json_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"a": [1]}))
    assert read_json(path) == {"a": [1]}
    for content in ("[" * 100_000, '{"a": ' * 50_000, "{", '"' + "a" * 100 + '"'):
        path.write_text(content)
        with pytest.raises(ValueError):
            read_json(path, 90 if content.startswith('"') else 10**6)

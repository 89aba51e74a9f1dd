"""ICT-FaceKit: its files, its names, its eyes; generated, and the real one where it is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from heads_making import REAL_ICT, ict_arrays, make_ict, make_ict_folder

from mien.heads.head import HEAD_HEIGHT, HeadError
from mien.heads.models import ict
from mien.heads.models.ict import IctHead, arkit_name
from mien.heads.models.ict_files import IctFile, pack_ict, read_ict
from mien.heads.performance import ARKIT_NAMES, expression_vector
from mien.heads.render.vertex_colours import sphere


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return ict_arrays()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> IctFile:
    return read_ict(make_ict(tmp_path_factory.mktemp("ict")))


def test_names_are_arkits() -> None:
    assert arkit_name("browDown_L") == "browDownLeft"
    assert arkit_name("mouthSmile_R") == "mouthSmileRight"
    assert arkit_name("jawLeft") == "jawLeft"
    assert arkit_name("jawOpen") == "jawOpen"


def test_halves_that_arkit_has_once_are_added(file: IctFile) -> None:
    head = IctHead(file)
    assert head.missing_expressions == ("tongueOut",)
    puffed = head.vertices(torch.zeros(1, 6), torch.from_numpy(expression_vector({"cheekPuff": 1.0}))[None])[0]
    rest = head.vertices(torch.zeros(1, 6), torch.zeros(1, 52))[0]
    names = list(file.expression_names)
    both = file.expressions[names.index("cheekPuff_L")] + file.expressions[names.index("cheekPuff_R")]
    np.testing.assert_allclose((puffed - rest).numpy() * HEAD_HEIGHT, both, atol=1e-4)


def test_a_shape_is_the_files_own_displacement(file: IctFile) -> None:
    head = IctHead(file)
    identity = torch.tensor([[0.5, 0, -0.3, 0, 0, 0]])
    weights = expression_vector({"mouthSmileLeft": 0.7, "jawOpen": 0.4})
    points = head.vertices(identity, torch.from_numpy(weights)[None])[0].numpy() * HEAD_HEIGHT
    names = list(file.expression_names)
    moved = 0.7 * file.expressions[names.index("mouthSmile_L")] + 0.4 * file.expressions[names.index("jawOpen")]
    expected = file.neutral + 0.5 * file.identities[0] - 0.3 * file.identities[2] + moved
    face = slice(*ict.FACE)
    # it is only moved, so that its eyes stand where mien's eyes stand
    offset = np.broadcast_to([0.0, -3.6, -0.85], (ict.FACE[1], 3))
    np.testing.assert_allclose((points - expected)[face], offset, atol=5e-4)


def test_transparent_films_and_hidden_irises_are_not_drawn(file: IctFile) -> None:
    faces = IctHead(file).faces
    for start, end in (ict.TRANSPARENT, (ict.LEFT_SURFACE[1], ict.LEFT_EYE[1])):
        assert not ((faces >= start) & (faces < end)).any()


def test_the_official_folder_reads_as_the_packed_file(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    folder = make_ict_folder(tmp_path / "FaceXModel", arrays, expressions=3, identities=2)
    plain = read_ict(folder)
    assert plain.expression_names == tuple(arrays["expr_names"][:3])
    assert plain.identity_names == ("identity000", "identity001")
    np.testing.assert_array_equal(plain.quads, arrays["faces"])
    pack_ict(folder, tmp_path / "packed.npz")
    packed = read_ict(tmp_path / "packed.npz")
    np.testing.assert_array_equal(packed.landmarks, plain.landmarks)
    np.testing.assert_array_equal(packed.neutral, plain.neutral)
    np.testing.assert_allclose(packed.expressions, plain.expressions, atol=2e-4)
    np.testing.assert_allclose(packed.identities, plain.identities, atol=2e-4)
    assert read_ict(tmp_path).expression_names == packed.expression_names
    with pytest.raises(HeadError, match="nothing is overwritten"):
        pack_ict(folder, tmp_path / "packed.npz")


def refused(path: Path, match: str) -> None:
    with pytest.raises(HeadError, match=match) as caught:
        read_ict(path)
    assert "\n" not in str(caught.value)


def test_files_that_are_something_else_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    refused(tmp_path / "nowhere.npz", "there is no ICT-FaceKit at")
    refused(tmp_path, "holds neither ICT-FaceKit's generic_neutral_mesh.obj nor an npz")
    (tmp_path / "text.npz").write_text("no archive")
    refused(tmp_path / "text.npz", "could not be read as a packed ICT-FaceKit")
    np.savez(tmp_path / "other.npz", neutral=np.zeros((3, 3)))
    refused(tmp_path / "other.npz", "it lacks faces, expr_names")
    np.savez(tmp_path / "small.npz", **arrays | {"neutral": arrays["neutral"][:100]})
    refused(tmp_path / "small.npz", "its mesh has 26719 vertices and 26384 quads, this one has 100")
    np.savez(tmp_path / "pickled.npz", **arrays | {"expr_names": np.array([{}], dtype=object)})
    refused(tmp_path / "pickled.npz", "could not be read")
    without = {name: value for name, value in arrays.items() if name != "landmarks"}
    np.savez(tmp_path / "bare.npz", **without)
    refused(tmp_path / "bare.npz", r"vertex_indices\.json must lie in")
    broken = arrays["neutral"].copy()
    broken[5] = np.nan
    np.savez(tmp_path / "broken.npz", **arrays | {"neutral": broken})
    refused(tmp_path / "broken.npz", "not finite")


@pytest.mark.real
@pytest.mark.skipif(not REAL_ICT.exists(), reason="../shared/real is not here")
def test_the_real_model_moves_as_its_names_say() -> None:
    head = IctHead(read_ict(REAL_ICT))
    assert head.missing_expressions == ("tongueOut",)
    assert (head.vertex_count, len(head.identity_names), len(head.expressions)) == (26719, 100, 51)
    zero = torch.zeros(1, 100)
    weights = torch.eye(52)
    with torch.no_grad():
        marks = head.vertices(zero, weights)[:, head.landmark_vertices].numpy() * HEAD_HEIGHT
        rest = head.vertices(zero, weights[:1] * 0)[0, head.landmark_vertices].numpy() * HEAD_HEIGHT
    moves = dict(zip(ARKIT_NAMES, marks - rest, strict=True))
    assert moves["jawOpen"][8, 1] < -2
    assert moves["mouthSmileLeft"][54, 1] > 0.5
    assert abs(moves["mouthSmileLeft"][48, 1]) < 0.1
    assert moves["jawLeft"][8, 0] > 0.5
    assert moves["browInnerUp"][[21, 22], 1].min() > 0.3
    assert moves["eyeBlinkLeft"][[43, 44], 1].max() < -0.3
    assert np.abs(moves["eyeBlinkLeft"][36:42]).max() < 0.02
    # eyes 6.2 cm apart, a head of average height
    points = head.vertices(zero, torch.zeros(1, 52))[0].numpy()
    skin = points[: ict.SOCKET[0], 1]
    assert skin.max() - rest[8, 1] / HEAD_HEIGHT == pytest.approx(0.98, abs=0.03)
    eyes = [sphere(points[slice(*eye)])[0] for eye in (ict.LEFT_SURFACE, ict.RIGHT_SURFACE)]
    np.testing.assert_allclose((eyes[0] - eyes[1]) * HEAD_HEIGHT, [6.2, 0, 0], atol=0.1)

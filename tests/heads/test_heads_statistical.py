"""FLAME and GNM Head on generated files: what is fitted, what the joints do, which files are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from heads_making import REAL_ICT, embedded, fields, flame_arrays, flame_from_ict, gnm_arrays, make_gnm
from scipy import sparse

from mien.heads.head import HEAD_HEIGHT, HeadError
from mien.heads.models.flame import FlameHead, read_flame
from mien.heads.models.gnm import GnmHead
from mien.heads.models.ict_files import read_ict
from mien.heads.models.statistical import nearest_landmarks
from mien.heads.performance import ARKIT_NAMES


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return flame_arrays()


@pytest.fixture(scope="module")
def flame(arrays: dict[str, np.ndarray]) -> FlameHead:
    return FlameHead(dict(arrays))


@pytest.fixture(scope="module")
def gnm(tmp_path_factory: pytest.TempPathFactory) -> GnmHead:
    return GnmHead(make_gnm(tmp_path_factory.mktemp("gnm")))


def test_landmarks_are_found_on_another_face() -> None:
    rest, faces = fields()[0], embedded().faces
    skin = embedded().surface.kind == 0
    stretched = rest * [1.06, 0.95, 1.03] + [0.2, -0.3, 0.1]
    found = nearest_landmarks(stretched, faces, skin)
    away = np.linalg.norm(stretched[found] - stretched[embedded().landmark_vertices], axis=1)
    assert np.median(away) < 0.2
    assert away.max() < 0.9
    # lips that touch are told apart
    assert found[62] != found[66]
    with pytest.raises(HeadError, match=r"it must face \+z"):
        nearest_landmarks(stretched * [1, 1, -1] - [0, 0, 30], faces, skin)


def test_fitted_expressions_move_as_the_embedded_heads(flame: FlameHead, gnm: GnmHead) -> None:
    _, moves, _ = fields()
    for head in (flame, gnm):
        names = sorted(head.expressions - head.by_joints - {n for n in ARKIT_NAMES if n.startswith("eyeLook")})
        assert len(names) >= 40
        weights = torch.zeros(1 + len(names), 52)
        for row, name in enumerate(names, 1):
            weights[row, ARKIT_NAMES.index(name)] = 1
        with torch.no_grad():
            points = head.vertices(torch.zeros(1, len(head.identity_names)), weights).numpy() * HEAD_HEIGHT
        scale = 6.4 / 6.3  # the generated eyes are 6.4 cm apart and are taken for 6.3
        for row, name in enumerate(names, 1):
            wanted = moves[ARKIT_NAMES.index(name)][embedded().landmark_vertices]
            found = (points[row] - points[0])[head.landmark_vertices] * scale
            assert np.linalg.norm(found - wanted) < 0.25 * np.linalg.norm(wanted) + 0.1, name


def test_flames_jaw_is_its_joint(arrays: dict[str, np.ndarray], flame: FlameHead) -> None:
    still = torch.zeros(1, 300), torch.zeros(1, 52)
    rest = flame.vertices(*still)[0].numpy()
    opened = flame.vertices(*still, jaw=torch.tensor([[0.2, 0.0]]))[0].numpy()
    whole = arrays["weights"][:, 2] > 0.999
    hinge = (arrays["J_regressor"] @ arrays["v_template"])[2]
    origin = (arrays["v_template"][whole] - hinge) @ np.eye(3)
    cosine, sine = np.cos(0.2), np.sin(0.2)
    turned = origin @ np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]).T
    ratio = np.linalg.norm(np.ptp(rest, axis=0)) / np.linalg.norm(np.ptp(arrays["v_template"], axis=0))
    np.testing.assert_allclose((opened - rest)[whole], (turned - origin) * ratio, atol=1e-4)


def test_the_users_landmarks_and_sparse_regressor_are_taken(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    regressor = sparse.csr_matrix(arrays["J_regressor"])
    given = {name: value for name, value in arrays.items() if name != "J_regressor"}
    given |= {f"J_regressor_{part}": getattr(regressor, part) for part in ("data", "indices", "indptr")}
    given["landmarks"] = np.roll(embedded().landmark_vertices, 1)
    np.savez(tmp_path / "flame.npz", **given)
    read = read_flame(tmp_path)
    np.testing.assert_array_equal(read["J_regressor"], arrays["J_regressor"])
    np.testing.assert_array_equal(FlameHead(read).landmark_vertices, given["landmarks"])


def change(arrays: dict[str, np.ndarray], **values: object) -> dict[str, np.ndarray]:
    return {name: value for name, value in (arrays | values).items() if value is not None}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"posedirs": None, "f": None}, "it lacks posedirs, f"),
        ({"J_regressor": None}, "it lacks J_regressor"),
        ({"shapedirs": np.zeros((6804, 3, 50))}, r"its shapedirs is \(6804, 3, 50\) instead of \(6804, 3, 400\)"),
        ({"weights": np.full((6804, 5), np.nan)}, "its weights holds something else than finite numbers"),
        ({"f": np.array([[0, 1, 9000]])}, "name vertices that it does not have"),
        ({"kintree_table": np.array([[-1, 2, 1, 1, 1], range(5)])}, "must name each joint's parent before the joint"),
        ({"landmarks": np.arange(51)}, r"its landmarks are \(51,\) instead of \(68,\)"),
        ({"v_template": np.array([{}], dtype=object)}, "could not be read as an npz of plain arrays"),
    ],
)
def test_other_flame_files_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], changed: dict[str, object], sentence: str
) -> None:
    np.savez(tmp_path / "flame.npz", **change(arrays, **changed))
    with pytest.raises(HeadError, match=sentence) as caught:
        read_flame(tmp_path / "flame.npz")
    assert "\n" not in str(caught.value)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "generic_model.pkl").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    for path in (tmp_path, tmp_path / "generic_model.pkl"):
        with pytest.raises(HeadError, match="is a pickle, which mien never opens: convert it"):
            read_flame(path)
    (tmp_path / "generic_model.pkl").unlink()
    with pytest.raises(HeadError, match="holds no FLAME file"):
        read_flame(tmp_path)
    with pytest.raises(HeadError, match="there is no FLAME file at"):
        read_flame(tmp_path / "flame.npz")


def test_a_head_that_looks_the_other_way_is_refused(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(HeadError, match="its left eye must lie at larger x"):
        FlameHead(arrays | {"v_template": arrays["v_template"] * np.float32([-1, 1, -1])})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"version": np.array("2.0")}, "Expected GNM Head v3.0"),
        ({"expression_basis": None}, "file: expression_basis is not a file in the archive"),
        ({"joint_names": np.array(["neck", "head", "jaw", "tongue"])}, "its joints are neck, head, jaw, tongue"),
        ({"triangles": np.array([[0, 1, 9000]])}, "name vertices that it does not have"),
        ({"expression_basis": np.zeros((20, 100, 3), np.float32)}, "is not a GNM Head v3 file"),
        ({"template_vertex_positions": np.full((6804, 3), np.nan, np.float32)}, "not finite"),
    ],
)
def test_other_gnm_files_are_refused(tmp_path: Path, changed: dict[str, object], sentence: str) -> None:
    np.savez(tmp_path / "gnm_head.npz", **change(gnm_arrays(), **changed))
    with pytest.raises(HeadError, match=sentence) as caught:
        GnmHead(tmp_path)
    assert "\n" not in str(caught.value)


def test_gnm_takes_double_precision(tmp_path: Path, gnm: GnmHead) -> None:
    arrays = {name: value.astype(float) if value.dtype == np.float32 else value for name, value in gnm_arrays().items()}
    np.savez(tmp_path / "gnm_head.npz", **arrays)
    still = torch.zeros(1, 253), torch.zeros(1, 52)
    torch.testing.assert_close(GnmHead(tmp_path).vertices(*still), gnm.vertices(*still))


def test_no_gnm_file_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(HeadError, match="there is no GNM Head file at"):
        GnmHead(tmp_path)
    (tmp_path / "gnm_head.npz").write_text("no archive")
    with pytest.raises(HeadError, match="is not a GNM Head v3 file"):
        GnmHead(tmp_path)


def test_gnm_names_the_package_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "body_models.gnm.torch", None)
    with pytest.raises(HeadError, match="needs the package body-models"):
        GnmHead(tmp_path)


@pytest.mark.real
@pytest.mark.skipif(not REAL_ICT.exists(), reason="../shared/real is not here")
def test_a_face_of_another_mesh_finds_its_landmarks_and_expressions() -> None:
    arrays, landmarks = flame_from_ict(read_ict(REAL_ICT))
    head = FlameHead(arrays)
    rest = arrays["v_template"] * 100
    away = np.linalg.norm(rest[head.landmark_vertices] - rest[landmarks], axis=1)
    assert np.median(away) < 0.6
    assert away[17:].max() < 1.1
    assert len(head.expressions) >= 48
    names = ("mouthSmileLeft", "eyeBlinkLeft", "browInnerUp", "mouthPucker", "jawOpen")
    weights = torch.zeros(1 + len(names), 52)
    for row, name in enumerate(names, 1):
        weights[row, ARKIT_NAMES.index(name)] = 1
    points = head.vertices(torch.zeros(1, 300), weights)[:, landmarks].numpy() * HEAD_HEIGHT
    smile, blink, brow, pucker, wide = points[1:] - points[0]
    assert smile[54, 1] > 0.4
    assert abs(smile[48, 1]) < 0.25
    assert blink[[43, 44], 1].max() < -0.3
    assert np.abs(blink[36:42, 1]).max() < 0.1
    assert brow[[21, 22], 1].min() > 0.2
    assert pucker[54, 0] - pucker[48, 0] < -0.8
    assert wide[8, 1] < -2

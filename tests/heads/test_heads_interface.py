"""What every head promises: sizes, batches, sides, signs and derivatives; on the embedded and on generated ones."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from heads_making import embedded, make_flame, make_gnm, make_ict

from mien.heads.catalogue import open_head
from mien.heads.head import HEAD_HEIGHT, Head, HeadError
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, expression_vector

NAMES = ("embedded", "ict", "flame", "gnm")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Head]:
    folder = tmp_path_factory.mktemp("heads")
    places: dict[str, Path] = {"ict": make_ict(folder / "ict"), "flame": make_flame(folder / "flame")}
    places["gnm"] = make_gnm(folder / "gnm")
    return {"embedded": embedded()} | {name: open_head(name, place) for name, place in places.items()}


@pytest.fixture(params=NAMES)
def head(request: pytest.FixtureRequest, opened: dict[str, Head]) -> Head:
    return opened[request.param]


def marks(head: Head, weights: dict[str, float] | None = None, **arguments: list[float]) -> np.ndarray:
    """Landmarks (68, 3) in cm."""
    given = {name: torch.tensor([value]) for name, value in arguments.items()}
    expression = torch.from_numpy(expression_vector(weights or {}))[None]
    with torch.no_grad():
        points = head.vertices(torch.zeros(1, len(head.identity_names)), expression, **given)
    return points[0, head.landmark_vertices].numpy() * HEAD_HEIGHT


def opening(points: np.ndarray, side: str) -> float:
    """Height in cm of an eye's opening."""
    above, below = ((43, 44), (47, 46)) if side == "Left" else ((37, 38), (41, 40))
    return float((points[list(above), 1] - points[list(below), 1]).mean())


def test_sizes_names_and_colours_fit(head: Head) -> None:
    assert head.faces.dtype == np.int32
    assert head.faces.shape[1] == 3
    assert 0 <= head.faces.min() <= head.faces.max() < head.vertex_count
    assert head.landmark_vertices.shape == (68,)
    assert head.landmark_vertices.dtype == np.int64
    assert head.colours.shape == (head.vertex_count, 3)
    assert head.colours.dtype == np.uint8
    assert head.materials.shape == (head.vertex_count,)
    assert head.expressions <= set(ARKIT_NAMES)
    assert set(head.missing_expressions) == set(ARKIT_NAMES) - head.expressions
    points = head.vertices(torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52))
    assert points.shape == (1, head.vertex_count, 3)


def test_the_face_stands_where_head_units_say(head: Head) -> None:
    points = marks(head)
    eyes = points[36:48].mean(axis=0)
    np.testing.assert_allclose(eyes[:2], 0, atol=0.6)
    # the person's left eye is at the viewer's right
    assert points[42:48, 0].mean() > 2 > -2 > points[36:42, 0].mean()
    assert -13 < points[8, 1] < -9
    assert points[30, 2] > points[[0, 16], 2].max() + 5


def test_faces_turn_outwards(head: Head) -> None:
    points = head.vertices(torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52))[0].numpy()
    corners = points[head.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    middle = corners.mean(axis=1)
    forehead = (middle[:, 1] > 0.18) & (middle[:, 1] < 0.3) & (middle[:, 2] > 0.25) & (normal[:, 2] != 0)
    assert forehead.sum() > 10
    assert (normal[forehead, 2] > 0).mean() > 0.95


def test_a_wide_jaw_lowers_the_chin_and_parts_the_lips(head: Head) -> None:
    rest, half, wide = (marks(head, {"jawOpen": weight}) for weight in (0.0, 0.5, 1.0))
    assert wide[8, 1] < half[8, 1] - 0.4 < rest[8, 1] - 0.8
    assert wide[62, 1] - wide[66, 1] > rest[62, 1] - rest[66, 1] + 1
    np.testing.assert_allclose(wide[27], rest[27], atol=0.3)


def test_jaw_radians_add_to_what_the_expression_asks_for(head: Head) -> None:
    rest = marks(head)
    turned, more = marks(head, jaw=[0.2, 0.0]), marks(head, {"jawOpen": 0.4}, jaw=[0.2, 0.0])
    assert turned[8, 1] < rest[8, 1] - 0.4
    assert more[8, 1] < turned[8, 1] - 0.4
    aside = marks(head, jaw=[0.0, 0.06])
    assert aside[8, 0] > rest[8, 0] + 0.2
    assert marks(head, {"jawLeft": 1.0})[8, 0] > rest[8, 0] + 0.2


def test_left_is_the_persons_own_left(head: Head) -> None:
    rest, winked = marks(head), marks(head, {"eyeBlinkLeft": 1.0})
    assert opening(winked, "Left") < 0.25 * opening(rest, "Left")
    assert opening(winked, "Right") > 0.9 * opening(rest, "Right")
    smile = marks(head, {"mouthSmileLeft": 1.0}) - rest
    assert smile[54, 1] > 0.3
    assert abs(smile[48, 1]) < 0.5 * smile[54, 1]


@pytest.mark.parametrize("name", ["eyeBlink", "mouthSmile", "browDown", "mouthFrown", "noseSneer"])
def test_left_and_right_are_mirror_images(head: Head, name: str) -> None:
    mirror = np.r_[16:-1:-1, 26:16:-1, 27:31, 35:30:-1, 45:41:-1, 47, 46, 39:35:-1, 41, 40]
    mirror = np.r_[mirror, 54:47:-1, 59:54:-1, 64:59:-1, 67:64:-1]
    left = marks(head, {f"{name}Left": 1.0}) - marks(head)
    right = marks(head, {f"{name}Right": 1.0}) - marks(head)
    np.testing.assert_allclose(left[mirror] * [-1, 1, 1], right, atol=0.12)


def test_the_neck_turns_as_performances_say_and_its_foot_stays(head: Head) -> None:
    rest = marks(head)
    assert marks(head, neck=[0.4, 0.0, 0.0])[30, 0] > rest[30, 0] + 2
    assert marks(head, neck=[0.0, 0.3, 0.0])[30, 1] < rest[30, 1] - 1.5
    assert marks(head, neck=[0.0, 0.0, 0.3])[27, 0] > rest[27, 0] + 1.5
    zero = torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52)
    still, turned = head.vertices(*zero), head.vertices(*zero, neck=torch.tensor([[0.4, 0.2, 0.1]]))
    foot = still[0, :, 1] < still[0, :, 1].min() + 0.02
    torch.testing.assert_close(turned[0, foot], still[0, foot], atol=1e-4, rtol=0)


def test_gaze_turns_the_eyeballs_about_their_centres(head: Head) -> None:
    zero = torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52)
    rest = head.vertices(*zero)[0].numpy()
    aside = head.vertices(*zero, eyes=torch.tensor([[0.4, 0.0]]))[0].numpy()
    moved = np.linalg.norm(aside - rest, axis=1) > 1e-4
    assert moved.any()
    for sign in (1, -1):
        ball = moved & (sign * rest[:, 0] > 0)
        front = np.flatnonzero(ball)[np.argmax(rest[ball, 2])]
        assert aside[front, 0] > rest[front, 0] + 0.015
        span = np.linalg.norm(rest[ball][:, None][::7] - rest[ball][None, ::7], axis=2)
        after = np.linalg.norm(aside[ball][:, None][::7] - aside[ball][None, ::7], axis=2)
        np.testing.assert_allclose(after, span, atol=1e-5)
    outwards = head.vertices(zero[0], torch.from_numpy(expression_vector({"eyeLookOutLeft": 0.5}))[None])[0].numpy()
    left = moved & (rest[:, 0] > 0)
    front = np.flatnonzero(left)[np.argmax(rest[left, 2])]
    assert outwards[front, 0] > rest[front, 0] + 0.01


def test_a_batch_equals_its_members_and_one_is_spread(head: Head) -> None:
    generator = torch.Generator().manual_seed(5)
    widths = {"identity": len(head.identity_names), "expression": 52, "jaw": 2, "neck": 3, "eyes": 2, "translation": 3}
    given = {name: 0.2 * torch.rand(3, width, generator=generator) for name, width in widths.items()}
    together = head.vertices(**given)
    for i in range(3):
        alone = head.vertices(**{name: value[i : i + 1] for name, value in given.items()})
        torch.testing.assert_close(together[i], alone[0], atol=2e-5, rtol=0)
    one = given | {"identity": given["identity"][:1], "neck": given["neck"][:1]}
    same = given | {"identity": given["identity"][:1].expand(3, -1), "neck": given["neck"][:1].expand(3, -1)}
    torch.testing.assert_close(head.vertices(**one), head.vertices(**same), atol=2e-5, rtol=0)


@pytest.mark.parametrize("name", ["identity", "expression", "jaw", "neck", "eyes", "translation"])
def test_derivatives_agree_with_differences(head: Head, name: str) -> None:
    exact = copy.deepcopy(head).double()
    generator = torch.Generator().manual_seed(6)
    widths = {"identity": len(head.identity_names), "expression": 52, "jaw": 2, "neck": 3, "eyes": 2, "translation": 3}

    def draw(width: int) -> torch.Tensor:
        return 0.15 + 0.1 * torch.rand(1, width, generator=generator, dtype=torch.float64)

    given = {key: draw(width) for key, width in widths.items()}
    along = torch.randn(1, widths[name], generator=generator, dtype=torch.float64)
    share = torch.randn(exact.vertices(**given).shape, generator=generator, dtype=torch.float64)

    def value(step: float) -> torch.Tensor:
        return (exact.vertices(**given | {name: given[name] + step * along}) * share).sum()

    variable = given[name].clone().requires_grad_()
    (exact.vertices(**given | {name: variable}) * share).sum().backward()
    assert variable.grad is not None
    slope = float((variable.grad * along).sum())
    assert slope == pytest.approx(float((value(1e-5) - value(-1e-5)) / 2e-5), rel=1e-4, abs=1e-5)
    assert abs(slope) > 1e-6


def test_expressions_that_are_not_shown_change_nothing(head: Head) -> None:
    for name in head.missing_expressions:
        np.testing.assert_array_equal(marks(head, {name: 1.0}), marks(head))
    for name in sorted(head.expressions):
        weights = torch.zeros(2, 52)
        weights[1, EXPRESSION_INDEX[name]] = 1
        points = head.vertices(torch.zeros(1, len(head.identity_names)), weights)
        assert (points[1] - points[0]).norm(dim=1).max() * HEAD_HEIGHT > 0.05, name


def test_wrong_widths_and_uneven_batches_are_refused(head: Head) -> None:
    identity, expression = torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52)
    with pytest.raises(HeadError, match=r"expression must be \(B, 52\)"):
        head.vertices(identity, torch.zeros(1, 51))
    with pytest.raises(HeadError, match=r"jaw must be \(B, 2\)"):
        head.vertices(identity, expression, jaw=torch.zeros(1, 3))
    with pytest.raises(HeadError, match="neck has 2 rows where the batch has 3"):
        head.vertices(identity, expression.expand(3, -1), neck=torch.zeros(2, 3))
    with pytest.raises(HeadError, match="unknown identity parameters: moustache"):
        head.identity(moustache=1.0)

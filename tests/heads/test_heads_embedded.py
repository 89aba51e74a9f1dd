"""The embedded head's shape and how its parameters move it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.heads.embedded.head import HEAD_HEIGHT, EmbeddedHead
from mien.heads.embedded.parts import PARTS
from mien.heads.embedded.people import sample_actor
from mien.heads.performance import ARKIT_NAMES, expression_vector


@pytest.fixture(scope="module")
def head() -> EmbeddedHead:
    return EmbeddedHead()


def pose(head: EmbeddedHead, identity: torch.Tensor | None = None, **weights: float) -> np.ndarray:
    """Vertices (V, 3) in cm."""
    shape = torch.zeros(len(head.identity_names)) if identity is None else identity
    return head.vertices(shape[None], torch.from_numpy(expression_vector(weights))[None])[0].numpy() * HEAD_HEIGHT


def both(name: str, weight: float = 1.0) -> dict[str, float]:
    return {f"{name}Left": weight, f"{name}Right": weight}


def test_size_and_names(head: EmbeddedHead) -> None:
    assert 2500 <= head.vertex_count <= 8000
    assert head.faces.min() == 0
    assert head.faces.max() == head.vertex_count - 1
    assert len(head.identity_names) == len(set(head.identity_names)) >= 16
    assert head.landmark_vertices.shape == (68,)
    assert len(set(head.landmark_vertices.tolist())) == 68
    skin = pose(head)[head.surface.kind == PARTS.index("skin")]
    crown, chin = skin[:, 1].max(), skin[head.surface.skin.level < 28][:, 1].min()
    assert 20 < crown - chin < 25


def test_skin_is_a_mirror_image_of_itself_to_the_last_bit(head: EmbeddedHead) -> None:
    skin = head.surface.skin
    np.testing.assert_array_equal(skin.positions[skin.mirror] * [-1, 1, 1], skin.positions)
    smiling = pose(head, **both("mouthSmile"), **both("browDown"), jawOpen=0.4)[: len(skin.positions)]
    np.testing.assert_allclose(smiling[skin.mirror] * [-1, 1, 1], smiling, atol=2e-4)


def test_left_and_right_expressions_are_mirror_images(head: EmbeddedHead) -> None:
    mirror = head.surface.skin.mirror
    for name in ("eyeBlink", "mouthSmile", "browDown", "noseSneer", "mouthFrown", "cheekSquint", "mouthStretch"):
        left = pose(head, **{f"{name}Left": 1.0})[: len(mirror)]
        right = pose(head, **{f"{name}Right": 1.0})[: len(mirror)]
        np.testing.assert_allclose(left[mirror] * [-1, 1, 1], right, atol=2e-4)
        moved = np.linalg.norm(left - pose(head)[: len(mirror)], axis=1)
        # left is the person's own left, at the viewer's right
        assert moved[left[:, 0] > 0.8].max() > 5 * moved[left[:, 0] < -0.8].max()


def lids(head: EmbeddedHead, vertices: np.ndarray) -> np.ndarray:
    """Opening of both eyes between the iBUG points of their lids, cm."""
    p = vertices[head.landmark_vertices]
    return np.array(
        [np.linalg.norm((p[a] + p[b] - p[c] - p[d]) / 2) for a, b, c, d in ((37, 38, 41, 40), (43, 44, 47, 46))]
    )


def test_lids_meet_in_a_blink_and_open_wide(head: EmbeddedHead) -> None:
    rest, half = lids(head, pose(head)), lids(head, pose(head, **both("eyeBlink", 0.5)))
    closed, wide = lids(head, pose(head, **both("eyeBlink"))), lids(head, pose(head, **both("eyeWide")))
    assert (closed < 0.15 * rest).all()
    assert (half > 0.3 * rest).all()
    assert (half < 0.7 * rest).all()
    assert (wide > 1.2 * rest).all()
    winking = lids(head, pose(head, eyeBlinkLeft=1.0))
    assert winking[1] < 0.15 * rest[1]
    np.testing.assert_allclose(winking[0], rest[0], atol=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_lids_stay_in_front_of_the_eyeball(head: EmbeddedHead, weight: float) -> None:
    loop = head.surface.skin.loops["eye0"]
    eye = head.surface.kind == PARTS.index("eye_left")
    for actor in range(6):
        vertices = pose(head, sample_actor(actor)[0], **both("eyeBlink", weight))
        ball = vertices[eye]
        centre = np.array([(ball[:, 0].max() + ball[:, 0].min()) / 2, (ball[:, 1].max() + ball[:, 1].min()) / 2, 0])
        radius = (ball[:, 0].max() - ball[:, 0].min()) / 2
        centre[2] = ball[:, 2].max() - radius
        margin = np.linalg.norm(vertices[loop] - centre, axis=1)
        assert margin.min() > radius * 0.98


def test_lips_part_at_jaw_open_and_mouth_close_shuts_them(head: EmbeddedHead) -> None:
    def opening(**weights: float) -> float:
        p = pose(head, **weights)[head.landmark_vertices]
        return float(np.linalg.norm(p[62] - p[66]))

    assert opening() < 0.1
    steps = [opening(jawOpen=w) for w in (0.25, 0.5, 0.75, 1.0)]
    assert all(b > a + 0.3 for a, b in zip([0.1, *steps], steps, strict=False))
    assert 1.8 < steps[-1] < 4.0
    assert opening(jawOpen=0.5, mouthClose=0.5) < 0.3 * opening(jawOpen=0.5)
    assert opening(**both("mouthUpperUp"), **both("mouthLowerDown")) > 0.8
    assert opening(mouthFunnel=1.0) > 0.4


MOVES = {
    # landmarks, axis (0 x, 1 y, 2 z), sign, least shift in cm; on the person's left where the name has sides
    "mouthSmileLeft": ([54], 1, 1, 0.5),
    "mouthFrownLeft": ([54], 1, -1, 0.4),
    "mouthStretchLeft": ([54], 0, 1, 0.4),
    "mouthDimpleLeft": ([54], 2, -1, 0.2),
    "mouthPucker": ([54], 0, -1, 0.6),
    "mouthFunnel": ([51, 57], 2, 1, 0.4),
    "mouthLeft": ([51, 57], 0, 1, 0.5),
    "mouthRight": ([51, 57], 0, -1, 0.5),
    "mouthUpperUpLeft": ([52], 1, 1, 0.3),
    "mouthLowerDownLeft": ([56], 1, -1, 0.3),
    "mouthRollLower": ([57], 1, 1, 0.2),
    "mouthRollUpper": ([51], 1, -1, 0.15),
    "mouthShrugLower": ([57], 1, 1, 0.2),
    "mouthShrugUpper": ([51], 1, 1, 0.15),
    "noseSneerLeft": ([35], 1, 1, 0.2),
    "browDownLeft": ([22, 23], 1, -1, 0.35),
    "browInnerUp": ([21, 22], 1, 1, 0.5),
    "browOuterUpLeft": ([25], 1, 1, 0.4),
    "eyeWideLeft": ([43, 44], 1, 1, 0.2),
    "eyeSquintLeft": ([46, 47], 1, 1, 0.15),
    "eyeLookDownLeft": ([43, 44], 1, -1, 0.2),
    "jawOpen": ([8], 1, -1, 1.6),
    "jawLeft": ([8], 0, 1, 0.5),
    "jawRight": ([8], 0, -1, 0.5),
    "jawForward": ([8], 2, 1, 0.4),
}


@pytest.mark.parametrize("name", MOVES)
def test_expression_moves_what_its_name_says(head: EmbeddedHead, name: str) -> None:
    points, axis, sign, least = MOVES[name]
    shift = (pose(head, **{name: 1.0}) - pose(head))[head.landmark_vertices]
    assert (sign * shift[points, axis] > least).all()
    crown = head.surface.rest[:, 1] > 9.0
    assert np.abs((pose(head, **{name: 1.0}) - pose(head))[crown]).max() < 1e-4


def test_every_expression_moves_something_and_no_more_than_a_face_can(head: EmbeddedHead) -> None:
    rest = pose(head)
    for name in ARKIT_NAMES:
        moved = np.linalg.norm(pose(head, **{name: 1.0}) - rest, axis=1).max()
        assert 0.1 < moved < 5.0, name


def test_cheeks_puff_and_tongue_comes_out(head: EmbeddedHead) -> None:
    rest = pose(head)
    cheek = np.argmin(np.linalg.norm(head.surface.rest - [4.3, -6.0, 7.5], axis=1))
    assert (pose(head, cheekPuff=1.0) - rest)[cheek, 2] > 0.4
    tongue = head.surface.kind == PARTS.index("tongue")
    assert pose(head, tongueOut=1.0)[tongue, 2].max() > rest[tongue, 2].max() + 2


def test_gaze_turns_the_eyeballs_and_nothing_else_sideways(head: EmbeddedHead) -> None:
    zero = torch.zeros(1, len(head.identity_names))
    rest = head.vertices(zero, torch.zeros(1, 52))[0].numpy()
    right = head.vertices(zero, torch.zeros(1, 52), eyes=torch.tensor([[0.4, 0.0]]))[0].numpy()
    down = head.vertices(zero, torch.zeros(1, 52), eyes=torch.tensor([[0.0, 0.3]]))[0].numpy()
    for kind in ("eye_left", "eye_right"):
        eye = np.flatnonzero(head.surface.kind == PARTS.index(kind))
        pupil = eye[np.argmax(rest[eye, 2])]
        assert right[pupil, 0] > rest[pupil, 0] + 0.015
        assert down[pupil, 1] < rest[pupil, 1] - 0.01
    skin = head.surface.kind == PARTS.index("skin")
    np.testing.assert_allclose(right[skin], rest[skin], atol=1e-6)


def test_neck_turns_the_head_the_way_the_signs_say_and_leaves_the_shoulders(head: EmbeddedHead) -> None:
    zero = torch.zeros(1, len(head.identity_names))
    rest = head.vertices(zero, torch.zeros(1, 52))[0].numpy()
    nose, crown = head.landmark_vertices[30], int(np.argmax(head.surface.rest[:, 1]))
    shoulders = head.surface.rest[:, 1] < -19
    for axis, (point, along, sign) in enumerate(((nose, 0, 1), (nose, 1, -1), (crown, 0, 1))):
        neck = torch.zeros(1, 3)
        neck[0, axis] = 0.35
        turned = head.vertices(zero, torch.zeros(1, 52), neck=neck)[0].numpy()
        assert sign * (turned - rest)[point, along] > 0.08
        np.testing.assert_allclose(turned[shoulders], rest[shoulders], atol=1e-6)
        eyes = head.landmark_vertices[[36, 45]]
        before, after = np.diff(rest[eyes], axis=0), np.diff(turned[eyes], axis=0)
        np.testing.assert_allclose(np.linalg.norm(after), np.linalg.norm(before), rtol=1e-3)


def test_identity_parameters_do_what_their_names_say(head: EmbeddedHead) -> None:
    def points(**parameters: float) -> np.ndarray:
        return pose(head, head.identity(**parameters))[head.landmark_vertices]

    rest = points()

    def width(p: np.ndarray, a: int, b: int) -> float:
        return float(p[b, 0] - p[a, 0])

    assert width(points(face_width=1.0), 1, 15) > width(rest, 1, 15) + 0.2
    assert width(points(jaw_width=1.0), 5, 11) > width(rest, 5, 11) + 0.2
    assert points(chin_length=1.0)[8, 1] < rest[8, 1] - 0.2
    assert width(points(nose_width=1.0), 31, 35) > width(rest, 31, 35) + 0.1
    assert points(nose_length=1.0)[33, 1] < rest[33, 1] - 0.1
    assert width(points(mouth_width=1.0), 48, 54) > width(rest, 48, 54) + 0.15
    assert width(points(eye_spacing=1.0), 39, 42) > width(rest, 39, 42) + 0.15
    full = points(lip_fullness=1.0)
    assert full[51, 1] - full[57, 1] > rest[51, 1] - rest[57, 1] + 0.1
    big = points(eye_size=1.0)
    assert width(big, 42, 45) > width(rest, 42, 45) + 0.05
    with pytest.raises(ValueError, match="nose_size"):
        head.identity(nose_size=1.0)


def test_a_batch_equals_its_members(head: EmbeddedHead) -> None:
    generator = torch.Generator().manual_seed(5)
    given = {
        "identity": torch.randn(4, len(head.identity_names), generator=generator),
        "expression": torch.rand(4, 52, generator=generator),
        "neck": 0.2 * torch.randn(4, 3, generator=generator),
        "translation": 0.1 * torch.randn(4, 3, generator=generator),
        "eyes": 0.2 * torch.randn(4, 2, generator=generator),
    }
    together = head.vertices(**given)
    for i in range(4):
        alone = head.vertices(**{name: value[i : i + 1] for name, value in given.items()})
        torch.testing.assert_close(together[i], alone[0], atol=1e-5, rtol=0)
    spread = head.vertices(given["identity"][:1], given["expression"])
    assert spread.shape == (4, head.vertex_count, 3)


def test_gradient_flows_to_every_argument_and_agrees_with_differences(head: EmbeddedHead) -> None:
    generator = torch.Generator().manual_seed(6)
    widths = {"identity": len(head.identity_names), "expression": 52, "neck": 3, "translation": 3, "eyes": 2, "jaw": 2}
    given = {n: (0.2 + 0.1 * torch.rand(1, w, generator=generator)).requires_grad_() for n, w in widths.items()}
    marks = torch.from_numpy(head.landmark_vertices)
    head.vertices(**given)[:, marks].square().sum().backward()
    for name in ("identity", "expression", "neck", "translation", "jaw"):
        gradient = given[name].grad
        assert gradient is not None
        assert gradient.abs().max() > 0
    jaw = ARKIT_NAMES.index("jawOpen")
    step = 1e-2
    values = []
    for sign in (1, -1):
        moved = {n: v.detach().clone() for n, v in given.items()}
        moved["expression"][0, jaw] += sign * step
        values.append(float(head.vertices(**moved)[:, marks].double().square().sum()))
    assert given["expression"].grad is not None
    assert float(given["expression"].grad[0, jaw]) == pytest.approx((values[0] - values[1]) / (2 * step), rel=0.03)


def test_wrong_widths_are_refused(head: EmbeddedHead) -> None:
    with pytest.raises(ValueError, match=r"expression must be \(B, 52\)"):
        head.vertices(torch.zeros(1, len(head.identity_names)), torch.zeros(1, 51))

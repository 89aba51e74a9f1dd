"""A sculpted shape on another head: its landmarks differ from the average as the embedded head's do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from heads_making import make_flame, make_ict
from people_making import person

from mien.heads.catalogue import open_head
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import Head
from mien.heads.sculpture import Sculpture
from mien.heads.transfer import LIMIT, transferred


@pytest.fixture(scope="module", params=["ict", "flame"])
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Head:
    folder = tmp_path_factory.mktemp("heads") / request.param
    (make_ict if request.param == "ict" else make_flame)(folder)
    return open_head(request.param, folder)


def landmarks(head: Head, identity: torch.Tensor) -> np.ndarray:
    points = head.vertices(identity[None], torch.zeros(1, 52))[0].detach().numpy()
    return np.asarray(points[head.landmark_vertices])


def test_landmarks_come_nearer_to_the_persons_and_stay_within_the_heads_own_people(other: Head) -> None:
    source = EmbeddedHead()
    identity = source.identity(jaw_width=1.8, nose_length=1.5, face_length=-1.5)
    mean = torch.zeros(len(other.identity_names))
    found = transferred(identity, other)
    assert found.shape == mean.shape
    assert found.abs().max() <= LIMIT
    wanted = landmarks(source, identity) - landmarks(source, torch.zeros(len(identity)))
    moved = landmarks(other, found) - landmarks(other, mean)
    assert np.linalg.norm(moved - wanted) < 0.9 * np.linalg.norm(wanted)
    assert (moved * wanted).sum() > 0
    assert torch.allclose(transferred(0 * identity, other), mean, atol=1e-5)


def test_a_person_on_another_head_keeps_colours_and_face(other: Head) -> None:
    one = Sculpture.of(person({"jaw_width": 1.5}, expression="smiling", glasses="round"), other)
    own = Sculpture.of(one.person, EmbeddedHead())
    assert one.head is other
    assert one.appearance == own.appearance
    np.testing.assert_array_equal(one.expression, own.expression)
    assert one.identity.abs().max() > 0

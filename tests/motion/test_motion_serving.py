"""What MLflow serves is what the mover makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.motion.data.features import to_features
from mien.motion.generate.mover import Mover
from mien.motion.registration import SERVED, _load_pyfunc


def test_a_batch_equals_its_single_motions(head_motion_model: Path) -> None:
    served, mover = _load_pyfunc(str(head_motion_model)), Mover.load(head_motion_model)
    inputs, outputs, batch = SERVED.signature({})
    made = served.predict(batch)
    assert made["frames"][0] == 100  # 4 s
    alone = to_features(mover.move("turns to the left", seed=1))
    assert made["frames"][1] == len(alone)
    np.testing.assert_array_equal(made["features"][1, : len(alone)], alone)
    assert not made["features"][1, len(alone) :].any()
    assert np.abs(alone[0] - served.predict({**batch, "seed": np.array([0, 2])})["features"][1, 0]).max() > 0
    for specification, tensors in ((inputs, batch), (outputs, made)):
        assert set(specification) == set(tensors)
        for name, (kind, shape) in specification.items():
            assert tensors[name].dtype.kind == np.dtype(kind).kind
            assert len(tensors[name].shape) == len(shape)


def test_no_text_is_refused_and_none_at_all_is_no_motion(head_motion_model: Path) -> None:
    served, example = _load_pyfunc(str(head_motion_model)), SERVED.signature({}).example
    with pytest.raises(ValueError, match="empty"):
        served.predict({**example, "text": np.array(["", "nods"])})
    nothing = served.predict({name: values[:0] for name, values in example.items()})
    assert nothing["features"].shape == (0, 0, 63)

"""A performance's checks and its file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance, expression_vector


def some_performance(frames: int = 7) -> Performance:
    rng = np.random.default_rng(3)
    return Performance(
        fps=Fraction(30000, 1001),
        expression=rng.uniform(0, 1, (frames, 52)).astype(np.float32),
        neck=rng.normal(size=(frames, 3)).astype(np.float32),
        translation=rng.normal(size=(frames, 3)).astype(np.float32),
        gaze=rng.normal(size=(frames, 2)).astype(np.float32),
    )


def test_arkit_names_are_the_52_once_each() -> None:
    assert len(ARKIT_NAMES) == len(set(ARKIT_NAMES)) == 52
    assert ARKIT_NAMES[0] == "eyeBlinkLeft"
    assert ARKIT_NAMES[-1] == "tongueOut"
    for name in ARKIT_NAMES:
        if name.endswith("Left"):
            assert f"{name[:-4]}Right" in EXPRESSION_INDEX


def test_saved_and_loaded_to_the_same_values_and_bytes(tmp_path: Path) -> None:
    performance = some_performance()
    performance.save(tmp_path / "one.npz")
    performance.save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    loaded = Performance.load(tmp_path / "one.npz")
    assert loaded.fps == Fraction(30000, 1001)
    assert len(loaded) == 7
    for name in ("expression", "neck", "translation", "gaze"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(performance, name))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("fps", Fraction(0), "fps lies in 0"),
        ("expression", np.zeros((7, 51)), r"expression must be \(T, 52\)"),
        ("expression", np.full((7, 52), 1.5), r"lie in \[0, 1\]"),
        ("neck", np.zeros((6, 3)), "has 6 frames"),
        ("gaze", np.full((7, 2), np.nan), "not finite"),
    ],
)
def test_wrong_values_are_refused(field: str, value: object, says: str) -> None:
    good = some_performance()
    values = {name: getattr(good, name) for name in ("fps", "expression", "neck", "translation", "gaze")}
    with pytest.raises(ValueError, match=says):
        Performance(**{**values, field: value})


def test_a_file_that_is_no_performance_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", fps=np.array("25"))
    with pytest.raises(ValueError, match="lacks expression"):
        Performance.load(tmp_path / "other.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(ValueError, match=r"cut\.npz"):
        Performance.load(tmp_path / "cut.npz")


def test_unknown_expression_name_is_refused() -> None:
    with pytest.raises(ValueError, match="jawOpened"):
        expression_vector({"jawOpened": 1.0})

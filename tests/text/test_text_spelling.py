"""Slips of the fingers are undone, and nothing else."""

from __future__ import annotations

import pytest

from mien.text.spelling import corrected, distance

KNOWN = {"nod", "nods", "smile", "blinks", "left", "lift", "turns", "eyebrows", "enthusiastically"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smlie", "smile"), ("smille", "smile"), ("smle", "smile"), ("smike", "smile"), ("nodd", "nod"),
        ("onds", "nods"), ("eyebros", "eyebrows"), ("entusiasticaly", "enthusiastically"), ("lft", "left"),
        ("ly", None), ("smell", None), ("xmile", None), ("turnip", None), ("smile", None), ("çmile", None), ("", None),
    ],
)  # fmt: skip
def test_a_slip_is_corrected(typed: str, meant: str | None) -> None:
    assert corrected(typed, KNOWN - {typed}) == meant


def test_two_slips_are_corrected_in_long_words_only() -> None:
    assert corrected("enthsiasticaly", KNOWN) == "enthusiastically"
    assert corrected("smlei", KNOWN) is None


def test_distances() -> None:
    assert distance("", "abc") == 3
    assert distance("kitten", "sitting") == 3
    assert distance("nod", "ond") == 1
    assert distance("ca", "abc") == 3  # no letter is changed twice
    assert distance("abc", "abc") == 0

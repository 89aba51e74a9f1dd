"""Latents of a head: palettes, prior density, decoding, and the person file."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mien.heads.head import HeadError
from mien.heads.latents.colours import oklab
from mien.heads.latents.decode import decode, years
from mien.heads.latents.latents import LARGEST, Latents, stack
from mien.heads.latents.layout import CATEGORIES, VALUE_INDEX, VALUE_NAMES, colour_slice
from mien.heads.latents.palettes import SPACES
from mien.heads.latents.person import Person


def heads(values: Tensor, **options: str) -> Latents:
    count = len(values)
    chosen = {name: known.index(options.get(name, known[0])) for name, known in CATEGORIES.items()}
    return Latents(values, {name: torch.full((count,), place) for name, place in chosen.items()})


def mean_head(**options: str) -> Latents:
    return heads(torch.zeros(1, len(VALUE_NAMES)), **options)


@pytest.mark.parametrize("name", SPACES)
def test_the_colours_of_a_palette_come_back_and_are_named(name: str) -> None:
    space = SPACES[name]
    latents = space.encode(space.colours)
    assert torch.allclose(space.decode(latents), space.colours, atol=1e-9)
    assert space.nearest(space.colours) == list(space.names)


@pytest.mark.parametrize("name", SPACES)
def test_a_palette_is_white_under_its_weights(name: str) -> None:
    space = SPACES[name]
    latents = space.encode(space.colours)
    mean = space.weights @ latents
    covariance = ((latents - mean) * space.weights[:, None]).T @ (latents - mean)
    assert mean.abs().max() < 1e-9
    # the spread about the named colours is the rest
    assert torch.linalg.eigvalsh(covariance).max() < 1 + 1e-9


def test_oklab_of_known_colours() -> None:
    # Ottosson's page: white is (1, 0, 0); red is about (0.628, 0.225, 0.126)
    colours = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.628, 0.2249, 0.1258], [0.0, 0.0, 0.0]], dtype=torch.float64)
    assert torch.allclose(oklab(colours), expected, atol=2e-3)


def test_the_density_of_a_colour_integrates_to_one() -> None:
    space = SPACES["eyes"]
    random = torch.Generator().manual_seed(0)
    # importance sampling from a wide Gaussian
    drawn = 3 * torch.randn(60_000, 3, generator=random, dtype=torch.float64)
    proposal = -1.5 * math.log(2 * math.pi * 9) - (drawn**2).sum(dim=1) / 18
    assert float((space.log_density(drawn) - proposal).exp().mean()) == pytest.approx(1, abs=0.1)


def test_named_colours_are_likelier_than_odd_ones() -> None:
    latents = mean_head()
    natural, odd = latents.values.clone(), latents.values.clone()
    place = colour_slice("skin")
    natural[:, place] = SPACES["skin"].encode(torch.tensor([[0.88, 0.69, 0.57]])).float()
    odd[:, place] = SPACES["skin"].encode(torch.tensor([[0.1, 0.8, 0.2]])).float()
    assert float(heads(natural).log_density()) > float(heads(odd).log_density()) + 20


def test_the_density_of_shape_is_standard_normal() -> None:
    moved = torch.zeros(2, len(VALUE_NAMES))
    moved[1, VALUE_INDEX["nose_width"]] = 2.0
    low, high = heads(moved).log_density().tolist()[::-1]
    assert high - low == pytest.approx(2.0, abs=1e-4)


def test_decoding_is_differentiable_in_every_value() -> None:
    values = torch.randn(3, len(VALUE_NAMES), generator=torch.Generator().manual_seed(1)).mul(0.3).requires_grad_(True)
    look = decode(heads(values, facial_hair="beard", expression="smiling", glasses="round"))
    total = look.identity.sum() + look.expression.sum()
    total = total + sum(one.sum() for one in (*look.colours.values(), *look.amounts.values()))
    (gradient,) = torch.autograd.grad(total, values)
    still = [name for name, column in zip(VALUE_NAMES, gradient.T, strict=True) if not column.abs().max() > 0]
    assert still == []


def test_one_value_moves_what_it_names() -> None:
    values = torch.zeros(2, len(VALUE_NAMES))
    values[1, VALUE_INDEX["age"]] = 2.0
    young, old = (decode(heads(values)).appearance(row) for row in (0, 1))
    assert years(heads(values)).tolist() == [42.0, 74.0]
    assert old.wrinkles == 1.0
    assert old.ageing > 0.8
    assert young.ageing == 0.0
    bearded, bare = (decode(mean_head(facial_hair=name)).appearance(0) for name in ("beard", "none"))
    assert bearded.beard > 0.9
    assert bare.beard == bare.moustache == bare.stubble == 0.0


def test_a_beard_has_the_colour_of_the_hair_unless_it_has_its_own() -> None:
    values = torch.zeros(2, len(VALUE_NAMES))
    values[:, colour_slice("hair")] = SPACES["hair"].encode(torch.tensor([0.08, 0.07, 0.07])).float()
    values[:, colour_slice("beard")] = SPACES["beard"].encode(torch.tensor([0.9, 0.9, 0.9])).float()
    values[:, VALUE_INDEX["own_beard_colour"]] = torch.tensor([-1.0, 3.0])
    colours = decode(heads(values, facial_hair="beard")).colours["beard"]
    assert colours[0].max() < 0.1
    assert colours[1].min() > 0.85


def test_soft_options_lie_between_the_hard_ones() -> None:
    half = decode(mean_head(), {"facial_hair": torch.tensor([[0.5, 0, 0, 0, 0.5]])}).amounts["beard"]
    full = decode(mean_head(facial_hair="beard")).amounts["beard"]
    assert float(half) == pytest.approx(float(full) / 2)


def test_latents_of_the_wrong_shape_are_refused() -> None:
    good = mean_head()
    with pytest.raises(ValueError, match=r"\(B, 61\)"):
        Latents(torch.zeros(1, 3), good.categories)
    with pytest.raises(ValueError, match="categories"):
        Latents(good.values, {})
    with pytest.raises(ValueError, match="only"):
        Latents(good.values, {**good.categories, "glasses": torch.tensor([9])})


def test_batches_are_stacked_and_taken_apart() -> None:
    first, second = mean_head(glasses="round"), mean_head(hair_style="bob")
    both = stack([first, second])
    assert both.option("glasses") == ["round", "none"]
    assert both.row(1).option("hair_style") == ["bob"]


def test_a_person_comes_back_to_the_bit(tmp_path: Path) -> None:
    values = torch.randn(1, len(VALUE_NAMES), generator=torch.Generator().manual_seed(4)).clamp(-3, 3)
    person = Person(heads(values, hair_style="wavy"), "très vieux", 7, {"generator": "mien"})
    person.save(tmp_path / "person.json")
    read = Person.load(tmp_path / "person.json")
    assert torch.equal(read.latents.values, values)
    assert read.latents.option("hair_style") == ["wavy"]
    assert (read.prompt, read.seed, dict(read.tags)) == ("très vieux", 7, {"generator": "mien"})
    person.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "person.json").read_bytes()


GOOD = Person(mean_head()).to_json()

BAD = {
    "empty": b"",
    "no json": b"{",
    "no utf-8": b"\xff\xfe{}",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "another format": json.dumps({**GOOD, "format": "x"}).encode(),
    "unknown value": json.dumps({**GOOD, "values": {"nose": 1}}).encode(),
    "nan": json.dumps({**GOOD, "values": {"age": float("nan")}}).encode(),
    "huge number": json.dumps({**GOOD, "values": {"age": 1e300}}).encode(),
    "text as number": json.dumps({**GOOD, "values": {"age": "1"}}).encode(),
    "boolean": json.dumps({**GOOD, "values": {"age": True}}).encode(),
    "unknown option": json.dumps({**GOOD, "categories": {"glasses": "sun"}}).encode(),
    "list as option": json.dumps({**GOOD, "categories": {"glasses": []}}).encode(),
    "unknown category": json.dumps({**GOOD, "categories": {"hat": "red"}}).encode(),
    "negative seed": json.dumps({**GOOD, "seed": -1}).encode(),
    "values as list": json.dumps({**GOOD, "values": []}).encode(),
    "provenance": json.dumps({**GOOD, "provenance": {"a": 1}}).encode(),
    "too large": b" " * 1_000_001,
}


@pytest.mark.parametrize("name", BAD)
def test_another_file_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "person.json"
    path.write_bytes(BAD[name])
    with pytest.raises(HeadError, match=r"person\.json") as refused:
        Person.load(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 2500


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["format", "values", "categories", "prompt", "seed", "provenance"]), json_values)
)
def test_any_json_is_a_person_or_refused(content: dict[str, object]) -> None:
    try:
        person = Person.from_json({**GOOD, **content})
    except HeadError:
        return
    assert person.latents.values.abs().max() <= LARGEST

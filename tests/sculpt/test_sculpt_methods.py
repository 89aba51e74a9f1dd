"""The methods: every one returns a head, the same for one seed; the guide decides among candidates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.pictures.quick import QuickRenderer
from mien.sculpt.corpus.attributes import attributes, read_options
from mien.sculpt.generate.sculptor import Sculptor, method_named
from mien.sculpt.methods.describe import described
from mien.sculpt.methods.method import METHODS, VIEWS, Tools, pictures_for
from mien.sculpt.methods.prior import PriorMethod
from mien.sculpt.methods.refine import RADIUS, refined
from mien.sculpt.networks.prior import HeadPrior

TEXT = "an old man with an afro"


class Brightness:
    """A guide that likes bright pictures, whatever the words say."""

    crops, size = ("whole", "face"), 32

    def text_features(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([[1.0, 0.0]]).repeat(len(texts), 1)

    def picture_features(self, pictures: Tensor) -> Tensor:
        mean = pictures.flatten(1).mean(dim=1)
        return torch.nn.functional.normalize(torch.stack([mean, 1 - mean], dim=1), dim=1)

    def option_log_probabilities(self, pictures: Tensor) -> dict[str, Tensor] | None:
        del pictures
        return None


@pytest.fixture(scope="module")
def tools(prior_folder: Path) -> Tools:
    guide = Brightness()
    return Tools(HeadPrior.load(prior_folder), guide, QuickRenderer(guide.size))


def quick(name: str) -> object:
    settings = {
        "search": {"rounds": 2, "population": 6, "elite": 3},
        "gradient": {"steps": 2},
        "prior": {"candidates": 4},
    }
    return type(method_named(name))(**settings[name])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_returns_one_head_and_the_same_again(name: str, tools: Tools) -> None:
    method = quick(name)
    first, again = (method(TEXT, tools, 1) for _ in range(2))  # type: ignore[operator]
    assert isinstance(first, Latents)
    assert len(first) == 1
    assert torch.equal(first.values, again.values)
    assert all(torch.equal(first.categories[key], again.categories[key]) for key in first.categories)
    look = decode(first)
    assert torch.isfinite(look.identity).all()


def test_the_guide_chooses_and_the_prior_holds_it(tools: Tools) -> None:
    ranked = PriorMethod(candidates=8, guide_weight=1e6).ranked(TEXT, tools, 0)
    scores = tools.scores(TEXT, ranked)
    assert (scores.diff() <= 1e-5).all(), "by the guide alone the brightest is the first"
    unguided = PriorMethod(candidates=8, guide_weight=0.0).ranked(TEXT, tools, 0).row(0)
    assert unguided.option("hair_style") == ["afro"]


def test_search_and_gradient_raise_the_guides_score(tools: Tools) -> None:
    dark = Latents(
        torch.zeros(1, 61),
        {
            name: torch.zeros(1, dtype=torch.int64)
            for name in ("hair_style", "facial_hair", "glasses", "clothing", "expression")
        },
    )
    start = float(tools.scores(TEXT, dark))
    searched = type(method_named("search"))(rounds=3, population=12, elite=4)(TEXT, tools, 0)  # type: ignore[call-arg]
    climbed = type(method_named("gradient"))(steps=8)(TEXT, tools, 0)  # type: ignore[call-arg]
    assert float(tools.scores(TEXT, searched)) > start
    assert float(tools.scores(TEXT, climbed)) > start


def test_refinement_stays_in_its_region_and_changes_no_option(tools: Tools) -> None:
    head = PriorMethod(candidates=2).ranked(TEXT, tools, 0).row(0)
    finer = refined(TEXT, head, tools, 3)
    assert float((finer.values - head.values).abs().max()) <= RADIUS + 1e-5
    before, after = read_options(head), read_options(finer)
    assert all((before[name] == after[name]).all() for name in before)
    assert float(tools.scores(TEXT, finer)) >= float(tools.scores(TEXT, head))
    assert refined(TEXT, head, tools, 0) is head


def test_pictures_come_in_the_crops_of_the_guide(tools: Tools) -> None:
    head = PriorMethod(candidates=2).ranked(TEXT, tools, 0)
    views = VIEWS
    pictures = pictures_for(tools.guide, tools.renderer, decode(head), views)
    assert pictures.shape == (2 * len(views), 2, 3, 32, 32)
    whole, face = pictures[0]
    assert not torch.allclose(whole, face)


def test_variants_are_different_heads_that_show_the_same(tools: Tools) -> None:
    sculptor = Sculptor(tools.prior, tools.guide)
    heads = sculptor.sculpt("a woman with a bun and round glasses", 3)
    assert len(heads) == 3
    assert heads.option("glasses").count("round") >= 2
    assert len({described(heads.row(row)) for row in range(3)}) == 3


def test_a_description_names_what_the_head_shows(tools: Tools) -> None:
    head = PriorMethod(candidates=1).ranked("an old bald man with a long white beard", tools, 0)
    known = attributes()
    shown = {name: known[name].options[int(place[0])] for name, place in read_options(head).items()}
    text = described(head)
    assert f"{shown['age']} {shown['sex']}" in text.replace("middle-aged", "middle")
    assert ("bald" in text) == (shown["hair_style"] == "bald")

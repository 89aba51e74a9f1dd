"""The prior: what it makes of words after a short training, composition, edits and unknown words."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.latents.latents import Latents
from mien.heads.latents.layout import CATEGORIES, VALUE_NAMES
from mien.sculpt.corpus.attributes import attributes, draw_latents, read_options
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.evaluate.edits import displacement, measure_edits
from mien.sculpt.generate.request import Kept, SculptRequest
from mien.sculpt.methods.candidates import draw_candidates
from mien.sculpt.methods.edit import KEEPABLE, edit, places_of
from mien.sculpt.methods.method import METHODS
from mien.sculpt.networks.prior import HeadPrior
from mien.sculpt.prior.data import draw_held_out, draw_templated
from mien.sculpt.prior.train import satisfied_rate
from mien.sculpt.registration import CATEGORIES as SIGNATURE_CATEGORIES
from mien.sculpt.registration import VALUES


@pytest.fixture(scope="module")
def prior(prior_folder: Path) -> HeadPrior:
    return HeadPrior.load(prior_folder)


def shown(latents: Latents) -> dict[str, str]:
    known = attributes()
    return {name: known[name].options[int(place[0])] for name, place in read_options(latents).items()}


def test_it_learns_what_words_mean(prior: HeadPrior) -> None:
    untrained = HeadPrior(prior.text, prior.width, prior.hidden)
    captions = draw_templated(200, 991)
    assert satisfied_rate(prior, captions) > 0.88 > 0.5 > satisfied_rate(untrained, captions)


def test_it_composes_what_no_caption_combined(prior: HeadPrior) -> None:
    assert satisfied_rate(prior, draw_held_out(150, 992)) > 0.85


def test_words_bind_to_their_own_noun(prior: HeadPrior) -> None:
    one, two = prior.read(["blue eyes and red hair", "red lipstick and blue hair"])
    assert one.likeliest()["eyes"] == "blue"
    assert one.likeliest()["hair_colour"] in ("ginger", "auburn", "red")
    assert two.likeliest()["hair_colour"] == "blue"
    assert two.likeliest()["makeup"] == "red"


def test_it_says_of_what_a_text_speaks(prior: HeadPrior) -> None:
    asked = prior.read(["a woman with round glasses"])[0].asked()
    assert {"sex", "glasses"} <= set(asked)
    assert len(asked) <= 5


def test_a_text_does_not_depend_on_the_others_of_its_batch(prior: HeadPrior) -> None:
    alone = prior.read(["bald"])[0]
    among = prior.read(["an old man with a very long grey beard, smiling", "bald"])[1]
    for name, logs in alone.options.items():
        assert abs(logs - among.options[name]).max() < 1e-4


def test_candidates_show_what_is_asked_and_differ_elsewhere(prior: HeadPrior) -> None:
    drawn = draw_candidates(prior, "an old man with an afro and round glasses", 8, 0)
    options = drawn.latents.option("glasses")
    assert options[0] == "round"
    assert drawn.latents.option("hair_style")[0] == "afro"
    assert len({shown(drawn.latents.row(row))["cloth"] for row in range(8)}) > 1
    again = draw_candidates(prior, "an old man with an afro and round glasses", 8, 0)
    assert torch.equal(again.latents.values, drawn.latents.values)
    other = draw_candidates(prior, "an old man with an afro and round glasses", 8, 1)
    assert not torch.equal(other.latents.values, drawn.latents.values)
    assert drawn.log_density[0] >= drawn.log_density.max() - 1e-6


def test_an_edit_moves_only_the_latents_of_what_it_names(prior: HeadPrior) -> None:
    before = draw_candidates(prior, "a young woman with brown hair", 1, 3).latents
    changed = edit(prior, before, "blue eyes")
    places, _ = places_of("eyes")
    moved = (changed.latents.values != before.values)[0].nonzero().flatten().tolist()
    assert set(moved) <= set(places)
    assert moved
    assert changed.latents.categories == before.categories or all(
        torch.equal(changed.latents.categories[name], before.categories[name]) for name in before.categories
    )
    assert shown(changed.latents)["eyes"] == "blue"
    assert set(changed.changes) == {"eyes"}
    assert displacement(EmbeddedHead(), before, changed.latents) == 0.0


def test_an_edit_of_what_is_there_already_changes_nothing(prior: HeadPrior) -> None:
    before = draw_candidates(prior, "a bald man", 1, 0).latents
    again = edit(prior, before, "bald")
    assert torch.equal(again.latents.values, before.values)
    assert not again.changes


def test_an_ordered_attribute_moves_on(prior: HeadPrior) -> None:
    before = draw_candidates(prior, "an old man", 1, 0).latents
    older = edit(prior, before, "older")
    assert float(older.latents.value("age")) > float(before.value("age"))


def test_what_is_kept_stays(prior: HeadPrior) -> None:
    before = draw_candidates(prior, "a man with brown eyes", 1, 0).latents
    kept = edit(prior, before, "blue eyes and a red beard", keep=["eyes"])
    assert shown(kept.latents)["eyes"] == shown(before)["eyes"]
    assert shown(kept.latents)["facial_hair"] == "beard"
    assert all(name in attributes() for names in KEEPABLE.values() for name in names)


def test_edits_are_done_and_keep_the_rest(prior: HeadPrior) -> None:
    figures = measure_edits(prior, EmbeddedHead(), 40, 0)
    assert figures.done > 0.75
    assert figures.kept > 0.97
    assert figures.moved < 0.1


def test_unknown_words_are_named_with_the_nearest_known(prior: HeadPrior) -> None:
    (unknown,) = prior.unknown_words("a man with glassess")
    assert unknown.word == "glassess"
    assert "glasses" in unknown.suggestions
    assert prior.unknown_words("a man with glasses") == ()


def test_a_text_without_words_is_read_as_nothing(prior: HeadPrior) -> None:
    assert prior.read(["..."])[0].asked() == prior.read([","])[0].asked()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a model folder"):
        HeadPrior.load(tmp_path)


def test_related_words_are_named_for_what_cannot_be_shown(prior: HeadPrior) -> None:
    (unknown,) = prior.unknown_words("a man with sunglasses")
    assert unknown.suggestions == ("glasses",)


def test_coloured_hair_takes_hair_for_granted(prior: HeadPrior) -> None:
    bald = draw_latents(
        np.random.default_rng(0), draw_options(np.random.default_rng(0), [{"hair_style": frozenset({"bald"})}])
    )
    red = edit(prior, bald, "green hair").latents
    assert red.option("hair_style") != ["bald"]
    assert shown(red)["hair_colour"] == "green"


def test_unknown_words_do_not_steer_the_result(prior: HeadPrior) -> None:
    plain = prior.read(["bald with round glasses"])[0]
    noisy = prior.read(["bald qwx with zxcv asdf round qqq glasses eee rrr ttt"])[0]
    assert plain.likeliest() == noisy.likeliest()
    assert plain.asked() == noisy.asked()


def test_ages_of_children_are_read_as_adults(prior: HeadPrior) -> None:
    assert prior.plain("an 8-year-old boy").startswith("an 18 ")
    assert prior.plain("an 80 year old man") == "an 80 year old man"


def test_what_an_edit_did_is_said(prior: HeadPrior) -> None:
    old = draw_candidates(prior, "an old man", 1, 0).latents
    older = edit(prior, old, "older")
    assert older.moved["age"] > 0
    assert older.understood
    assert not edit(prior, old, "qwx zxcv").understood


def test_names_that_are_repeated_for_quick_imports_agree() -> None:
    assert get_args(Kept) == tuple(KEEPABLE)
    assert (len(VALUE_NAMES), len(CATEGORIES)) == (VALUES, SIGNATURE_CATEGORIES)
    assert get_args(SculptRequest.model_fields["method"].annotation) == METHODS

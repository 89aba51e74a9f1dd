"""Captions, lexicon and attributes: facts, options and latents agree."""

from __future__ import annotations

import random

import numpy as np
import pytest

from mien.sculpt.corpus.attributes import attributes, draw_latents, read_options
from mien.sculpt.corpus.captions import draw_caption, draw_request
from mien.sculpt.corpus.completion import (
    HELD_OUT_PAIRS,
    draw_options,
    held_out_combinations,
    names_held_out,
    training_options,
)
from mien.sculpt.corpus.lexicon.lexicon import topics
from mien.sculpt.corpus.lexicon.phrases import Word, accepted, says
from mien.sculpt.prior.data import draw_captions, draw_held_out, draw_templated
from mien.text.tokens import words


def all_words() -> list[Word]:
    found: list[Word] = []
    for topic in topics():
        found += [*topic.adjectives, *topic.phrases, *topic.predicates, *topic.without, *topic.heads]
        found += [word for part in topic.parts for group in (part.nouns, *part.slots) for word in group]
    return found


def test_the_rates_of_every_attribute_sum_to_one() -> None:
    for attribute in attributes().values():
        assert sum(attribute.rates) == pytest.approx(1)
        assert len(set(attribute.options)) == len(attribute.options)


def test_latents_show_the_options_that_they_were_drawn_for() -> None:
    rng = np.random.default_rng(0)
    options = draw_options(rng, [{}] * 1500, natural=False)
    shown = read_options(draw_latents(rng, options))
    assert set(shown) == set(attributes())
    for name, places in options.items():
        # a colour at the edge of its region may be nearer to its neighbour
        assert (shown[name] == places).mean() > 0.998, name


def test_every_word_of_the_lexicon_asks_for_something_that_exists() -> None:
    for word in all_words():
        for name, options in word.facts.items():
            assert options, word
            assert options < set(attributes()[name].options), f"{word.text!r} accepts everything"


def test_every_option_has_words() -> None:
    said = {(name, option) for word in all_words() for name, options in word.facts.items() for option in options}
    silent = [
        (attribute.name, option)
        for attribute in attributes().values()
        for option in attribute.options
        if (attribute.name, option) not in said and option not in ("average", "medium")
    ]
    assert silent == []


def test_a_wrong_option_in_the_lexicon_is_an_error() -> None:
    with pytest.raises(ValueError, match="no option 'bold'"):
        says("hair_style", {"bold": "bald"})
    assert accepted("glasses", "not none") == {"round", "oval", "rectangular"}


def test_captions_state_what_their_words_say() -> None:
    rng = random.Random(3)
    for _ in range(400):
        caption = draw_caption(rng)
        for name, options in caption.facts.items():
            assert options
            assert options <= set(attributes()[name].options)
        assert caption.text == " ".join(caption.text.split())
        assert words(caption.text)


@pytest.mark.parametrize(
    ("word", "attribute", "option"),
    [("bun", "hair_style", "bun"), ("freckled", "freckles", "yes"), ("livid", "expression", "angry"),
     ("goatee", "facial_hair", "goatee"), ("turtleneck", "clothing", "turtleneck")],
)  # fmt: skip
def test_a_caption_with_a_word_states_its_fact(word: str, attribute: str, option: str) -> None:
    rng = random.Random(11)
    found = [one for one in (draw_caption(rng) for _ in range(6000)) if word in one.text.split()]
    denied = ("not", "no", "without", "remove", "lose", "drop", "delete", "minus", "off", "rid", "face", "doesn't")
    plain = [one for one in found if not set(denied) & set(one.text.split())]
    assert len(plain) > 3
    assert all(option in one.facts[attribute] for one in plain)


def test_heads_satisfy_the_facts_of_their_captions() -> None:
    words_of = random.Random(5)
    captions = [draw_caption(words_of) for _ in range(300)]
    rng = np.random.default_rng(5)
    for natural in (True, False):
        options = draw_options(rng, [one.facts for one in captions], natural)
        for row, caption in enumerate(captions):
            for name, kept in caption.facts.items():
                assert attributes()[name].options[options[name][row]] in kept


def test_what_is_left_open_goes_with_the_rest() -> None:
    rng = np.random.default_rng(1)
    women = draw_options(rng, [{"sex": frozenset({"woman"})}] * 300)
    bearded = draw_options(rng, [{"facial_hair": frozenset({"beard"})}] * 300)
    none = attributes()["facial_hair"].index("none")
    assert (women["facial_hair"] == none).all()
    assert (bearded["sex"] == attributes()["sex"].index("man")).all()
    asked = draw_options(rng, [{"sex": frozenset({"woman"}), "facial_hair": frozenset({"beard"})}] * 20)
    assert (asked["facial_hair"] == attributes()["facial_hair"].index("beard")).all()


def test_no_training_caption_names_a_held_out_combination() -> None:
    words_of = random.Random(7)
    captions = [draw_caption(words_of) for _ in range(3000)]
    facts = [one.facts for one in captions]
    free = draw_options(np.random.default_rng(7), facts)
    options, kept = training_options(np.random.default_rng(7), facts)

    def bad(found: dict[str, np.ndarray], rows: list[int]) -> int:
        return sum(
            names_held_out(facts[row], {name: int(values[place]) for name, values in found.items()})
            for place, row in enumerate(rows)
        )

    assert bad(options, kept.tolist()) == 0
    assert bad(free, list(range(len(facts)))) > 20  # without the rule there would be some
    combinations = held_out_combinations()
    possible = sum(len(attributes()[one].options) * len(attributes()[two].options) for one, two in HELD_OUT_PAIRS)
    assert 0.1 < len(combinations) / possible < 0.25


def test_held_out_captions_are_never_allowed_in_training() -> None:
    captions = draw_held_out(40, 0)
    _, kept = training_options(np.random.default_rng(0), [one.facts for one in captions])
    assert len(kept) == 0
    assert len(draw_templated(40, 0)) == 40


def test_captions_are_the_same_for_one_seed_and_differ_for_another() -> None:
    first, again, other = draw_captions(300, 1), draw_captions(300, 1), draw_captions(300, 2)
    assert first.texts == again.texts
    assert (first.options == again.options).all()
    assert first.texts != other.texts


def test_requests_ask_for_a_change() -> None:
    rng = random.Random(0)
    assert all(draw_request(rng).facts for _ in range(100))


def test_a_held_out_combination_is_found_by_its_names() -> None:
    one, first, two, second = held_out_combinations()[0]
    facts = {one: frozenset({first}), two: frozenset({second})}
    places = {one: attributes()[one].index(first), two: attributes()[two].index(second)}
    assert names_held_out(facts, places)
    assert not names_held_out({one: frozenset({first})}, places)

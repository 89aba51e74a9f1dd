"""Descriptions of heads: true in every fact, about what can be seen, and never a held-out combination."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.captions import Caption, describe, draw_caption
from mien.sculpt.corpus.completion import HELD_OUT_PAIRS, draw_options, is_held_out
from mien.sculpt.corpus.corpus import draw_captions
from mien.sculpt.corpus.prompts import class_prompts
from mien.sculpt.corpus.truth import one_hot_options, refused_options, true_pairs
from mien.sculpt.corpus.visibility import known_of, visible

PEOPLE = 150


@pytest.fixture(scope="module")
def options() -> dict[str, np.ndarray]:
    return draw_options(np.random.default_rng(5), [{}] * PEOPLE, natural=False)


def named(options: dict[str, np.ndarray], row: int) -> dict[str, str]:
    return {name: attributes()[name].options[values[row]] for name, values in options.items()}


def described(options: dict[str, np.ndarray]) -> Iterator[tuple[dict[str, str], Caption]]:
    rng = random.Random(3)
    for row in range(PEOPLE):
        own = named(options, row)
        for topics in (1, 3, 6, 8):
            yield own, describe(rng, known_of(own), topics)


def test_every_fact_of_a_description_is_true_of_the_person(options: dict[str, np.ndarray]) -> None:
    facts = [(own, caption.facts) for own, caption in described(options)]
    assert all(own[name] in accepted for own, stated in facts for name, accepted in stated.items())
    assert np.mean([len(stated) for _, stated in facts]) > 3, "something is said"


def test_the_words_say_what_the_facts_say(options: dict[str, np.ndarray]) -> None:
    """Counted from the text alone, by words that have one meaning."""
    signs = {
        "bald": lambda own: own["hair_style"] in ("bald", "receding"),
        "moustache": lambda own: own["facial_hair"] == "moustache",
        "afro": lambda own: own["hair_style"] == "afro",
        "freckles": lambda own: own["freckles"] == "yes",
        "spectacles": lambda own: own["glasses"] != "none",
        "turtleneck": lambda own: own["clothing"] == "turtleneck",
        "grin": lambda own: own["expression"] == "smiling",
        "elderly": lambda own: own["age"] == "old",
    }
    negations = (" no ", "without", "not ", "n't", "remove", "minus", "lose", "take off", "get rid", "delete", "drop")
    counted = 0
    for own, caption in described(options):
        words = f" {caption.text} ".replace(",", " ")
        if any(sign in words for sign in (*negations, "shave off")):
            continue
        for word, holds in signs.items():
            if f" {word} " in words:
                counted += 1
                assert holds(own), (caption.text, own)
    assert counted > 15


def test_what_cannot_be_seen_is_not_described(options: dict[str, np.ndarray]) -> None:
    for own, caption in described(options):
        if own["glasses"] == "none":
            assert not {"frame", "frame_weight"} & set(caption.facts)
        if own["hair_style"] == "bald":
            assert "hair_colour" not in caption.facts
        if own["hair_style"] in ("long", "wavy", "bob", "afro", "curly"):
            assert "ear_size" not in caption.facts
        if own["facial_hair"] in ("none", "stubble"):
            assert not {"beard_colour", "beard_length"} & set(caption.facts)
    shown = visible(options)
    assert (shown["frame"] == (options["glasses"] > 0)).all()
    assert shown["sex"].all()


def test_captions_of_the_corpus_name_no_held_out_combination() -> None:
    known = attributes()
    combined = 0
    rng = random.Random(1)
    options = draw_options(np.random.default_rng(6), [{}] * 400, natural=False)
    for row in range(400):
        own = named(options, row)
        bad = [pair for pair in HELD_OUT_PAIRS if is_held_out(pair, own[pair[0]], own[pair[1]])]
        combined += len(bad)
        for caption in draw_captions(rng, options, row, 3 if bad else 1):
            assert caption.text
            assert caption.facts
            for first, second in bad:
                specific = [len(caption.facts.get(name, known[name].options)) <= 6 for name in (first, second)]
                assert not (first in caption.facts and second in caption.facts and all(specific)), caption.text
    assert combined > 60, "there were such people"


def test_free_captions_are_drawn_as_before() -> None:
    texts = [draw_caption(random.Random(seed)).text for seed in range(200)]
    assert len(set(texts)) > 190
    assert texts == [draw_caption(random.Random(seed)).text for seed in range(200)]


def test_true_pairs_are_those_of_a_recount(options: dict[str, np.ndarray]) -> None:
    captions = [caption.facts for _, caption in described(options)][:80]
    pairs = true_pairs(refused_options(captions), one_hot_options(options))
    people = [named(options, row) for row in range(PEOPLE)]
    recount = [[all(own[name] in one for name, one in facts.items()) for own in people] for facts in captions]
    assert torch.equal(pairs, torch.tensor(recount))
    assert pairs.any(dim=1).all(), "each is true of its own person"
    assert not pairs.all()


def test_prompts_of_a_class_name_it_alone() -> None:
    prompts = class_prompts("expression")
    assert set(prompts) == set(attributes()["expression"].options)
    assert any("smil" in text for text in prompts["smiling"])
    assert not set(prompts["sad"]) & set(prompts["angry"])
    assert "average" not in class_prompts("nose_width")
    assert any("glasses" in text for text in class_prompts("frame")["red"])

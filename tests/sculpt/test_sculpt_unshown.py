"""What a text says and no head shows is told; of captions, everything is shown."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mien.sculpt.corpus.captions import draw_caption, draw_request
from mien.sculpt.corpus.lexicon.shown import unshown
from mien.sculpt.networks.prior import HeadPrior, as_adult, names_a_child


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a cat", ("cat",)),  # the lexicon has it in "cat like eyes"
        ("a cat smiling", ("cat",)),
        ("cat like eyes", ()),
        ("an elephant", ("elephant",)),
        ("elephant ears", ()),
        ("a man standing in a forest", ("standing", "forest")),
        ("a robot with blue eyes, holding a cup", ("robot", "holding", "cup")),
        ("a tall woman", ("tall",)),
        ("a tall forehead", ()),
        ("a man with strong arms", ("strong", "arms")),
        ("a lonely man", ("lonely",)),
        ("a man and a woman", ("woman",)),
        ("two women with red hair", ("two", "women")),
        ("a man with two big ears", ()),
        ("please give me a video of a very old man", ()),
        ("could you make her nose bigger, and add round glasses?", ()),
        ("a woman who doesn't smile, thanks", ()),
        ("messy black hair, white as snow skin", ()),
        ("a man's face", ()),
        ("a cat's face", ("cat's",)),
        ("neither old nor young, nothing else, thx", ()),
        ("maybe a neighbour, approximately 40 years old", ()),
    ],
)
def test_what_no_head_shows_is_told(text: str, left: tuple[str, ...]) -> None:
    assert unshown(text) == left


def test_of_captions_everything_is_shown() -> None:
    rng = random.Random(3)
    for number in range(600):
        text = (draw_caption(rng) if number % 4 else draw_request(rng)).text
        assert unshown(text) == (), text


def test_what_is_not_shown_is_one_note_with_the_nearest(prior_folder: Path) -> None:
    prior = HeadPrior.load(prior_folder)
    (note,) = prior.unshown_notes("a cat with a crown, glassess and a beard")
    assert note == "not shown: 'cat', 'crown', 'glassess'; the nearest: 'crown' → hair; 'glassess' → glasses"
    assert prior.unshown_notes("a boy, 7 years old, with a smile") == ()
    assert prior.unshown_notes("a man ☃") == ("the model has never seen the sign '☃'",)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a girl of seven", "a girl aged 18"),
        ("a boy of 12, smiling", "a boy aged 18, smiling"),
        ("a boy aged 9", "a boy aged 18"),
        ("a twelve-year-old girl", "a 18-year-old girl"),
        ("a man of 17", "a man aged 18"),
        ("a girl at the age of 5", "a girl at the age of 18"),
    ],
)
def test_an_age_under_18_in_any_words_is_read_as_18(text: str, read: str) -> None:
    assert names_a_child(text)
    assert as_adult(text) == read
    assert unshown(read) == ()


def test_children_are_told_and_nobody_else_is_one() -> None:
    assert all(map(names_a_child, ("a baby", "a toddler", "a kid with red hair", "a little girl", "two children")))
    for text in (
        "baby blue eyes",
        "a baby face",
        "a thirty five year old man",
        "a woman of 70",
        "a man of two faces",
        "make her five years older",
    ):
        assert not names_a_child(text), text
    rng = random.Random(7)
    for _ in range(600):
        text = draw_caption(rng).text
        assert as_adult(text) == text
        assert not names_a_child(text), text


def test_only_a_misspelling_is_told_to_be_near_a_known_word(prior_folder: Path) -> None:
    prior = HeadPrior.load(prior_folder)
    for word in ("tree", "wind", "punk", "wise", "fangs", "brad", "bread", "shapes"):
        assert all("→" not in note for note in prior.unshown_notes(f"a man with {word}")), word
    assert prior.unshown_notes("a man with glassess") == ("not shown: 'glassess'; the nearest: 'glassess' → glasses",)

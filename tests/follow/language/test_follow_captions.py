"""Captions: what they claim is true of the scene, in both languages, and held-out wordings stay out of trainings."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from mien.bodies.scene import LABELS, Scene
from mien.follow.corpus.language.captions import LANGUAGES, Caption, Language, caption
from mien.follow.corpus.language.colours import TONED, draw_shade, tone_of, tones_of
from mien.follow.corpus.language.combinations import draw_scene, held_out_pairs, is_held_out
from mien.follow.corpus.language.phrases import ACTIONS


def drawn(count: int, language: Language, wording: str = "train", seed: int = 0) -> list[tuple[Scene, Caption]]:
    rng = random.Random(seed)
    scenes = [draw_scene(rng) for _ in range(count)]
    return [(scene, caption(scene, rng, language, wording, rng.choice(ACTIONS))) for scene in scenes]  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_text_claims_is_true_and_visible(language: Language) -> None:
    spoken: Counter[str] = Counter()
    for scene, made in drawn(1500, language):
        shown = scene.visible()
        assert made.facts or made.actions
        for name, allowed in made.facts.items():
            assert shown[name] in allowed < frozenset(LABELS[name])
            spoken[name] += 1
        for name, tones in made.tones.items():
            assert tone_of(name, getattr(scene, name), scene.shade(name)) in tones
    assert set(spoken) == set(LABELS)


def test_languages_are_what_they_say() -> None:
    accents = set("ăâđêôơưáàảãạ")
    texts = {language: [made.text for _, made in drawn(300, language)] for language in LANGUAGES}
    rate = {language: np.mean([bool(accents & set(one)) for one in some]) for language, some in texts.items()}
    assert rate["vi"] > 0.95 > 0.9 > rate["mixed"] > 0.6 > 0.05 > rate["en"]


def test_texts_differ_and_are_short_and_long() -> None:
    texts = [made.text for _, made in drawn(1000, "en")]
    assert len(set(texts)) > 950
    lengths = [len(text.split()) for text in texts]
    assert min(lengths) <= 3
    assert max(lengths) >= 30


def test_actions_are_claimed_by_the_words_for_them() -> None:
    made = [one for _, one in drawn(400, "vi") if one.actions]
    assert len(made) > 100
    assert all(one.action in one.actions for one in made)
    assert any(one.actions == {"dance", "jump"} for one in made), "nhảy"
    silent = [one for _, one in drawn(400, "vi") if not one.actions]
    assert silent
    assert all(one.action is None for one in silent)


def test_held_out_wordings_are_no_wordings_of_trainings() -> None:
    trained = {made.text for _, made in drawn(4000, "en", "train", 1)}
    held_out = [made.text for _, made in drawn(500, "en", "held_out", 2)]
    assert not trained & set(held_out)


def test_about_15_percent_of_the_scenes_are_held_out() -> None:
    rng = random.Random(5)
    assert 0.1 < np.mean([is_held_out(draw_scene(rng, None)) for _ in range(2000)]) < 0.2
    assert not any(is_held_out(draw_scene(rng)) for _ in range(200))
    some = [draw_scene(rng, True) for _ in range(300)]
    assert {pair for scene in some for pair in held_out_pairs(scene.visible())} == {
        ("kind", "place"),
        ("top", "top_colour"),
        ("top_colour", "bottom_colour"),
    }


def test_every_option_is_seen_in_training() -> None:
    rng = random.Random(6)
    seen = Counter((name, option) for _ in range(3000) for name, option in draw_scene(rng).visible().items())
    assert all(seen[name, option] > 10 for name, options in LABELS.items() for option in options)


def test_a_tone_is_read_back_from_its_shade() -> None:
    rng = random.Random(0)
    for name in TONED:
        for colour in LABELS[name]:
            for tone in tones_of(name, colour):
                read = [tone_of(name, colour, draw_shade(rng, name, colour, tone)) for _ in range(50)]
                assert read.count(tone) >= 48, (name, colour, tone)


def test_equal_seeds_give_equal_texts() -> None:
    scene = draw_scene(np.random.default_rng(3))
    one, other = (caption(scene, np.random.default_rng(4), "vi", action="run") for _ in range(2))
    assert one == other


@pytest.mark.parametrize("arguments", [{"language": "fr"}, {"action": "swim"}])
def test_unknown_languages_and_actions_are_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is one of|is in the language"):
        caption(Scene(), random.Random(0), **arguments)  # type: ignore[arg-type]

"""People's own words about shapes: what is understood, what is noted, and that no text breaks the reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.shapes.corpus.corpus import SEED_PROMPTS
from mien.shapes.corpus.language import describe, wordings
from mien.shapes.corpus.scenes import Figure, Scene, sample_scene
from mien.shapes.corpus.vocabulary import COLOURS, MOTIONS, SHAPES, SIZES
from mien.shapes.evaluate.written import Written, written_prompts
from mien.shapes.language.lexicon import lexicon
from mien.shapes.language.mending import is_foreign
from mien.shapes.language.reading import Reading, prompt_of, read


def understood(text: str) -> set[str]:
    """The figures that are read from a text, as words."""
    reading = read(text)
    assert reading is not None, text
    return set(prompt_of(reading.scene).split(" and "))


def notes(text: str) -> str:
    reading = read(text)
    assert reading is not None
    return " | ".join(reading.notes)


def test_every_prompt_of_the_corpus_is_read_as_its_own_scene() -> None:
    for number in range(300):
        rng = np.random.default_rng(number)
        scene = sample_scene(rng, 1 + number % 2)
        text = describe(rng, scene, unseen=number % 3 == 0)
        reading = read(text)
        assert reading is not None
        assert reading.scene == scene, text
        assert (reading.notes, reading.unknown) == ((), ())
        assert read(reading.prompt) == Reading(reading.prompt, scene), "the model's own words are read as they are"


def test_every_wording_of_a_motion_is_known() -> None:
    for motion in MOTIONS:
        for unseen in (False, True):
            for wording in wordings(motion, unseen):
                assert understood(f"the star {wording}") == {f"star {motion}"}
    for prompt, motion in SEED_PROMPTS.items():
        assert understood(prompt) == {f"circle {motion}"}


def test_the_prompts_written_by_hand_are_understood() -> None:
    written = written_prompts()
    assert len(written) == len({one.text for one in written}) == 60
    templates = {
        describe(np.random.default_rng(seed), scene, unseen)
        for one in written
        if (reading := read(one.text)) is not None
        for scene in [reading.scene]
        for seed in range(30)
        for unseen in (False, True)
    }
    assert not templates & {one.text.lower() for one in written}, "none is a template"
    assert [one.text for one in written if not one.understood_by(read(one.text))] == []


def test_a_prompt_is_not_understood_by_another_scene() -> None:
    one = Written("a red star spins", ("red star rotating",))
    fits = [
        (Scene((Figure("star", "rotating clockwise", "red"),)), True),
        (Scene((Figure("star", "rotating counter-clockwise", "red"),)), True),
        (Scene((Figure("star", "rotating clockwise"),)), False),
        (Scene((Figure("star", "rotating clockwise", "red", "big"),)), False),
        (Scene((Figure("star", "shrinking", "red"),)), False),
        (Scene((Figure("circle", "rotating clockwise", "red"),)), False),
        (Scene((Figure("star", "rotating clockwise", "red"),) * 2), False),
    ]
    assert [one.fits(scene) for scene, _ in fits] == [fit for _, fit in fits]
    noted = Written("three stars spin", ("star rotating", "star rotating"), note=True)
    assert noted.understood_by(read("three stars spin"))
    assert not noted.understood_by(read("two stars spin"))
    assert not noted.understood_by(None)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Spin a red star & bounce a blue box", {"red star rotating clockwise", "blue square bouncing vertically"}),
        ("make the red star spin and the blue box bounce", {"red star rotating clockwise",
                                                            "blue square bouncing vertically"}),
        ("a falling green disc", {"green circle moving down"}),
        ("the disc falls to the left", {"circle moving down-left"}),
        ("from the bottom left to the top right goes a star", {"star moving up-right"}),
        ("a triangle moves up and to the left", {"triangle moving up-left"}),
        ("a square that goes up and down", {"square bouncing vertically"}),
        ("both the star and the circle turn left", {"star rotating counter-clockwise",
                                                    "circle rotating counter-clockwise"}),
        ("two circles moving towards each other", {"circle moving right", "circle moving left"}),
        ("a circle which isn't red but blue grows", {"blue circle expanding"}),
        ("the red one climbs, the white one drops: two triangles", {"red triangle moving up",
                                                                  "white triangle moving down"}),
        ("two boxes; the first is green and shrinks; the second is yellow and grows", {"green square shrinking",
                                                                                      "yellow square expanding"}),
        ("no star, just a circle growing", {"circle expanding"}),
        ("teeny purple pyramid, zig-zagging sideways!!", {"small purple triangle zigzagging horizontally"}),
        ("a strar spining clokwise", {"star rotating clockwise"}),
        ("red circle stays, blue square leaves to the left", {"red circle rotating clockwise",
                                                              "blue square moving left"}),
        ("nothing moves except a red star going down", {"red star moving down"}),
        ("a reed cirlce moovs lft", {"red circle moving left"}),
        ("red, round, drifting upward", {"red circle moving up"}),
        ("a square moves diagonally", {"square moving up-right"}),
        ("a square moves diagonally down", {"square moving down-right"}),
        ("a square goes left on a diagonal", {"square moving up-left"}),
        ("(1) red circle – left; (2) a star – right", {"red circle moving left", "star moving right"}),
        ("🔴 ➡️", {"red circle moving right"}),
        ("🟢⭐ ⬆️", {"green circle moving up", "yellow star moving up"}),
        ("a red and a blue circle fall", {"red circle moving down", "blue circle moving down"}),
        ("a white star and a green one, both fall", {"white star moving down", "green star moving down"}),
        ("two boxes fall, a white one and a red one", {"white square moving down", "red square moving down"}),
        ("a star spins and a green one falls", {"star rotating clockwise", "green star moving down"}),
    ],
)  # fmt: skip
def test_what_is_said_in_other_words_is_understood(text: str, figures: set[str]) -> None:
    assert understood(text) == figures


def test_a_verb_that_is_the_plural_of_a_figure_is_a_verb_after_its_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(lexicon())
    [circles] = known["circles",]
    verb = known["spins",][0]
    monkeypatch.setattr("mien.shapes.language.tokens.lexicon", lambda: {**known, ("circles",): (circles, verb)})
    assert understood("a blue triangle circles") == {"blue triangle rotating clockwise"}
    assert understood("two circles fall") == {"circle moving down"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("four red stars fall", "at most 2 figures, and 'four red stars fall' names 4 (stars, stars, stars, stars)"),
        ("a hexagon spins", "there is no 'hexagon': circle is the nearest"),
        ("an orange star spins", "there is no 'orange': red is the nearest"),
        ("a cirlce spins", "'cirlce' is read as 'circle'"),
        ("a circle spins and grows", "one motion in a clip: 'grows' is left out"),
        ("a circle moves left, then moves up", "one motion in a clip: 'up' is left out"),
        ("a big star and a small star spin", "of one size: 'big' is left out"),
        ("a small star shrinks", "no room for shrinking: 'small' is left out"),
        ("a star spins slowly", "how fast a figure moves is not told by words: 'slowly' is left out"),
        ("a red star", "no motion is named for the star: it is rotating clockwise"),
        ("something falls", "no figure is named: a circle is shown; there are circle, square, triangle, star"),
        ("a star stands still", "a figure always moves: 'stands still' is left out, the star rotates in its place"),
        ("a motionless box", "a figure always moves: 'motionless' is left out, the square rotates in its place"),
        ("a box that doesn't move", "a figure always moves: 'not move' is left out, the square rotates in its place"),
        ("a star goes up and stops", "a figure always moves: 'stops' is left out"),
        ("a red-and-blue circle rolls", "a figure has one colour: 'blue' is left out"),
        ("a red circle in the rain", "nothing but figures on a plain background: 'in the rain' is left out"),
        ("a square flies away", "a figure moves to a side, a corner or in its place: 'away' is left out"),
        ("a dark red star falls", "each colour has one tone: 'dark' is left out"),
        ("a square jumps over a circle", "figures do not meet or pass each other: 'over' is left out"),
        ("a dozen circles fall", "names 12 (circles, circles, circles, circles, …)"),
        (
            "a small box and a big one spin",
            "of one size: 'small' is left out | figures of a pair are of one size: 'big'",
        ),
    ],
)
def test_what_cannot_be_had_is_noted(text: str, words: str) -> None:
    assert words in notes(text)


def test_tones_change_nothing_of_what_is_understood() -> None:
    assert understood("a light blue and a dark red star fall") == {"blue star moving down", "red star moving down"}
    assert understood("a red circle in the rain, moving left") == {"red circle moving left"}


def test_a_figure_that_shall_not_move_turns_in_its_place_beside_one_that_moves() -> None:
    assert understood("the star zigzags; the box stays put") == {
        "star zigzagging horizontally",
        "square rotating clockwise",
    }
    assert understood("a box that doesn't move left but right") == {"square moving right"}


@pytest.mark.parametrize(
    "text",
    [
        "hình tròn màu đỏ di chuyển sang phải", "hinh tron mau do di chuyen sang phai", "ein roter Kreis bewegt sich",
        "zwei blaue Quadrate drehen sich", "un triangle rouge tourne", "der Stern fällt", "una estrella sube con él",
    ],
)  # fmt: skip
def test_a_sentence_of_another_language_is_not_corrected_into_an_english_one(text: str) -> None:
    assert is_foreign(text)
    assert read(text) is None


def test_a_foreign_or_everyday_word_in_an_english_sentence_is_left_as_it_is() -> None:
    for text, word in (
        ("a café star spins", "café"),
        ("a star spins with a page", "page"),
        ("a star spins mit sich", "mit"),
    ):
        reading = read(text)
        assert reading is not None
        assert not is_foreign(text)
        assert word in [one.word for one in reading.unknown]
        assert reading.notes == ()
    assert read("cercle plein montant") is None, "most words are unknown: none is taken for a misspelt English one"


def test_unknown_words_and_signs_are_named_and_texts_without_a_known_word_are_not_read() -> None:
    reading = read("a xyzzy circle % falls")
    assert reading is not None
    assert [one.word for one in reading.unknown] == ["xyzzy", "%"]
    for text in ("", " ", "xylophone", "?!", ",", "horses galloping", "the and of", "not a star"):
        assert read(text) is None, text


PHRASES = st.sampled_from(sorted(" ".join(phrase) for phrase in lexicon()))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PHRASES, st.sampled_from([",", ";", "&", "+", "?", "🙂"]), st.text(max_size=8)), max_size=14))
def test_no_text_breaks_the_reader(parts: list[str]) -> None:
    reading = read(" ".join(parts))
    if reading is None:
        return
    assert len(reading.scene.figures) in (1, 2)
    for figure in reading.scene.figures:
        assert figure.shape in SHAPES
        assert figure.colour in {*COLOURS, None}
        assert figure.size in MOTIONS[figure.motion].sizes
        assert figure.size is None or len(reading.scene.figures) == 1
        assert figure.size in SIZES
    assert read(reading.prompt) == Reading(reading.prompt, reading.scene), "what was read is read the same again"
    assert all(note and "\n" not in note for note in reading.notes)

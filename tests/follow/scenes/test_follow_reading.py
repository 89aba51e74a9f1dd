"""How texts are read: spelling, keys of input methods, languages, names, slips of the fingers and unknown words."""

from __future__ import annotations

import random
from functools import cache

import pytest

from mien.follow.corpus.language.typing import slip, some_typing, typed
from mien.follow.scenes.data import compose, vocabulary_of_captions
from mien.follow.scenes.reading import UNREAD, Reader, ReadText


@cache
def reader() -> Reader:
    return Reader(vocabulary_of_captions(compose(9000, 5)))


def read(text: str, language: str | None = None) -> ReadText:
    return reader().read(text, language)


def meant(text: str, language: str | None = None) -> list[str]:
    """The words that a text is read as; those that are only known without accents as such, in brackets."""
    vocabulary = reader().vocabulary
    found = []
    for word, form in read(text, language).ids:
        known = vocabulary.words[word - 1].word if word else f"[{vocabulary.plain_forms[form - 1]}]"
        found.append(known if (word, form) != UNREAD else "?")
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ddor", ["đỏ"]),
        ("đor", ["đỏ"]),
        ("aos ddor", ["áo", "đỏ"]),
        ("d9o3", ["đỏ"]),
        ("a1o d9o3", ["áo", "đỏ"]),
        ("ÁO ĐỎ", ["áo", "đỏ"]),
        ("Ðỏ", ["đỏ"]),
        ("nhảyyyyy múaaa", ["nhảy", "múa"]),
        ("hoà nhạc", ["hòa", "nhạc"]),
        ("áo, quần", ["áo", ",", "quần"]),
    ],
)
def test_spellings_of_a_word_are_one_word(text: str, words: list[str]) -> None:
    assert meant(text, "vi") == words


def test_a_text_is_read_alike_in_every_typing() -> None:
    for text in ("Cô gái mặc áo dài trắng, nhảy múa trên bãi cát", "Người máy đứng giữa thành phố ban đêm"):
        expected = read(text, "vi").ids
        for typing in ("accented", "decomposed", "telex", "vni"):
            assert read(typed(text, typing), "vi").ids == expected, typing
        plain = read(typed(text, "unaccented"), "vi").ids
        assert [form for _, form in plain] == [form for _, form in expected]


def test_words_without_accents_are_not_decided_where_there_are_several() -> None:
    assert meant("mua", "vi") == ["[mua]"]
    assert meant("do", "vi") == ["[do]"]
    assert meant("gai", "vi") == ["gái"]


def test_a_word_with_other_accents_is_another_word() -> None:
    assert meant("đố", "vi") == ["?"]
    assert meant("đo", "vi") != ["?"], "only its tone is missing"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cô gái nhảy múa trên cát", "vi"),
        ("co gai nhay mua tren cat", "vi"),
        ("trump o tren bien", "vi"),
        ("Coo gais nhayr muas treen cats", "vi"),
        ("a girl dancing on the beach", "en"),
        ("two cats on the beach", "en"),
        ("robot, city, night", "en"),
        ("robot trong rừng", "vi"),
        ("girl mặc t-shirt đỏ dancing trên beach", "mixed"),
        ("Donald Trump trên biển", "vi"),
        ("", "en"),
    ],
)
def test_languages_are_recognised(text: str, language: str) -> None:
    assert reader().language_of(text) == language


def test_languages_of_captions_are_recognised() -> None:
    for language in ("vi", "en"):
        for typing in ("accented", "unaccented"):
            made = compose(200, 11, language, "held_out", typing=typing)  # type: ignore[arg-type]
            right = sum(reader().language_of(one.text) == language for one in made)
            assert right >= 194, (language, typing, right)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Trump ở trên biển", ("Trump",)),
        ("trump o tren bien", ("Trump",)),
        ("Taylor Swift on stage", ("Taylor", "Swift")),
        ("a video of Barnaby dancing", ("Barnaby",)),
        ("cô gái tên Lan trên núi", ("Lan",)),
        ("Lan nhảy múa trên cát", ("Lan",)),
        ("A Woman In A Red Dress", ()),
        ("a woman in Ulaanbaatar", ()),
        ("Astronaut on the beach", ()),
        ("Cô gái trên núi", ()),
        ("A WOMAN ON STAGE", ()),
    ],
)
def test_names_are_persons_and_said_so(text: str, names: tuple[str, ...]) -> None:
    found = read(text)
    assert found.names == names
    assert any("is a name: the figure is a person" in note for note in found.notes()) == bool(names)


def test_slips_are_corrected_and_said_so() -> None:
    found = read("a panda in the forset", "en")
    assert found.corrected == {"forset": "forest"}
    assert found.notes() == ("'forset' is read as 'forest'",)
    assert meant("a forrrest", "en") == ["a", "forest"]
    assert read("a peach dress", "en").corrected == {}, "not a beach"
    assert read("quàng", "vi").corrected == {}, "a word of its own, and no quần"


def test_unknown_words_are_named_with_the_nearest_and_kept_as_unknown() -> None:
    found = read("a woman in the dessert with blorptangle", "en")
    assert {one.word for one in found.unknown} >= {"blorptangle"}
    assert meant("a blorptangle", "en") == ["a", "?"]
    (cat,) = read("a cat", "en").unknown
    assert (cat.word, cat.suggestions) == ("cat", ("panda", "bear"))
    (emoji,) = read("a woman 👍", "en").unknown
    assert emoji.word == "👍"


def test_long_texts_are_cut_and_said_so() -> None:
    found = read("red " * 200, "en")
    assert len(found.ids) == 80
    assert any("120 words" in note for note in found.notes())


def test_a_slip_changes_one_place() -> None:
    rng = random.Random(0)
    assert slip("mặc", rng) == "mặc"
    slips = {slip("forest", rng) for _ in range(200)}
    assert "forest" not in slips
    assert all(5 <= len(one) <= 7 for one in slips)


def test_some_typings_have_no_accents() -> None:
    rng = random.Random(0)
    found = [some_typing("áo đỏ", rng, True).lower() for _ in range(300)]
    assert {"áo đỏ", "ao do", "áo đo"} - set(found) <= {"áo đo"}
    assert 60 < found.count("ao do") < 150
    assert all(some_typing("a red coat", random.Random(seed), False).isascii() for seed in range(50))


def test_waves_are_a_movement_after_a_person_and_the_sea_after_a_preposition() -> None:
    assert meant("a woman waves", "en")[-1] == "waving"
    assert "waving" in meant("a man in a red coat waves in the snow", "en")
    for text in ("a girl on the waves", "a robot in big waves"):
        assert meant(text, "en")[-1] == "waves"


def test_plurals_of_another_form_are_known() -> None:
    assert meant("women", "en") == ["woman"]
    assert not read("men and children").unknown

"""What a text says and no scene shows is told in one note, in both languages; what it denies is not shown."""

from __future__ import annotations

from functools import cache

import pytest

from mien.follow.scenes.data import compose, vocabulary_of_captions
from mien.follow.scenes.prior import ScenePrior
from mien.follow.scenes.reading import UNREAD, Reader, ReadText


@cache
def reader() -> Reader:
    return Reader(vocabulary_of_captions(compose(9000, 5)))


def read(text: str) -> ReadText:
    return reader().read(text)


@pytest.mark.parametrize(
    ("text", "unshown"),
    [
        ("a woman walks in the rain", ("rain",)),
        ("a man in the park at night", ("park",)),
        ("a robot on the moon", ("moon",)),
        ("a robot under the moon", ()),
        ("two men walk on the beach", ("two",)),
        ("a tall man with glasses", ("tall", "glasses")),
        ("a boy with a beard", ("beard",)),
        ("a woman plays the guitar", ("plays", "guitar")),
        ("a small child in a yellow raincoat in the rain", ("rain",)),
        ("people dancing on stage", ("people",)),
        ("cô gái đi trong mưa", ("mưa",)),
        ("cô gái mặc áo mưa", ()),
        ("chàng trai trong công viên", ("công viên",)),
        ("chang trai trong cong vien", ("cong vien",)),
        ("hai cô gái nhảy múa", ("hai",)),
        ("ba cô gái nhảy múa", ("ba",)),
        ("cô ca sĩ hát trên sân khấu", ("hát",)),
        ("con chó chạy trên bãi biển", ("chó",)),
        ("she walked slowly along the river", ()),
        ("the women jumped and danced in the sunshine", ()),
        ("an elderly lady sits in the kitchen, please", ()),
        ("a man reading in the bedroom", ("reading",)),
        ("cô gái buồn ngồi một mình bên hồ", ()),
        ("co gai mac ao dai trang di tren pho", ()),
    ],
)
def test_what_no_scene_shows_is_told_in_one_note(text: str, unshown: tuple[str, ...]) -> None:
    found = read(text)
    assert found.unshown == unshown
    assert sum("not shown" in note for note in found.notes()) == bool(unshown)
    assert all(f"'{words}'" in note for words in unshown for note in found.notes())


def test_of_captions_as_they_are_spelt_everything_is_shown() -> None:
    for typing in ("accented", "unaccented", "telex"):
        for one in compose(300, 31, wording="any", typing=typing):
            found = reader().read(one.text, one.caption.language)
            if found.unknown:  # a rare word, which the vocabulary of so few captions lacks
                continue
            assert (found.unshown, dict(found.denied), found.says_something) == ((), {}, True), one.text


@pytest.mark.parametrize("word", ["beard", "crown", "angel", "sword", "plants", "boot", "news", "dream", "bee"])
def test_a_word_of_its_own_is_not_read_as_one_that_is_spelt_like_it(word: str) -> None:
    found = reader().read(f"a {word}", "en")
    assert not found.corrected
    assert found.drawn[-1] == UNREAD
    assert found.unshown == (word,)


@pytest.mark.parametrize(
    ("text", "attribute", "option"),
    [
        ("a man in a room, no bear", "kind", "bear"),
        ("a forest with no snow", "place", "snow"),
        ("a woman without a coat", "top", "coat"),
        ("a girl not at night", "time", "night"),
        ("rừng không có tuyết", "place", "snow"),
        ("cô gái không mặc áo khoác", "top", "coat"),
        ("không phải gấu mà là người", "kind", "bear"),
    ],
)
def test_what_a_text_denies_is_not_read_as_said(text: str, attribute: str, option: str) -> None:
    found = read(text)
    assert option in found.denied[attribute]
    assert not found.unshown
    kept = {reader().vocabulary.words[word - 1].word for word, _ in found.drawn if word}
    assert not kept & {"bear", "snow", "coat", "night", "tuyết", "khoác", "gấu"}


def test_denials_that_captions_have_are_read_as_they_are() -> None:
    for text in (
        "a man without a hat",
        "cô gái không đội mũ",
        "a bear with no shirt",
        "a woman, no shoes",
        "không râu",
    ):
        assert not read(text).denied
        assert not read(text).unshown
    assert read("a man who doesn't wear a hat").drawn[3] == reader().read("not", "en").ids[0]


def test_people_whom_no_scene_has_are_read_as_somebody() -> None:
    someone = reader().vocabulary.word_ids["<name>"]
    for text in ("an astronaut on stage", "a pirate", "phi hành gia trên sân khấu", "lính cứu hỏa chạy"):
        assert someone in {word for word, _ in read(text).drawn}, text
    assert someone not in {word for word, _ in read("a robot and an astronaut").drawn}


@pytest.mark.parametrize(("text", "said"), [("xyzzy", False), ("hello world", False), ("", True), ("dance", True),
                                            ("Trump", True), ("mưa", False), ("no snow", True),
                                            ("...", False)])  # fmt: skip
def test_a_text_of_which_nothing_is_known_says_nothing(text: str, said: bool) -> None:
    assert read(text).says_something == said


@pytest.mark.slow
def test_what_is_denied_is_not_shown(scene_prior: ScenePrior) -> None:
    for text, attribute, option in [
        ("a forest with no snow", "place", "snow"), ("a man without a coat", "top", "coat"),
        ("rừng không có tuyết", "place", "snow"), ("a panda, not a bear", "kind", "bear"),
    ]:  # fmt: skip
        found = {getattr(scene, attribute) for scene in scene_prior.sample(text, 0, 40).scenes}
        assert option not in found, text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("two people dancing", ("two",)),  # the number is not shown, somebody is
        ("hai người đang nhảy múa", ("hai",)),
        ("a man and a woman on the beach", ("woman",)),
        ("một người đàn ông và một người phụ nữ", ("người phụ nữ",)),
        ("mot nguoi dan ong va mot nguoi phu nu", ("nguoi phu nu",)),
        ("một con voi nhảy múa", ("voi",)),  # no "với" without its accents
        ("đi với bạn gái", ()),
        ("cô gái đeo khẩu trang", ("khẩu trang",)),  # no part of it is white
        ("co gai di trong mua", ("mua",)),
        ("co gai nhay mua trong tuyet", ()),
        ("co gai mac ao mua", ()),
        ("a woman waving her hand", ()),
        ("nam ca sĩ", ()),
        ("nam ca six", ()),  # typed by the keys of Telex
        ("cô gái buồn bã", ()),
        ("sân khấu trắng", ()),
        ("nguoi may voi bo ao dai", ()),
        ("áo hai dây, chàng trai vỗ tay", ()),
        ("can canh mot co gai", ("can canh",)),
    ],
)
def test_each_thing_that_is_not_shown_is_named_and_no_other(text: str, left: tuple[str, ...]) -> None:
    assert read(text).unshown == left


def test_where_several_figures_are_shown_their_number_is_not_told() -> None:
    found = read("two people in the rain")
    assert found.notes() == ("not shown: 'two', 'rain'",)
    assert found.notes(2) == ("not shown: 'rain'",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a man in the kitchen", {"kitchen": "room"}),
        ("cô gái nhảy múa trong bếp", {"bếp": "phòng"}),
        ("co gai nhay mua trong bep", {"bep": "phòng"}),
        ("an old fat man", {"old": "adult"}),
        ("một ông già", {"già": "người lớn"}),
        ("mot ong gia", {"gia": "người lớn"}),
        ("a man in a room, in gym shorts", {}),
        ("a man, not in the office", {}),
    ],
)
def test_what_is_shown_by_something_more_common_is_told(text: str, shown: dict[str, str]) -> None:
    found = read(text)
    assert dict(found.shown_as) == shown
    assert not found.unshown
    assert len(found.notes()) == bool(shown)


def test_a_person_of_a_kind_that_no_scene_has_says_something() -> None:
    assert read("a nurse in a hospital").says_something


@pytest.mark.parametrize(
    "text",
    ["làm ơn vẽ cô gái", "vui lòng vẽ cô gái", "cảm ơn, cô gái", "cô gái, cám ơn nhiều", "cam on nhieu, co gai",
     "cô gái đi chậm rãi", "co gai di cham rai", "a man named Bob", "a bear made of anything"],
)  # fmt: skip
def test_politeness_and_words_that_only_lead_on_are_not_told(text: str) -> None:
    assert read(text).unshown == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("robot trên mặt trăng", ("mặt trăng",)),
        ("siêu nhân bay trên thành phố", ("siêu nhân", "bay")),
        ("bộ xương nhảy múa", ("bộ xương",)),
        ("người đàn ông râu quai nón", ("râu quai nón",)),
        ("chang trai deo ca vat", ("deo", "ca vat")),
        ("cô gái đeo ba lô", ("ba lô",)),
        ("người nhện trên phố", ("người nhện",)),
        ("hai người bắt tay nhau", ("hai", "bắt tay nhau")),
        ("phi hanh gia tren mat trang", ("phi hanh gia", "mat trang")),
        ("ba con gấu trúc", ("ba",)),
        ("ba con gau truc", ("ba",)),
    ],
)
def test_a_thing_of_several_syllables_is_named_whole(text: str, left: tuple[str, ...]) -> None:
    assert read(text).unshown == left


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cô gái nhảy múa ở Nha Trang", "nha trang"),
        ("co gai di o Da Nang", "da nang"),
        ("cô gái Việt Nam", "việt nam"),
        ("robot trên sao Hỏa", "sao hỏa"),
    ],
)
def test_a_name_of_a_place_is_nobody(text: str, place: str) -> None:
    found = read(text)
    assert (found.unshown, found.names) == ((place,), ())
    assert read("co gai o Ha Noi").names == ()
    assert read("cô gái mặc áo dài Việt Nam").unshown == ()


@pytest.mark.parametrize("text", ["a doctor", "bác sĩ nhảy múa", "bac si"])
def test_a_doctor_is_shown_as_somebody(text: str) -> None:
    assert set(read(text).shown_as.values()) in ({"person"}, {"người"})


def test_persons_of_several_syllables_are_known_without_accents() -> None:
    someone = reader().vocabulary.word_ids["<name>"]
    for text in ("phi hanh gia", "người nhện", "nguoi nhen nhay mua"):
        assert someone in {word for word, _ in read(text).drawn}, text

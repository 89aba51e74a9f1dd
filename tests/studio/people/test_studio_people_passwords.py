"""Passwords: how they are hashed, and which are refused."""

from __future__ import annotations

import unicodedata

import pytest
from accounts_making import PASSWORD
from argon2 import PasswordHasher, extract_parameters

from mien.studio.people.errors import AccountError
from mien.studio.people.passwords import check_password, hash_password, outdated, right_password


def test_a_password_is_hashed_by_argon2id_with_64_mib_and_a_salt_of_its_own() -> None:
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != other
    assert one.startswith("$argon2id$")
    parameters = extract_parameters(one)
    assert parameters.memory_cost >= 64 * 1024
    assert parameters.time_cost >= 3
    assert parameters.salt_len >= 16
    assert right_password(one, PASSWORD)
    assert not right_password(one, PASSWORD + " ")


def test_nobody_has_no_password() -> None:
    assert not right_password(None, PASSWORD)
    assert not right_password(None, "the password of nobody")
    assert not right_password("no hash", PASSWORD)


def test_a_password_is_the_same_however_a_keyboard_composes_its_accents() -> None:
    typed = "mật khẩu của Ánh"
    hashed = hash_password(unicodedata.normalize("NFC", typed))
    assert right_password(hashed, unicodedata.normalize("NFD", typed))
    assert not right_password(hashed, "mat khau cua Anh")


def test_a_hash_with_other_parameters_is_to_be_made_anew() -> None:
    assert outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD))
    assert not outdated(hash_password(PASSWORD))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "5 characters: take at least 10"),
        ("x" * 500, "at most 200"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("anna-anna-anna", "easy to guess"),
        ("with a \0 in it", "cannot be typed"),
        ("half a pair \ud800", "cannot be typed"),
    ],
)
def test_a_bad_password_is_refused_in_a_sentence(password: str, said: str) -> None:
    with pytest.raises(AccountError, match=said) as caught:
        check_password(password, "anna-anna-anna")
    assert caught.value.field == "password"


def test_a_lone_surrogate_at_the_sign_in_is_a_wrong_password() -> None:
    assert not right_password(hash_password(PASSWORD), "\ud800")

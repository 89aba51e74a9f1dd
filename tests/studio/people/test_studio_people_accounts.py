"""Accounts: names, signing in, guessing, disabling, limits."""

from __future__ import annotations

import pytest
from accounts_making import PASSWORD, an_account
from jobs_making import fill

from mien.studio.database.engine import Database
from mien.studio.database.tables import File
from mien.studio.people.accounts import (
    Usage,
    account_name,
    any_people,
    change_password,
    create_person,
    list_people,
    person_named,
    person_of,
    set_admin,
    set_disabled,
    set_limits,
    set_password,
    sign_in,
    usage,
)
from mien.studio.people.errors import AccountError, SignInError, TooManyTriesError
from mien.studio.people.sessions import session_user, start_session
from mien.studio.people.throttle import PAUSE_SECONDS, TRIES, TRIES_OF_ADDRESS, Throttle
from mien.studio.people.tokens import create_token, token_user


def test_a_name_is_one_whatever_its_capitals(either_db: Database) -> None:
    assert not any_people(either_db)
    created = create_person(either_db, " Ánna ", PASSWORD)
    assert created.name == "ánna"
    assert person_named(either_db, "ÁNNA").id == created.id
    with pytest.raises(AccountError, match="there is a person named 'ánna' already") as caught:
        create_person(either_db, "ÁNNA", PASSWORD)
    assert caught.value.field == "name"
    assert [one.name for one in list_people(either_db)] == ["ánna"]


@pytest.mark.parametrize("name", ["", " ", "_a", "a b", "a\0", "a" * 65, "a/b", "<b>", "\ud800", "a\nb"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(AccountError, match="1 to 64"):
        account_name(name)


def test_only_name_and_password_together_sign_in(db: Database) -> None:
    anna, throttle = an_account(db), Throttle()
    assert sign_in(db, throttle, "10.0.0.1", "Anna", PASSWORD).id == anna.id
    said = set()
    for name, password in (("anna", "wrong"), ("nobody", PASSWORD), ("no name!", PASSWORD)):
        with pytest.raises(SignInError) as caught:
            sign_in(db, throttle, "10.0.0.1", name, password)
        said.add(str(caught.value))
    set_disabled(db, anna.id, True)
    with pytest.raises(SignInError) as caught:
        sign_in(db, throttle, "10.0.0.1", "anna", PASSWORD)
    assert {*said, str(caught.value)} == said, "the message tells which it was"
    assert len(said) == 1


def test_after_ten_wrong_passwords_there_is_a_pause_but_not_from_elsewhere(db: Database) -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    anna = an_account(db)
    for _ in range(TRIES):
        throttle.begin("10.0.0.1", "anna")
    with pytest.raises(TooManyTriesError) as caught:
        sign_in(db, throttle, "10.0.0.1", "ANNA", PASSWORD)
    assert caught.value.retry_after == int(PAUSE_SECONDS)
    assert f"{int(PAUSE_SECONDS)} seconds" in str(caught.value)
    assert sign_in(db, throttle, "10.0.0.2", "anna", PASSWORD).id == anna.id
    now[0] += PAUSE_SECONDS
    assert sign_in(db, throttle, "10.0.0.1", "anna", PASSWORD).id == anna.id


def test_the_right_password_forgets_the_wrong_ones(db: Database) -> None:
    throttle = Throttle()
    an_account(db)
    for _ in range(TRIES - 1):
        throttle.begin("10.0.0.1", "anna")
    sign_in(db, throttle, "10.0.0.1", "anna", PASSWORD)
    for _ in range(TRIES):
        throttle.begin("10.0.0.1", "anna")


def test_right_passwords_never_lead_to_a_pause() -> None:
    throttle = Throttle()
    for number in range(2 * TRIES_OF_ADDRESS):
        throttle.begin("10.0.0.1", f"name{number}")
        throttle.right("10.0.0.1", f"name{number}")


def test_tries_at_the_same_time_are_counted_before_they_are_looked_at() -> None:
    throttle, refused = Throttle(), []
    for _ in range(TRIES + 3):
        try:
            throttle.begin("10.0.0.1", "anna")
        except TooManyTriesError:
            refused.append(True)
    assert len(refused) == 3


def test_one_address_cannot_try_the_names_in_turn() -> None:
    throttle = Throttle()
    for number in range(TRIES_OF_ADDRESS):
        throttle.begin("2001:db8:1:2::" + f"{number:x}", f"name{number}")
    with pytest.raises(TooManyTriesError):
        throttle.begin("2001:db8:1:2:ffff::1", "another")
    throttle.begin("2001:db8:1:3::1", "another")


def test_the_throttle_keeps_a_bounded_number_of_counts() -> None:
    throttle = Throttle()
    for number in range(12_000):
        throttle.begin(f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}", "anna")
    assert len(throttle._counts) <= 10_000


def test_changing_the_password_ends_the_other_sessions(db: Database) -> None:
    anna = an_account(db)
    here, there = start_session(db, anna.id), start_session(db, anna.id)
    found = session_user(db, here)
    assert found is not None
    with pytest.raises(SignInError, match="not your present password") as caught:
        change_password(db, anna, "wrong", "another good one", found[1])
    assert caught.value.field == "old"
    change_password(db, anna, PASSWORD, "another good one", found[1])
    assert session_user(db, here) is not None
    assert session_user(db, there) is None
    assert sign_in(db, Throttle(), "", "anna", "another good one").id == anna.id


def test_a_password_by_an_administrator_ends_sessions_and_tokens(db: Database) -> None:
    anna = an_account(db)
    secret, (_, token) = start_session(db, anna.id), create_token(db, anna.id, "script", ["read"])
    set_password(db, anna.id, "anna", "another good one")
    assert session_user(db, secret) is None
    assert token_user(db, token) is None


def test_a_disabled_persons_session_and_tokens_die_at_once(either_db: Database) -> None:
    anna = an_account(either_db)
    secret, (_, token) = start_session(either_db, anna.id), create_token(either_db, anna.id, "script", ["read"])
    assert token_user(either_db, token) is not None
    set_disabled(either_db, anna.id, True)
    assert session_user(either_db, secret) is None
    assert token_user(either_db, token) is None
    set_disabled(either_db, anna.id, False)
    assert session_user(either_db, secret) is None, "a session came back"
    assert token_user(either_db, token) is not None


def test_the_last_administrator_stays(db: Database) -> None:
    anna, bob = an_account(db, "anna", admin=True), an_account(db, "bob", admin=True)
    set_disabled(db, bob.id, True)
    for change in (lambda: set_disabled(db, anna.id, True), lambda: set_admin(db, anna.id, False)):
        with pytest.raises(AccountError, match="last administrator"):
            change()
    set_disabled(db, bob.id, False)
    set_admin(db, anna.id, False)
    found = person_of(db, anna.id)
    assert found is not None
    assert not found.admin


def test_what_people_use_is_counted_by_person(either_db: Database) -> None:
    anna, bob = an_account(either_db, "anna"), an_account(either_db, "bob")
    fill(either_db, 3, anna.id, bytes=10)
    fill(either_db, 2, anna.id, state="waiting")
    with either_db.write() as session:
        for owner in (anna.id, bob.id):
            session.add(
                File(owner=owner, name="a", kind="text", suffix=".txt", media_type="", bytes=5, sha256="", facts={})
            )
    assert usage(either_db) == {anna.id: Usage(5, 2, 35), bob.id: Usage(0, 0, 5)}


def test_limits_of_a_person_are_kept(db: Database) -> None:
    anna = an_account(db)
    set_limits(db, anna.id, 3, 60.0, 10_000)
    found = person_of(db, anna.id)
    assert found is not None
    assert (found.waiting, found.seconds_each_day, found.bytes) == (3, 60.0, 10_000)
    assert person_of(db, "../x") is None

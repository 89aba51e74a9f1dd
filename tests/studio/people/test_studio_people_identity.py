"""Who asks: sessions, tokens, scopes."""

from __future__ import annotations

import hmac
import re
from pathlib import Path

import pytest
from accounts_making import a_request, an_account
from sqlalchemy import select, update

from mien.studio.database.engine import Database
from mien.studio.database.tables import Session, Token
from mien.studio.people.accounts import set_admin
from mien.studio.people.errors import AccountError
from mien.studio.people.identity import LOCAL, SCOPES, identify
from mien.studio.people.sessions import end_session, end_sessions, list_sessions, remove_expired, start_session
from mien.studio.people.tokens import MOST_TOKENS, create_token, delete_token, list_tokens
from mien.studio.settings import Settings

ACCOUNTS = Settings(users=True)


def cookie(secret: str) -> dict[str, str]:
    return {"cookie": f"mien_session={secret}"}


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_without_accounts_everyone_is_the_one_person_who_may_do_everything(db: Database) -> None:
    assert identify(a_request(), db, Settings()) is LOCAL
    assert identify(a_request(authorization="Bearer mien_x"), db, Settings()) is LOCAL
    assert (LOCAL.id, LOCAL.scopes) == ("", frozenset(SCOPES))


def test_with_accounts_nobody_is_let_in_without_a_secret(db: Database) -> None:
    an_account(db)
    for headers in ({}, cookie(""), cookie("x"), bearer("x"), bearer("mien_x"), {"authorization": "Basic YTpi"}):
        assert identify(a_request(**headers), db, ACCOUNTS) is None


def test_a_session_is_the_person_with_a_csrf_token_of_its_own(either_db: Database) -> None:
    anna = an_account(either_db)
    one, other = start_session(either_db, anna.id), start_session(either_db, anna.id)
    people = [identify(a_request(**cookie(secret)), either_db, ACCOUNTS) for secret in (one, other)]
    assert [person.name for person in people if person] == ["anna", "anna"]
    tokens = {person.csrf for person in people if person}
    assert len(tokens) == 2
    assert all(len(token) == 64 for token in tokens)
    assert people[0] is not None
    assert people[0].scopes == {"read", "make"}
    assert not people[0].token


def test_the_database_holds_no_secret(db: Database) -> None:
    anna = an_account(db)
    secret, (_, token) = start_session(db, anna.id), create_token(db, anna.id, "script", ["read"])
    db.close()
    content = b"".join(path.read_bytes() for path in Path(db.url.removeprefix("sqlite:///")).parent.glob("studio.db*"))
    assert anna.id.encode() in content
    assert secret.encode() not in content
    assert token.encode() not in content
    assert token.removeprefix("mien_").encode() not in content


def test_a_session_ends_after_thirty_days(db: Database) -> None:
    anna = an_account(db)
    secret = start_session(db, anna.id)
    with db.session() as session:
        row = session.scalars(select(Session)).one()
    assert row.expires - row.created == 30 * 24 * 3600
    with db.write() as session:
        session.execute(update(Session).values(expires=row.created - 1))
    assert identify(a_request(**cookie(secret)), db, ACCOUNTS) is None
    assert list_sessions(db, anna.id) == []
    assert remove_expired(db) == 1


def test_signing_in_makes_a_new_session_and_ends_the_one_before(db: Database) -> None:
    anna = an_account(db)
    planted = start_session(db, anna.id)
    fresh = start_session(db, anna.id, planted)
    assert fresh != planted
    assert identify(a_request(**cookie(planted)), db, ACCOUNTS) is None
    assert identify(a_request(**cookie(fresh)), db, ACCOUNTS) is not None


def test_one_session_ends_or_all_others(db: Database) -> None:
    anna = an_account(db)
    secrets = [start_session(db, anna.id) for _ in range(3)]
    people = [identify(a_request(**cookie(secret)), db, ACCOUNTS) for secret in secrets]
    assert all(people)
    end_session(db, people[0].session)  # type: ignore[union-attr]
    end_sessions(db, anna.id, people[1].session)  # type: ignore[union-attr]
    left = [identify(a_request(**cookie(secret)), db, ACCOUNTS) is not None for secret in secrets]
    assert left == [False, True, False]


def test_a_token_has_its_form_scopes_and_last_use(either_db: Database) -> None:
    anna = an_account(either_db)
    row, secret = create_token(either_db, anna.id, "  my\n script\0 ", ["read"])
    assert re.fullmatch(r"mien_[A-Za-z0-9_-]{43}", secret)
    assert (row.name, row.used) == ("my script", None)
    person = identify(a_request(**bearer(secret)), either_db, ACCOUNTS)
    assert person is not None
    assert (person.name, person.scopes, person.token, person.csrf) == ("anna", {"read"}, True, "")
    assert not person.may("make")
    assert list_tokens(either_db, anna.id)[0].used is not None


def test_a_tokens_scopes_are_never_more_than_the_persons(db: Database) -> None:
    anna = an_account(db, admin=True)
    an_account(db, "bob", admin=True)
    _, secret = create_token(db, anna.id, "all", SCOPES)
    person = identify(a_request(**bearer(secret)), db, ACCOUNTS)
    assert person is not None
    assert person.scopes == set(SCOPES)
    set_admin(db, anna.id, False)
    person = identify(a_request(**bearer(secret)), db, ACCOUNTS)
    assert person is not None
    assert (person.scopes, person.admin) == ({"read", "make"}, False)


def test_an_administrators_narrow_token_is_no_administrator(db: Database) -> None:
    anna = an_account(db, admin=True)
    _, secret = create_token(db, anna.id, "narrow", ["read"])
    person = identify(a_request(**bearer(secret)), db, ACCOUNTS)
    assert person is not None
    assert (person.admin, person.scopes) == (False, {"read"})


def test_an_expired_or_deleted_token_is_nobody(db: Database) -> None:
    anna, bob = an_account(db), an_account(db, "bob")
    row, secret = create_token(db, anna.id, "for a day", ["read"], days=1)
    assert identify(a_request(**bearer(secret)), db, ACCOUNTS) is not None
    assert not delete_token(db, bob.id, row.id), "someone else's token was deleted"
    with db.write() as session:
        session.execute(update(Token).values(expires=row.created - 1))
    assert identify(a_request(**bearer(secret)), db, ACCOUNTS) is None
    assert delete_token(db, anna.id, row.id)
    assert not delete_token(db, anna.id, row.id)


def test_a_wrong_token_is_not_made_good_by_a_cookie(db: Database) -> None:
    anna = an_account(db)
    both = {**bearer("mien_" + "x" * 43), **cookie(start_session(db, anna.id))}
    assert identify(a_request(**both), db, ACCOUNTS) is None


def test_tokens_are_bounded_and_need_a_scope(db: Database) -> None:
    anna = an_account(db)
    with pytest.raises(AccountError, match="at least one scope"):
        create_token(db, anna.id, "nothing", [])
    for number in range(MOST_TOKENS):
        create_token(db, anna.id, str(number), ["read"])
    with pytest.raises(AccountError, match="50 tokens already"):
        create_token(db, anna.id, "one more", ["read"])


def test_secrets_are_compared_in_constant_time(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.studio.people.csrf import check_change

    anna = an_account(db)
    secret, (_, token) = start_session(db, anna.id), create_token(db, anna.id, "script", ["read"])
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: compared.append((one, other)) or real(one, other))
    identify(a_request(**bearer(token)), db, ACCOUNTS)
    assert len(compared) == 1
    person = identify(a_request(**cookie(secret)), db, ACCOUNTS)
    assert person is not None
    assert len(compared) == 2
    check_change(a_request("POST", x_csrf_token=person.csrf), person)
    assert compared[2] == (person.csrf.encode(), person.csrf.encode())

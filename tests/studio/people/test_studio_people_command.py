"""`mien users`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from accounts_making import PASSWORD
from typer.testing import CliRunner, Result

from mien.commands.cli import app
from mien.studio.database.engine import Database
from mien.studio.people.accounts import person_named, sign_in
from mien.studio.people.throttle import Throttle
from mien.studio.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "studio"


def users(folder: Path, *words: str, password: str = PASSWORD) -> Result:
    return CliRunner().invoke(app, ["users", *words, "--folder", os.fspath(folder)], input=password + "\n")


def test_an_account_is_made_with_a_password_from_stdin(folder: Path) -> None:
    made = users(folder, "add", "Anna", "--admin")
    assert (made.exit_code, made.stdout) == (0, "anna can sign in, as an administrator\n")
    db = Database.open(Settings(folder=folder).database_url)
    assert sign_in(db, Throttle(), "", "anna", PASSWORD).admin
    db.close()


def test_a_hint_names_the_folder_again(folder: Path) -> None:
    Database.open(Settings(folder=folder).database_url).close()
    assert f"mien users add NAME --folder {folder} --admin" in users(folder, "list").stdout
    assert f"mien users add NAME --folder {folder} --admin" in users(folder, "add", "bob").stdout


def test_only_add_makes_a_studio_and_says_so(folder: Path) -> None:
    for words in (("list",), ("password", "anna"), ("disable", "anna"), ("delete", "anna", "--yes"), ("limits", "a")):
        result = users(folder, *words)
        assert result.exit_code == 2, words
        assert f"there is no studio in {folder}" in result.stderr
        assert f"mien serve --folder {folder}" in result.stderr
    for words, password in ((("add", "b b"), PASSWORD), (("add", "bob"), "short")):
        assert users(folder, *words, password=password).exit_code == 2
    assert not folder.exists(), "no studio is made for what is refused"
    assert f"a new studio is made in {folder}" in users(folder, "add", "anna", "--admin").stderr
    assert users(folder, "add", "bob").stderr == ""


def test_what_cannot_be_is_one_sentence_and_exit_2(folder: Path) -> None:
    users(folder, "add", "anna", "--admin")
    for words, password, said in (
        (("add", "anna"), PASSWORD, "there is a person named 'anna' already"),
        (("add", "b b"), PASSWORD, "1 to 64 letters"),
        (("add", "bob"), "short", "take at least 10"),
        (("disable", "anna"), "", "last administrator"),
        (("delete", "anna", "--yes"), "", "last administrator"),
        (("delete", "anna"), "y", "give --yes"),
        (("password", "nobody"), PASSWORD, "there is no person named 'nobody'"),
        (("limits", "anna"), "", "or --usual"),
    ):
        result = users(folder, *words, password=password)
        assert result.exit_code == 2, words
        assert said in result.stderr, result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_limits_are_set_shown_and_given_back(folder: Path) -> None:
    users(folder, "add", "anna", "--admin")
    users(folder, "limits", "anna", "--waiting", "3", "--seconds", "5400")
    users(folder, "limits", "anna", "--megabytes", "1500")
    shown = users(folder, "list").stdout
    assert "anna (administrator)" in shown
    assert "of 1,500 MB; at most 3 jobs waiting and 5,400 seconds of work a day" in shown
    users(folder, "limits", "anna", "--usual", "--waiting", "4")
    assert "of 5,000 MB; at most 4 jobs waiting and 21,600 seconds" in users(folder, "list").stdout


def test_people_are_disabled_enabled_given_a_password_and_deleted(folder: Path) -> None:
    users(folder, "add", "anna", "--admin")
    users(folder, "add", "bob")
    assert users(folder, "disable", "bob").exit_code == 0
    assert "bob (disabled)" in users(folder, "list").stdout
    assert users(folder, "enable", "bob").exit_code == 0
    assert users(folder, "password", "bob", password="another good one").exit_code == 0
    db = Database.open(Settings(folder=folder).database_url)
    assert sign_in(db, Throttle(), "", "bob", "another good one").id == person_named(db, "bob").id
    db.close()
    assert users(folder, "delete", "bob", "--yes").exit_code == 0
    assert "bob" not in users(folder, "list").stdout


def test_no_command_takes_a_password_as_an_option() -> None:
    for command in ("add", "password"):
        shown = CliRunner().invoke(app, ["users", command, "--help"]).stdout
        assert "--password" not in shown

"""Deleting a person with everything of theirs: accounts, jobs, results, uploads.

What is to be deleted is noted first, and the account is the last to go: after a crash `finish_deletions` goes on.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from mien.studio.database.tables import Event, File, Job, Session, Setting, Token, User
from mien.studio.files.place import result_folder, upload_path, upload_preview
from mien.studio.history.changes import remove_folder
from mien.studio.people.accounts import check_not_last
from mien.studio.people.errors import AccountError
from mien.studio.queue.control import cancel_all

if TYPE_CHECKING:
    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings

_NOTE = "delete:"
_PORTION = 50


def delete_person(db: Database, settings: Settings, user: str) -> None:
    """Delete a person and all content of theirs. Their running job is cancelled, and waited for.

    Nobody can sign in as them from the start on. Raises AccountError for the last administrator, and where there is no
    such person.
    """
    with db.write() as session:
        if session.get(User, user) is None:
            raise AccountError("there is no such person")
        check_not_last(session, user)
        session.execute(update(User).where(User.id == user).values(disabled=True, admin=False))
        session.execute(delete(Session).where(Session.user == user))
        session.execute(delete(Token).where(Token.user == user))
        if session.get(Setting, _NOTE + user) is None:
            session.add(Setting(name=_NOTE + user, value=time.time()))
    _finish(db, settings, user)


def finish_deletions(db: Database, settings: Settings) -> int:
    """Go on with deletions that a crash interrupted; returns how many people were deleted."""
    with db.session() as session:
        notes = list(session.scalars(select(Setting.name).where(Setting.name.startswith(_NOTE))))
        known = select(User.id)
        lost = set(session.scalars(select(Job.owner).where(Job.owner != "", Job.owner.not_in(known)).distinct()))
        lost |= set(session.scalars(select(File.owner).where(File.owner != "", File.owner.not_in(known)).distinct()))
    unfinished = {name.removeprefix(_NOTE) for name in notes}
    for user in sorted(unfinished | lost):
        _finish(db, settings, user)
    return len(unfinished)


def _finish(db: Database, settings: Settings, user: str) -> None:
    _stop(db, settings, user)
    while True:
        while _remove_jobs(db, settings, user) or _remove_files(db, settings, user):
            pass
        with db.write() as session:
            # a request that was under way may have added something since
            left = [session.scalar(select(func.count()).where(kind.owner == user)) for kind in (Job, File)]
            if not any(left):
                session.execute(delete(Event).where(Event.owner == user))
                session.execute(delete(User).where(User.id == user))
                session.execute(delete(Setting).where(Setting.name == _NOTE + user))
                return


def _stop(db: Database, settings: Settings, user: str) -> None:
    """Cancel the jobs of a person, and wait for the running ones as long as a worker may take to end one."""
    cancel_all(db, user)
    deadline = time.monotonic() + settings.limits.cancel_seconds + 2.0
    running = select(func.count()).where(Job.owner == user, Job.state == "running")
    while time.monotonic() < deadline:
        with db.session() as session:
            if not session.scalar(running):
                return
        time.sleep(0.2)


def _remove_jobs(db: Database, settings: Settings, user: str) -> int:
    with db.write() as session:
        jobs = list(session.scalars(select(Job.id).where(Job.owner == user).limit(_PORTION)))
        for job in jobs:
            remove_folder(result_folder(settings.folder, job))
        session.execute(delete(Job).where(Job.id.in_(jobs)))
    return len(jobs)


def _remove_files(db: Database, settings: Settings, user: str) -> int:
    with db.write() as session:
        files = session.execute(select(File.id, File.suffix).where(File.owner == user).limit(_PORTION)).all()
        for file, suffix in files:
            upload_path(settings.folder, file, suffix).unlink(missing_ok=True)
            upload_preview(settings.folder, file).unlink(missing_ok=True)
        session.execute(delete(File).where(File.id.in_([file for file, _ in files])))
    return len(files)

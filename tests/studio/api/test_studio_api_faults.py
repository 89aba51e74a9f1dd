"""A database that fails is answered by 503 and a time to come back, and never by 500."""

from __future__ import annotations

from api_making import Tried
from sqlalchemy import text


def test_a_database_that_cannot_be_written_is_said_and_the_studio_goes_on(tried: Tried) -> None:
    with tried.studio.db.write() as session:
        session.execute(text("ALTER TABLE jobs RENAME TO hidden"))
    answers = [tried.client.get("/api/v1/jobs"), tried.client.post("/api/v1/shapes", json={"text": ["a red circle"]})]
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json() == {
            "error": "the studio's database cannot be reached or written just now: try again in a moment",
            "field": None,
        }  # fmt: skip
    with tried.studio.db.write() as session:
        session.execute(text("ALTER TABLE hidden RENAME TO jobs"))
    assert tried.make()["state"] == "waiting"

"""A table of requests to videos: what `mien batch` does."""

from __future__ import annotations

from pathlib import Path

from mien.systems.batch import BatchRow, BatchSummary, run_batch
from mien.talking.generate.request import TALK_COLUMNS, check_request, options_of
from mien.talking.generate.talk import WordsToMotion, load_talker, talk_with


def talk_batch(
    table: Path,
    out: Path,
    model: Path = Path("models/talking_face"),
    force: bool = False,
    words_to_motion: WordsToMotion | None = None,
    motion_version: str = "",
) -> BatchSummary:
    """Make the video of each row of a CSV `table` in the folder `out`; a row that fails is noted in `out`/batch.csv.

    `words_to_motion` makes head motion of words, with a model of the version `motion_version`. Raises TalkError when
    the model cannot be used, BatchError when the table cannot.
    """
    talker, version = load_talker(model)

    def make(row: BatchRow, path: Path) -> None:
        options = options_of(row.cells)
        # The batch has seen to the video itself; captions belong to it, so that they are ours when it is there.
        emotion = check_request(options, path, model, force, ours=path.exists())
        talk_with(talker, version, options, path, model, emotion, progress=False, words_to_motion=words_to_motion)

    identity = f"{version} {motion_version}" if motion_version else version
    return run_batch(table, out, make, TALK_COLUMNS, identity, force)

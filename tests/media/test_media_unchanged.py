"""Files that are written while they are read: nothing of them is kept, and the stage says so instead of a wrong row."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from media_making import picture

import mien.corpora.checks as checks
import mien.corpora.corpus as corpus
import mien.media.resample as resampling
from mien.clips import Clip, ClipError
from mien.corpora.options import CorpusOptions
from mien.errors import InputError
from mien.execution import Execution
from mien.media.reading.unchanged import unchanged
from mien.media.resample import ResampleOptions
from mien.media.video import write_video
from mien.parallel import Outcome

CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda path: path.open("ab").write(b"x"),
    "shorter": lambda path: os.truncate(path, path.stat().st_size - 1),
    "newer": lambda path: os.utime(path, (1, 1)),
    "another": lambda path: path.with_name("other").rename(path),
    "gone": lambda path: path.unlink(),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    path = tmp_path / "clips" / "x.mp4"
    write_video(path, [picture(level) for level in range(0, 250, 10)], Fraction(25), None)
    return path


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("error", [None, ClipError("undecodable"), OSError("no more")], ids=repr)
def test_a_change_is_noticed_and_explains_an_error(
    source: Path, change: Callable[[Path], object], error: Exception | None
) -> None:
    source.with_name("other").write_bytes(source.read_bytes())
    with pytest.raises(ClipError, match="changed"), unchanged(None, source):
        change(source)
        if error:
            raise error


def test_an_error_of_an_unchanged_file_stays_what_it_is(source: Path) -> None:
    with pytest.raises(ClipError, match="0 bytes"), unchanged(source):
        raise ClipError("empty")
    with unchanged(source) as check:
        check()


def _appending(function: Callable[..., Any], path: Path) -> Callable[..., Any]:
    def appended(*arguments: Any) -> Any:
        with path.open("ab") as stream:
            stream.write(b"more")
        return function(*arguments)

    return appended


@pytest.mark.parametrize("step", ["probe", "sha256_file", "_encode"])
def test_no_resampled_clip_is_kept_under_the_digest_of_another_content(
    source: Path, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resampling, step, _appending(getattr(resampling, step), source))
    clip = Clip("x", "folder", str(source))
    options = ResampleOptions(require_sound=False)
    with pytest.raises(ClipError, match="changed"):
        resampling._resample(clip, options, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.mkv"))


def test_a_corpus_row_is_not_made_of_two_states_of_a_file(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "probe", _appending(checks.probe, source))
    with pytest.raises(ClipError, match="changed"):
        checks._check(checks.Candidate(Clip("x", "folder", str(source)), source))


def _here(function: Callable[[Any], Any], items: Any, *_others: Any) -> list[Outcome[Any]]:
    """`map_clips` in this process, where functions can be replaced."""
    outcomes = []
    for item in items:
        try:
            outcomes.append(Outcome(function(item)))
        except ClipError as error:
            outcomes.append(Outcome(None, error.reason, error.detail))
    return outcomes


def test_both_stages_end_with_a_sentence_and_place_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = CorpusOptions(source="folder", path=source.parent)
    for module in (checks, resampling):
        monkeypatch.setattr(module, "map_clips", _here)
        monkeypatch.setattr(module, "probe", _appending(module.probe, source))
    with pytest.raises(InputError, match=r"x\.mp4 changed while it was read: run this again when nothing writes"):
        corpus.make_corpus(options, tmp_path / "out", Execution())
    clips = [Clip("x", "folder", str(source))]
    with pytest.raises(InputError, match="changed while it was read"):
        resampling.resample_clips(
            clips, ResampleOptions(require_sound=False), tmp_path / "out", tmp_path / "cache", Execution()
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", ["comes", "goes"])
def test_a_file_that_comes_or_goes_while_the_corpus_is_listed(
    source: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = source.with_name("y.txt")
    other.touch()

    def changing(*arguments: Any) -> Any:
        other.rename(other.with_name("z.txt")) if change == "comes" else other.unlink()
        return checks.check_files(*arguments)

    monkeypatch.setattr(checks, "map_clips", _here)
    monkeypatch.setattr(corpus, "check_files", changing)
    with pytest.raises(InputError, match=r"clips changed while it was read \('y\.txt' came or went\): run this again"):
        corpus.make_corpus(CorpusOptions(source="folder", path=source.parent), tmp_path / "out", Execution())
    assert not (tmp_path / "out").exists()

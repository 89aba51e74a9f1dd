"""One's own clips beside the embedded corpus: one table of both, in which no name means two things."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from corpora_making import by_id, cremad, mpeg, put, video
from pydantic import ValidationError

from mien.clips import read_clips
from mien.corpora.corpus import make_corpus
from mien.corpora.embedded import corpus as embedded
from mien.corpora.options import CorpusOptions
from mien.corpora.split import SplitOptions, split_clips
from mien.errors import InputError
from mien.execution import Execution

ONE = Execution(workers=1)
RENDERED = ("1001_DFA_HAP_XX", "1002_IEO_SAD_HI")


@pytest.fixture(autouse=True)
def _rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded corpus as two clips under its names: rendering is tested elsewhere."""

    monkeypatch.setattr(embedded, "render_corpus", lambda _, folder, __: cremad(folder, RENDERED))


def test_clips_of_a_folder_stand_beside_the_rendered_ones(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    put(root / "1001_DFA_HAP_XX.mp4", video(".mp4"))
    put(root / "1001/hello.mp4", video(".mp4", level=40))
    put(root / "labels.csv", b"path,emotion\n1001/hello.mp4,HAP\n")
    options = CorpusOptions(source="embedded+folder", path=root)
    clips = make_corpus(options, tmp_path / "out", ONE)
    assert [clip.source for clip in clips] == ["embedded", "embedded", "folder", "folder"]
    assert all(clip.ok for clip in clips)
    assert len(by_id(clips)) == 4
    own = {clip.clip_id: clip for clip in clips if clip.source == "folder"}
    assert "folder_1001_DFA_HAP_XX" in own, "a name of the embedded corpus too, and yet another clip"
    labelled = next(clip for clip in own.values() if clip.emotion == "HAP")
    assert labelled.actor == "folder_1001", "not the embedded corpus's actor 1001"
    assert {clip.actor for clip in clips if clip.source == "embedded"} == {"1001", "1002"}
    assert all(Path(clip.path).is_file() for clip in clips)
    assert read_clips(tmp_path / "out/clips.csv") == clips


def test_grids_clips_have_no_emotion_and_a_part_of_the_split(tmp_path: Path) -> None:
    root = put(tmp_path / "grid/s1/bbaf2n.mpg", mpeg()).parents[1]
    clips = make_corpus(CorpusOptions(source="embedded+grid", path=root), tmp_path / "out", ONE)
    grid = by_id(clips)["grid_s1_bbaf2n"]
    assert (grid.actor, grid.text, grid.emotion) == ("grid_s1", "bin blue at f two now", None)
    parts = split_clips(clips, SplitOptions(val_actors=("grid_s1",), test_actors=()))
    assert {clip.clip_id for clip in clips if parts[clip.clip_id] == "val"} == {"grid_s1_bbaf2n"}


def test_the_order_of_the_sources_changes_nothing(tmp_path: Path) -> None:
    root = put(tmp_path / "mine/a.mp4", video(".mp4")).parent
    tables = []
    for source in ("embedded+folder", "folder+embedded"):
        out = tmp_path / source / "out"
        make_corpus(CorpusOptions(source=source, path=root), out, ONE)
        with (out / "clips.csv").open() as stream:
            tables.append([(row["clip_id"], row["sha256"]) for row in csv.DictReader(stream)])
    assert tables[0] == tables[1]


def test_a_part_without_clips_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    options = CorpusOptions(source="embedded+folder", path=tmp_path / "mine")
    with pytest.raises(InputError, match=r"no clip was found in .*mine"):
        make_corpus(options, tmp_path / "out", ONE)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("grid+folder", "only embedded and one other"), ("embedded+embedded", "only embedded and one other"),
        ("embedded+cremad+grid", "only embedded and one other"), ("embedded+lrs3", "'lrs3' is none of"),
        ("", "'' is none of"), ("embedded+", "'' is none of"),
    ],
)  # fmt: skip
def test_other_mixtures_are_refused_in_a_sentence(source: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        CorpusOptions(source=source)


def test_actors_are_chosen_of_one_source_only() -> None:
    with pytest.raises(ValidationError, match="one source"):
        CorpusOptions(source="embedded+grid", actors=("s1",))

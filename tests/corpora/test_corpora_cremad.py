"""CREMA-D's layout, names and tables."""

from __future__ import annotations

import csv
import gzip
import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from corpora_making import LFS_POINTER, REAL, by_id, cremad, put, tree, video
from hypothesis import given
from hypothesis import strategies as st

from mien.clips import EMOTIONS, check_rejected, read_clips
from mien.corpora.corpus import make_corpus
from mien.corpora.cremad import SENTENCES, decode_name
from mien.corpora.options import CorpusOptions
from mien.execution import Execution

ONE = Execution(workers=1)


def options(path: Path, **more: object) -> CorpusOptions:
    return CorpusOptions.model_validate({"source": "cremad", "path": path, **more})


def table(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)


def test_labels_files_and_sound_of_rendered_clips(tmp_path: Path) -> None:
    root = cremad(tmp_path / "crema d", ["1001_DFA_ANG_XX", "1002_IEO_HAP_LO", "1002_IEO_SAD_HI"])
    table(root / "VideoDemographics.csv", [["ActorID", "Age", "Sex"], [1001, 51, "Male"], [1002, 21, "Female"]])
    table(root / "SentenceFilenames.csv", [["Stimulus_Number", "Filename"]] + [
        [i, name] for i, name in enumerate(["1001_DFA_ANG_XX", "1002_IEO_HAP_LO", "1002_IEO_SAD_HI", "1003_IEO_SAD_HI"])
    ])  # fmt: skip
    before = tree(root)
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert tree(root) == before
    assert [clip.clip_id for clip in clips] == ["1001_DFA_ANG_XX", "1002_IEO_HAP_LO", "1002_IEO_SAD_HI"]
    assert all(clip.ok and clip.source == "cremad" for clip in clips)
    first, second, third = clips
    assert (first.actor, first.sex, first.emotion, first.intensity) == ("1001", "male", "ANG", None)
    assert (first.sentence_id, first.text) == ("DFA", "Don't forget a jacket.")
    assert (second.sex, second.intensity, third.intensity) == ("female", pytest.approx(1 / 3), 1.0)
    assert (first.width, first.height, first.fps, first.audio_hz) == (64, 48, Fraction(30000, 1001), 16000)
    file = root / "VideoFlash/1001_DFA_ANG_XX.flv"
    assert (first.bytes, first.sha256) == (file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
    assert first.path == file.as_posix()
    assert first.sound == (root / "AudioWAV/1001_DFA_ANG_XX.wav").as_posix()
    assert read_clips(tmp_path / "out/clips.csv") == clips
    notes = (tmp_path / "out/notes.txt").read_text()
    assert "3 of the 4 clips of SentenceFilenames.csv are here" in notes
    assert "lfs_sha256_sizes.tsv.gz" in notes


def test_without_tables_it_works_and_says_what_it_could_not_check(tmp_path: Path) -> None:
    root = cremad(tmp_path / "c", ["1001_DFA_ANG_XX"], sounds=False)
    clip = make_corpus(options(root), tmp_path / "out", ONE)[0]
    assert (clip.ok, clip.sex, clip.sound, clip.audio_hz) == (True, None, None, 44100)
    notes = (tmp_path / "out/notes.txt").read_text().splitlines()
    assert len(notes) == 4
    for word in ("SentenceFilenames.csv", "VideoDemographics.csv", "lfs_sha256_sizes.tsv.gz", "AudioWAV"):
        assert any(word in note for note in notes)


def test_names_and_sizes_are_checked_against_the_tables(tmp_path: Path) -> None:
    names = ["1001_DFA_ANG_XX", "1001_DFA_DIS_XX", "1001_DFA_FEA_XX", "1001_DFA_HAP_XX"]
    root = cremad(tmp_path / "c", names)
    put(root / "VideoFlash/holiday.flv", video(".flv"))
    put(root / "VideoFlash/1001_DFA_ANG_XX (1).flv", video(".flv"))
    table(root / "SentenceFilenames.csv", [["Stimulus_Number", "Filename"]] + [[1, name] for name in names[:3]])
    lines = ["path\tsha256\tbytes"]
    for index, name in enumerate(names):
        content = (root / f"VideoFlash/{name}.flv").read_bytes()
        digest = hashlib.sha256(content).hexdigest() if index != 2 else "0" * 64
        lines.append(f"VideoFlash/{name}.flv\t{digest}\t{len(content) + (index == 1)}")
    (root / "lfs_sha256_sizes.tsv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    clips = by_id(make_corpus(options(root), tmp_path / "out", ONE))
    reasons = {clip_id: clip.reason for clip_id, clip in clips.items()}
    assert reasons["1001_DFA_ANG_XX"] is None
    assert reasons["1001_DFA_DIS_XX"] == "wrong_size"
    assert reasons["1001_DFA_FEA_XX"] == "wrong_digest"
    assert reasons["1001_DFA_HAP_XX"] == "unlisted"
    assert len(clips) == 6
    holiday, copy = clips["holiday"], next(clip for name, clip in clips.items() if name.startswith("1001_DFA_ANG_XX-"))
    assert (holiday.ok, holiday.actor, holiday.emotion, holiday.text) == (True, None, None, None)
    assert (copy.ok, copy.actor, copy.emotion, copy.intensity) == (True, "1001", "ANG", None)


def test_a_corpus_of_pointers_is_rows_and_one_sentence(tmp_path: Path) -> None:
    for name in ("1001_DFA_ANG_XX", "1001_DFA_DIS_XX", "1001_DFA_FEA_XX"):
        put(tmp_path / "c/VideoFlash" / f"{name}.flv", LFS_POINTER)
        put(tmp_path / "c/AudioWAV" / f"{name}.wav", LFS_POINTER)
    clips = make_corpus(options(tmp_path / "c"), tmp_path / "out", ONE)
    assert [clip.reason for clip in clips] == ["lfs_pointer"] * 3
    first = (tmp_path / "out/notes.txt").read_text().splitlines()[0]
    assert first == "all 3 files are git-lfs pointers, not media: run `git lfs pull` in the corpus folder"
    with pytest.raises(ValueError, match="git lfs pull"):
        check_rejected(clips, 0.5)


def test_a_broken_sound_file_leaves_the_videos_own(tmp_path: Path) -> None:
    root = cremad(tmp_path / "c", ["1001_DFA_ANG_XX"])
    (root / "AudioWAV/1001_DFA_ANG_XX.wav").write_bytes(LFS_POINTER)
    clip = make_corpus(options(root), tmp_path / "out", ONE)[0]
    assert (clip.ok, clip.sound, clip.audio_hz) == (True, None, 44100)
    assert "lfs_pointer" in (clip.detail or "")


def test_only_the_given_actors(tmp_path: Path) -> None:
    root = cremad(tmp_path / "c", ["1001_DFA_ANG_XX", "1002_DFA_ANG_XX", "1003_DFA_ANG_XX"], sounds=False)
    clips = make_corpus(options(root, actors=[1001, "1003"]), tmp_path / "out", ONE)
    assert [clip.actor for clip in clips] == ["1001", "1003"]
    with pytest.raises(ValueError, match="1091"):
        make_corpus(options(root, actors=["1001", "1091"]), tmp_path / "none", ONE)
    assert not (tmp_path / "none").exists()


def test_what_is_no_cremad_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="VideoFlash"):
        make_corpus(options(tmp_path), tmp_path / "out", ONE)
    (tmp_path / "c/VideoFlash").mkdir(parents=True)
    with pytest.raises(ValueError, match="no clip was found"):
        make_corpus(options(tmp_path / "c"), tmp_path / "out", ONE)
    root = cremad(tmp_path / "d", ["1001_DFA_ANG_XX"])
    for name, content in (
        ("SentenceFilenames.csv", b"a,b\n1,2\n"),
        ("VideoDemographics.csv", b"ActorID,Sex\n\xff\xfe,\x00\n"),
        ("lfs_sha256_sizes.tsv.gz", b"not gzip"),
    ):
        put(root / name, content)
        with pytest.raises(ValueError, match=name.replace(".", r"\.")):
            make_corpus(options(root), tmp_path / "out", ONE)
        (root / name).unlink()


@given(st.text(alphabet="0123456789_ADEFNGHIPSUTOMWLXR", max_size=20))
def test_any_name_is_labels_or_refused(name: str) -> None:
    try:
        labels = decode_name(name)
    except ValueError:
        return
    assert (labels.sentence_id in SENTENCES, labels.emotion in EMOTIONS) == (True, True)
    assert name.startswith(f"{labels.actor}_{labels.sentence_id}_{labels.emotion}_")


@pytest.mark.parametrize(
    "name", ["1001_DFA_ANG", "1001_DFA_ANG_XX\n", "1001_ABC_ANG_XX", "1001_DFA_ANG_xx", "１００１_DFA_ANG_XX"]
)
def test_near_misses_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="CREMA-D name"):
        decode_name(name)


def test_there_are_twelve_sentences() -> None:
    assert len(SENTENCES) == 12


@pytest.mark.real
def test_rendered_clips_among_the_real_tables_and_wavs(tmp_path: Path) -> None:
    real = REAL / "cremad"
    if not real.is_dir():
        pytest.skip(f"real media not present: {real}")
    names = [path.stem for path in sorted((real / "AudioWAV").glob("*.wav"))]
    root = cremad(tmp_path / "c", names[:3], sounds=False)
    for name in ("SentenceFilenames.csv", "VideoDemographics.csv"):
        shutil.copy(real / name, root / name)
    shutil.copytree(real / "AudioWAV", root / "AudioWAV")
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert [clip.clip_id for clip in clips] == names[:3]
    for clip in clips:
        assert (clip.ok, clip.actor, clip.sex, clip.audio_hz) == (True, "1001", "male", 16000)
        assert clip.sound is not None
    assert "3 of the 7442 clips" in (tmp_path / "out/notes.txt").read_text()
    # with the official sizes beside them, rendered files are not the official ones
    shutil.copy(real / "lfs_sha256_sizes.tsv.gz", root)
    assert {clip.reason for clip in make_corpus(options(root), tmp_path / "out", ONE)} == {"wrong_size"}


@pytest.mark.real
def test_every_official_name_is_understood() -> None:
    table = REAL / "cremad/SentenceFilenames.csv"
    if not table.is_file():
        pytest.skip(f"real media not present: {table}")
    with table.open(newline="") as stream:
        labels = [decode_name(row["Filename"]) for row in csv.DictReader(stream)]
    assert len(labels) == 7442
    assert len({label.actor for label in labels}) == 91
    assert {label.sentence_id for label in labels} == set(SENTENCES)

"""Any folder of videos with or without labels; and bad files of every kind, from the corpus to the resampled clips."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from fractions import Fraction
from pathlib import Path

import pytest
from corpora_making import HTML, LFS_POINTER, by_id, mpeg, put, ten_hours, tone, tree, video
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.clips import Clip, read_clips, write_clips
from mien.corpora.corpus import make_corpus
from mien.corpora.folder import list_folder
from mien.corpora.options import CorpusOptions
from mien.corpora.split import SplitOptions, split_clips
from mien.execution import Execution
from mien.media.ffmpeg import ffmpeg_exe
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.sound import write_wav

ONE = Execution(workers=1)


def options(path: Path, **more: object) -> CorpusOptions:
    return CorpusOptions.model_validate({"source": "folder", "path": path, **more})


def test_videos_at_any_depth_without_labels(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    put(root / "one.mp4", video(".mp4"))
    put(root / "anna/first day/two.mkv", video(".mkv"))
    put(root / "anna/one.FLV", video(".flv"))
    put(root / "ben/three.mpg", mpeg())
    put(root / "notes.txt", b"x")
    put(root / ".hidden/four.mp4", video(".mp4"))
    before = tree(root)
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert tree(root) == before
    found = {Path(clip.path).relative_to(root).as_posix(): clip for clip in clips}
    assert sorted(found) == ["anna/first day/two.mkv", "anna/one.FLV", "ben/three.mpg", "one.mp4"]
    assert all(clip.ok for clip in clips)
    assert {path: clip.actor for path, clip in found.items()} == {
        "anna/first day/two.mkv": "anna", "anna/one.FLV": "anna", "ben/three.mpg": "ben", "one.mp4": None,
    }  # fmt: skip
    assert found["one.mp4"].clip_id == "one"
    assert len({clip.clip_id for clip in clips}) == 4
    assert (found["one.mp4"].emotion, found["one.mp4"].intensity, found["one.mp4"].text) == (None, None, None)
    assert "labels.csv is not there" in (tmp_path / "out/notes.txt").read_text()


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        (".m4v", "libx264"), (".ts", "libx264"), (".m2ts", "libx264"), (".mts", "libx264"), (".wmv", "wmv2"),
        (".3gp", "libx264"), (".mpeg", "mpeg1video"), (".vob", "mpeg2video"), (".MPG", "mpeg1video"),
        (".f4v", "libx264"), (".asf", "wmv2"), (".3g2", "libx264"),
    ],
)  # fmt: skip
def test_containers_of_cameras_and_phones(tmp_path: Path, suffix: str, codec: str) -> None:
    put(tmp_path / "x.mkv", video(".mkv", frames=30))
    (tmp_path / "mine").mkdir()
    subprocess.run(
        [ffmpeg_exe(), "-v", "error", "-i", tmp_path / "x.mkv", "-r", "25", "-c:v", codec, "-c:a",
         "wmav2" if codec == "wmv2" else "mp2" if codec.startswith("mpeg") else "aac", tmp_path / f"mine/x{suffix}"],
        check=True,
    )  # fmt: skip
    rows = through(tmp_path / "mine", tmp_path / "out")
    assert [(row.clip_id, row.reason) for row in rows] == [("x", None)]
    assert rows[0].seconds == pytest.approx(1.0, abs=0.25)


def test_other_files_are_counted_in_one_note(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    put(root / "a.mp4", video(".mp4"))
    for name in ("b.txt", "deep/c.TXT", "d.jpg", "e.mp4.part", "README", "labels.xlsx", ".hidden"):
        put(root / name, b"x")
    write_wav(root / "own.wav", tone(0.4), 16000)
    put(root / "labels.csv", b"path,sound\na.mp4,own.wav\n")
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert [clip.clip_id for clip in clips] == ["a"]
    notes = [note for note in (tmp_path / "out/notes.txt").read_text().splitlines() if "passed over" in note]
    assert len(notes) == 1
    assert notes[0].startswith("6 other files are passed over (2 × .txt")
    assert "1 × .xlsx" in notes[0]


def test_links_to_nothing_and_to_themselves_are_rows(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    put(root / "good.mkv", video(".mkv"))
    (root / "gone.mp4").symlink_to("nowhere.mp4")
    (root / "self.mp4").symlink_to("self.mp4")
    (root / "away.mp4").symlink_to(tmp_path / "away.mp4")
    (root / "loop").symlink_to(root)
    for follow in (False, True):
        clips = by_id(make_corpus(options(root, follow_links=follow), tmp_path / "out", ONE))
        assert {name: clip.reason for name, clip in clips.items()} == {
            "good": None, "gone": "missing", "self": "missing", "away": "missing" if follow else "outside",
        }  # fmt: skip


def test_names_of_other_systems_match(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    decomposed = unicodedata.normalize("NFD", "Zoë/Frühling.mp4")
    for name in (decomposed, "ben/x.mp4", "é.mp4"):
        put(root / name, video(".mp4"))
    (root / unicodedata.normalize("NFD", "töne")).mkdir()
    write_wav(root / unicodedata.normalize("NFD", "töne/è.wav"), tone(0.4), 16000)
    lines = ["path,emotion,sound", "Zoë\\Frühling.mp4,HAP,töne\\è.wav", "ben\\x.mp4,SAD,"]
    lines.append(unicodedata.normalize("NFD", "é.mp4,ANG,"))
    put(root / "labels.csv", "\n".join(lines).encode())
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert sorted((clip.emotion or "", clip.sound is not None) for clip in clips) == [
        ("ANG", False), ("HAP", True), ("SAD", False),
    ]  # fmt: skip
    assert all(clip.ok for clip in clips)
    put(root / "labels.csv", unicodedata.normalize("NFC", "clip_id,emotion\nFrühling,DIS\n").encode())
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert [clip.emotion for clip in clips if clip.emotion] == ["DIS"]
    assert all(clip.ok for clip in clips)


def test_the_same_content_of_several_actors_is_said(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    for actor in ("anna", "ben", "chris"):
        put(root / actor / "x.mp4", video(".mp4"))
    put(root / "dora/y.mp4", video(".mp4", level=9))
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    notes = (tmp_path / "out/notes.txt").read_text()
    assert "2 clips have the same content as another" in notes
    assert "kept in one part of the split" in notes
    parts = split_clips(clips, SplitOptions(test_ratio=0))
    assert {part for name, part in parts.items() if not name.startswith("y")} in ({"train"}, {"val"})
    assert set(parts.values()) == {"train", "val"}


def test_labels_by_path_and_by_id(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    for name in ("a.mp4", "b.mp4", "sub/c.mp4", "d.mp4"):
        put(root / name, video(".mp4"))
    write_wav(root / "own.wav", tone(0.4), 16000)
    put(
        root / "labels.csv",
        "\ufeffpath,clip_id,actor,sex,emotion,intensity,text,sound,seconds\n"
        "a.mp4,,anna,F,hap,0.7,Guten Tag,own.wav,99\n"
        ",b,ben,male,SAD,HI,,,\n"
        "./sub/c.mp4,,carl,,NEU,XX,,,\n".encode(),
    )
    clips = {Path(clip.path).name: clip for clip in make_corpus(options(root), tmp_path / "out", ONE)}
    a, b, c, d = (clips[f"{name}.mp4"] for name in "abcd")
    assert (a.actor, a.sex, a.emotion, a.intensity, a.text) == ("anna", "female", "HAP", 0.7, "Guten Tag")
    assert (a.sound, a.audio_hz) == ((root / "own.wav").as_posix(), 16000)
    assert a.seconds == pytest.approx(0.4, abs=0.1)
    assert (b.actor, b.sex, b.emotion, b.intensity) == ("ben", "male", "SAD", 1.0)
    assert (c.actor, c.sex, c.emotion, c.intensity) == ("carl", None, "NEU", None)
    assert (d.ok, d.actor, d.emotion) == (True, None, None)


def test_bad_labels_are_rows_with_a_reason(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    rows = {
        "emotion": ("JOY", "", "", ""),
        "intensity": ("", "1.5", "", ""),
        "nan": ("", "nan", "", ""),
        "sex": ("", "", "x", ""),
        "sound-out": ("", "", "", "../x.wav"),
        "sound-gone": ("", "", "", "gone.wav"),
        "good": ("ANG", "1", "female", ""),
    }
    lines = ["clip_id,emotion,intensity,sex,sound"]
    for name, cells in rows.items():
        put(root / f"{name}.mp4", video(".mp4"))
        lines.append(",".join([name, *cells]))
    put(root / "twice.mp4", video(".mp4"))
    lines += ["twice,ANG,,,", "twice,SAD,,,"]
    put(root / "labels.csv", "\n".join(lines).encode())
    clips = by_id(make_corpus(options(root), tmp_path / "out", ONE))
    assert {name: clip.reason for name, clip in clips.items()} == {
        name: None if name == "good" else "bad_label" for name in [*rows, "twice"]
    }
    assert "line 2" in (clips["emotion"].detail or "")
    assert "ANG, DIS, FEA, HAP, NEU, SAD" in (clips["emotion"].detail or "")


def test_rows_about_no_file_are_rows_with_a_reason(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    put(root / "good.mp4", video(".mp4"))
    put(root / "sound.wav", b"x")
    put(tmp_path / "secret.mp4", video(".mp4"))
    put(root / "labels.csv", b"path\ngone.mp4\n../secret.mp4\n/etc/passwd\nsound.wav\ngood.mp4\n")
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert sorted(str(clip.reason) for clip in clips) == ["None", "bad_name", "missing", "outside", "outside"]
    put(root / "labels.csv", b"clip_id\nnobody\ngood\n")
    clips = make_corpus(options(root), tmp_path / "out", ONE)
    assert {clip.clip_id: clip.reason for clip in clips} == {"good": None, "nobody": "missing"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"path,mood\na.mp4,x\n", "'mood'"),
        (b"emotion\nANG\n", "`path` or `clip_id`"),
        (b"path,path\na,b\n", "twice"),
        (b"path,emotion\na.mp4,ANG,3\n", "more cells"),
        (b"path\n\xff\xfe\n", "cannot be read"),
        (b'path\n"a.mp4\n', "cannot be read"),
        (b"path,emotion\n,ANG\n", "neither path nor clip_id"),
    ],
)
def test_an_unreadable_table_is_one_clear_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    put(tmp_path / "mine/a.mp4", video(".mp4"))
    put(tmp_path / "mine/labels.csv", content)
    with pytest.raises(ValueError, match=r"labels\.csv") as caught:
        make_corpus(options(tmp_path / "mine"), tmp_path / "out", ONE)
    assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["labels.csv", "Labels.CSV"])
@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", ",")]
)
def test_labels_as_excel_writes_them(tmp_path: Path, name: str, encoding: str, separator: str) -> None:
    root = tmp_path / "mine"
    put(root / "Müller.mp4", video(".mp4"))
    rows = [["Path", "ACTOR", "Emotion", "Intensity", "Sentence ID", ""]]
    rows += [["Müller.mp4", "1001.0", "hap", "0,5" if separator != "," else "0.5", "", ""], [""] * 6]
    text = "\r\n".join(separator.join(row) for row in rows)
    put(root / name, text.encode(encoding))
    (clip,) = make_corpus(options(root), tmp_path / "out", ONE)
    assert (clip.ok, clip.actor, clip.emotion, clip.intensity) == (True, "1001", "HAP", 0.5)
    assert "passed over" not in (tmp_path / "out/notes.txt").read_text()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet='pathclip_demon,"\n\r\0ANG01.x', max_size=120).map(str.encode))
)
def test_any_labels_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "m/path.mp4", b"x")
    put(tmp_path / "m/labels.csv", content)
    try:
        candidates, _ = list_folder(tmp_path / "m")
    except ValueError as error:
        assert "labels.csv" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert any(candidate.clip.path.endswith("path.mp4") for candidate in candidates)


def bad_files(root: Path) -> dict[str, str]:
    """Put every kind of bad file into `root`; relative path → the reason that its row must give."""
    good = video(".mkv")
    put(root.parent / "elsewhere.mkv", good)
    reasons = {
        "0 bytes.mp4": "empty",
        "cut.mkv": "truncated",
        "cut.mp4": "undecodable",
        "page.mp4": "undecodable",
        "pointer.flv": "lfs_pointer",
        "mute.mkv": "no_audio",
        "ten hours.mkv": "truncated",
        "out.mp4": "outside",
        "out": "outside",
        "nowhere.mp4": "missing",
        "playlist.mp4": "undecodable",
        "only sound.mp4": "no_video",
        "-rf ; %d é\n日本.avi": "undecodable",
        "pipe.mp4": "undecodable",
        "good.mov": "undecodable",  # as a good file is called, but for the suffix
    }
    content = {
        "0 bytes.mp4": b"", "cut.mkv": video(".mkv", 60)[:-15000], "cut.mp4": video(".mkv")[:40], "page.mp4": HTML,
        "pointer.flv": LFS_POINTER, "mute.mkv": video(".mkv", sound=False), "ten hours.mkv": ten_hours(good),
        "playlist.mp4": f"#EXTM3U\n#EXTINF:1,\n{root.parent}/elsewhere.mkv\n#EXT-X-ENDLIST\n".encode(),
        "-rf ; %d é\n日本.avi": os.urandom(3000), "good.mov": b"x" * 500,
    }  # fmt: skip
    for name, data in content.items():
        put(root / name, data)
    write_wav(root / "sound.wav", tone(0.5), 16000)
    (root / "sound.wav").rename(root / "only sound.mp4")
    os.mkfifo(root / "pipe.mp4")
    (root / "out.mp4").symlink_to(root.parent / "elsewhere.mkv")
    (root / "out").symlink_to(root.parent)
    (root / "nowhere.mp4").symlink_to(root / "gone.mp4")
    return reasons


def good_files(root: Path) -> list[str]:
    names = ["good.mp4", "-i.mkv", "a b/%03d.mkv", "ü 日本\n.flv", "a b/'quoted\".mp4", "nested/../good2.mp4"]
    (root / "nested").mkdir(parents=True)
    for index, name in enumerate(names):
        suffix = Path(name).suffix
        put(root / name, video(suffix, level=index))
    (root / "inside.mkv").symlink_to(root / "-i.mkv")
    return [*[str(Path(os.path.normpath(name))) for name in names], "inside.mkv"]


def through(root: Path, out: Path) -> list[Clip]:
    clips = make_corpus(options(root), out / "corpus", ONE)
    return resample_clips(clips, ResampleOptions(), out / "resampled", out / "cache", ONE)


def test_every_bad_file_ends_as_a_row_and_the_good_ones_do_not_notice(tmp_path: Path) -> None:
    names = good_files(tmp_path / "clean/mine")
    assert good_files(tmp_path / "dirty/mine") == names
    reasons = bad_files(tmp_path / "dirty/mine")
    before = tree(tmp_path / "dirty/mine")
    clean = through(tmp_path / "clean/mine", tmp_path / "out-clean")
    dirty = through(tmp_path / "dirty/mine", tmp_path / "out-dirty")
    assert tree(tmp_path / "dirty/mine") == before

    listed = {row.clip_id: row.path for row in read_clips(tmp_path / "out-dirty/corpus/clips.csv")}
    found = {Path(listed[row.clip_id]).relative_to(tmp_path / "dirty/mine").as_posix(): row for row in dirty}
    assert {name: row.reason for name, row in found.items()} == {**dict.fromkeys(names), **reasons}

    assert [row.clip_id for row in clean] == [row.clip_id for row in dirty if row.ok]
    for row in clean:
        name = f"{row.clip_id}.mkv"
        assert (tmp_path / "out-clean/resampled" / name).read_bytes() == (
            tmp_path / "out-dirty/resampled" / name
        ).read_bytes()
    good_rows = [row for row in read_clips(tmp_path / "out-dirty/resampled/clips.csv") if row.ok]
    assert [(row.sha256, row.seconds, row.fps) for row in good_rows] == [
        (row.sha256, row.seconds, row.fps) for row in read_clips(tmp_path / "out-clean/resampled/clips.csv")
    ]
    assert all(row.fps == Fraction(25) for row in good_rows)


def test_names_that_are_no_unicode(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    root.mkdir()
    name = os.fsdecode(b"caf\xe9\r.mkv")
    try:
        put(root / name, video(".mkv"))
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    rows = through(root, tmp_path / "out")
    assert [row.ok for row in rows] == [True]
    assert read_clips(tmp_path / "out/corpus/clips.csv")[0].path == f"{root}/{name}"


def test_links_are_followed_when_asked(tmp_path: Path) -> None:
    put(tmp_path / "store/anna/x.mkv", video(".mkv"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/anna").symlink_to(tmp_path / "store/anna")
    (tmp_path / "mine/loop").symlink_to(tmp_path / "mine")
    (tmp_path / "store/anna/back").symlink_to(tmp_path / "mine")
    assert [c.reason for c in make_corpus(options(tmp_path / "mine"), tmp_path / "o", ONE)] == ["outside"]
    clips = make_corpus(options(tmp_path / "mine", follow_links=True), tmp_path / "o", ONE)
    assert [(clip.ok, clip.actor) for clip in clips] == [(True, "anna")]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, max_size=5, unique=True
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_table_gives_back_what_was_written(tmp_path: Path, words: list[str]) -> None:
    clips = sorted((Clip(word, "folder", word, text=word, detail=word) for word in words), key=lambda c: c.clip_id)
    write_clips(tmp_path / "clips.csv", clips)
    assert read_clips(tmp_path / "clips.csv") == clips


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"source": "youtube", "path": "x"}, "source"),
        ({"source": "folder", "path": "x", "actors": ["a"]}, "labels.csv"),
        ({"source": "grid", "path": "x", "actor": "s1"}, "actor"),
        ({"embedded": {"actors": 1}}, "actors"),
        ({"embedded": {"fps": "30000/0"}}, "fps"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(values: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        CorpusOptions.model_validate(values)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mien.corpora.celebv_text import MAX_LINES, MAX_TEXT_BYTES, list_celebv_text, read_sentences, text_kind


def put(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def official(root: Path) -> Path:
    """Two videos as the corpus unpacks, with its own spelling of the folders."""
    put(root / "videos/celebvtext_6/-Abc_1.mp4", b"")
    put(root / "videos/celebvtext_7/Xyz_2.mp4", b"")
    put(root / "texts/action_dur/-Abc_1.txt", "She nods, then talks.\nA woman nods before she talks.\n")
    put(root / "texts/emotion/-Abc_1.txt", "She is happy.\n\n")
    put(root / "texts/face40_details_new/-Abc_1.txt", "She has brown hair.\n")
    put(root / "texts/light_colot_temp/-Abc_1.txt", "The light is warm.\n")
    put(root / "texts/light_dir/-Abc_1.txt", "The light comes from the left.\n")
    put(root / "texts/light_intensity/-Abc_1.txt", "The light is dim.\n")
    put(root / "texts/readme.txt", "no description\n")
    return root


def test_each_video_has_its_texts_by_kind(tmp_path: Path) -> None:
    videos, notes = list_celebv_text(official(tmp_path))
    by_id = {video.clip.clip_id: video for video in videos}
    assert len(by_id) == 2
    described = next(video for video in videos if video.texts)
    assert described.clip.path.endswith("videos/celebvtext_6/-Abc_1.mp4")
    assert dict(described.texts) == {
        "action": ("She nods, then talks.", "A woman nods before she talks."),
        "emotion": ("She is happy.",),
        "appearance": ("She has brown hair.",),
        "light_temperature": ("The light is warm.",),
        "light_direction": ("The light comes from the left.",),
        "light_intensity": ("The light is dim.",),
    }
    assert described.motion_texts == (
        "She nods, then talks. She is happy.",
        "A woman nods before she talks. She is happy.",
    )
    bare = by_id["Xyz_2"]
    assert bare.clip.ok
    assert bare.clip.detail == "no text file has its name"
    assert bare.motion_texts == ()
    assert notes == ["1 of 2 videos have no text"]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("action_dual", "action"),
        ("Emotion", "emotion"),
        ("face40_details", "appearance"),
        ("light_color_temp", "light_temperature"),
        ("light-direction", "light_direction"),
        ("video", None),
        ("texts", None),
    ],
)
def test_folders_are_known_by_how_their_names_begin(folder: str, kind: str | None) -> None:
    assert text_kind(folder) == kind


def test_the_plain_layout_and_nested_folders_work_too(tmp_path: Path) -> None:
    put(tmp_path / "video/one.mp4", b"")
    put(tmp_path / "emotion/part_1/one.txt", "He is sad.")
    put(tmp_path / "action/one.txt", "He shakes his head.")
    put(tmp_path / "action/lost.txt", "Nobody.")
    videos, notes = list_celebv_text(tmp_path)
    assert videos[0].motion_texts == ("He shakes his head. He is sad.",)
    assert notes == ["the texts of 1 videos are there, the videos are not"]


def test_hostile_names_and_contents_do_no_harm(tmp_path: Path) -> None:
    name = "-i; rm -rf $(x) 'ü\n"
    put(tmp_path / f"video/{name}.mp4", b"")
    put(tmp_path / f"action/{name}.txt", "\ufeffHe\x00 no\x1b[31mds.\n  He   nods.  \nHe   nods.\n".encode())
    put(tmp_path / "video/bytes.mp4", b"")
    put(tmp_path / "action/bytes.txt", b"\xff\xfe He \xe9 nods\n")
    videos, _ = list_celebv_text(tmp_path)
    by_name = {Path(video.clip.path).stem: video for video in videos}
    assert by_name[name].texts["action"] == ("He no [31mds.", "He nods.")
    assert set(by_name[name].clip.clip_id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert by_name["bytes"].texts["action"] == ("He nods",)


def test_links_out_of_the_corpus_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "secret.txt", "a secret")
    put(tmp_path / "other.mp4", b"")
    root = tmp_path / "corpus"
    put(root / "video/one.mp4", b"")
    (root / "video/two.mp4").symlink_to(tmp_path / "other.mp4")
    (root / "action").mkdir()
    (root / "action/one.txt").symlink_to(tmp_path / "secret.txt")
    videos, _ = list_celebv_text(root)
    assert [(video.clip.reason, dict(video.texts)) for video in videos] == [(None, {}), ("outside", {})]
    followed, _ = list_celebv_text(root, follow_links=True)
    assert followed[0].texts["action"] == ("a secret",)
    assert followed[1].clip.ok


def test_a_text_file_is_never_read_without_end(tmp_path: Path) -> None:
    put(tmp_path / "long.txt", "".join(f"line {number}\n" for number in range(MAX_TEXT_BYTES)))
    assert len(read_sentences(tmp_path / "long.txt")) == MAX_LINES
    os.mkfifo(tmp_path / "pipe.txt")
    assert read_sentences(tmp_path / "pipe.txt") == ()
    assert read_sentences(tmp_path / "missing.txt") == ()


def test_a_missing_folder_is_said() -> None:
    with pytest.raises(ValueError, match="there is no folder"):
        list_celebv_text(Path("/nowhere"))

"""The corpus of figures: whole, the same with any number of processes, and what is held out is held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.bodies.keypoints import INDEX, JOINTS
from mien.bodies.motions.catalogue import MOTIONS, motion
from mien.bodies.motions.picture import to_picture
from mien.bodies.scene import Light
from mien.errors import InputError
from mien.execution import Execution
from mien.follow.corpus.corpus import SHEET, bvh_files, make_figures_corpus
from mien.follow.corpus.filming import ClipNumber, film, resampled, varied_light
from mien.follow.corpus.framing import FRAMINGS, draw_view
from mien.follow.corpus.language.combinations import is_held_out
from mien.follow.corpus.options import FiguresCorpusOptions
from mien.follow.corpus.store import PARTS, FiguresCorpus, poses_of, write_figures
from mien.storage.clip_store import ClipStoreError

OPTIONS = FiguresCorpusOptions(train=8, val=2, held_out=4, judge_train=3, judge_val=1, size=48, frames=5, captions=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("figures") / "corpus"
    figures = make_figures_corpus(OPTIONS, out, Execution(workers=1))
    assert figures["clips"] == 18
    assert figures["frames"] == 90
    assert sum(figures["motions"].values()) == 18
    return out


@pytest.fixture(scope="module")
def corpus(folder: Path) -> FiguresCorpus:
    return FiguresCorpus(folder)


def test_the_parts_are_as_many_as_asked_for_and_hold_what_they_say(corpus: FiguresCorpus) -> None:
    assert Counter(corpus.index["part"]) == {"train": 8, "val": 2, "held_out": 4, "judge_train": 3, "judge_val": 1}
    assert set(corpus.index["part"]) == set(PARTS)
    for number in range(len(corpus)):
        clip = corpus[number]
        assert clip.frames.shape == (5, 48, 48, 3)
        assert clip.frames.dtype == clip.masks.dtype == np.uint8
        assert clip.joints.shape == (5, len(JOINTS), 3)
        assert clip.take.action in MOTIONS
        assert clip.take.framing in FRAMINGS
        if not clip.part.startswith("judge"):
            assert is_held_out(clip.scene) == (clip.part == "held_out")


def test_no_two_clips_are_alike(corpus: FiguresCorpus) -> None:
    assert len({corpus.frames(number).tobytes() for number in range(len(corpus))}) == len(corpus)
    assert len({str(scene.to_json()) for scene in corpus.scenes}) == len(corpus)


def test_every_clip_has_texts_in_both_languages_and_evaluations_held_out_wordings(corpus: FiguresCorpus) -> None:
    for number in range(len(corpus)):
        captions = corpus.captions[number]
        assert Counter(one.language for one in captions) == {"vi": 2, "en": 2}
        assert all(one.text for one in captions)
        held = [one for one in captions if one.wording == "held_out"]
        assert len(held) == (2 if corpus.index["part"][number] in ("val", "held_out") else 0)


def test_the_figure_stands_where_its_joints_are(corpus: FiguresCorpus) -> None:
    for number in range(len(corpus)):
        clip = corpus[number]
        hips = clip.joints[:, [INDEX["left_hip"], INDEX["right_hip"]], :2].mean(1)
        for mask, (x, y) in zip(clip.masks, hips, strict=True):
            if 2 < x < 46 and 2 < y < 46:
                assert mask[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].max() > 200
        assert (clip.masks > 128).any()
        assert (clip.masks < 128).any()


def test_outside_the_figure_a_place_hardly_changes(corpus: FiguresCorpus) -> None:
    for number in range(len(corpus)):
        frames, masks = corpus.frames(number).astype(int), corpus.masks(number)
        outside = masks.max(0) == 0
        assert np.abs(np.diff(frames, axis=0))[:, outside].mean() < 6


def test_a_clip_does_not_depend_on_how_many_there_are(corpus: FiguresCorpus) -> None:
    fewer = OPTIONS.model_copy(update={"train": 3, "judge_train": 1})
    again = film(fewer, (), ClipNumber("train", 2))
    stored = corpus[int(corpus.numbers("train")[2])]
    assert again.scene == stored.scene
    assert again.captions == stored.captions
    assert np.array_equal(again.frames, stored.frames)
    assert np.array_equal(again.joints, stored.joints)


def test_the_bytes_are_the_same_with_any_number_of_processes(folder: Path, tmp_path: Path) -> None:
    make_figures_corpus(OPTIONS, tmp_path / "again", Execution(workers=2))
    for name in ("index.parquet", SHEET):
        digests = [hashlib.sha256((one / name).read_bytes()).hexdigest() for one in (folder, tmp_path / "again")]
        assert digests[0] == digests[1]
    assert FiguresCorpus(folder).digest == FiguresCorpus(tmp_path / "again").digest


def test_the_contact_sheet_has_a_row_for_each_part(folder: Path) -> None:
    with Image.open(folder / SHEET) as sheet:
        assert sheet.width > 8 * 144
        assert sheet.height > 6 * 144


def test_poses_outside_the_picture_are_unknown(corpus: FiguresCorpus) -> None:
    joints = corpus.joints(0).copy()
    joints[0, 0, 0], joints[1, 5, 1] = -0.1, 48.2
    poses = poses_of(joints, 48, 48, hands=False)
    assert poses.confidence[0, 0] == poses.confidence[1, 5] == 0
    assert not poses.confidence[:, 23:].any()
    inside = (joints[..., :2] > 0).all(-1) & (joints[..., :2] < 48).all(-1)
    assert (poses.confidence[:, :23][inside[:, :23]] == 1).all()
    assert np.array_equal(corpus.poses(0).points, corpus.joints(0)[..., :2])


def test_what_is_in_memory_is_what_is_on_disk(folder: Path) -> None:
    loaded, read = FiguresCorpus(folder), FiguresCorpus(folder)
    loaded.load()
    for number in (0, len(read) - 1):
        assert np.array_equal(loaded.frames(number), read.frames(number))
        assert np.array_equal(loaded.masks(number), read.masks(number))
        assert np.array_equal(loaded.joints(number), read.joints(number))


def _copy(folder: Path, to: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            target = to / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return to


def test_a_damaged_or_missing_corpus_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipStoreError, match="run the figures_corpus stage"):
        FiguresCorpus(tmp_path / "nothing")
    copy = _copy(folder, tmp_path / "copy")
    (copy / "masks" / "masks.h5").unlink()
    with pytest.raises(ClipStoreError, match="masks of figures"):
        FiguresCorpus(copy)


def test_clips_whose_parts_do_not_fit_are_refused(corpus: FiguresCorpus, tmp_path: Path) -> None:
    clip = corpus[0]
    for wrong in (replace(clip, masks=clip.masks[:-1]), replace(clip, joints=clip.joints[:, :-1])):
        with pytest.raises(ValueError, match="train-00000 has frames"):
            write_figures(tmp_path, [wrong])


def test_a_failed_corpus_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "moves").mkdir()
    (tmp_path / "moves" / "broken.bvh").write_text("no motion")
    options = OPTIONS.model_copy(update={"bvh": str(tmp_path / "moves"), "bvh_share": 1.0})
    with pytest.raises(RuntimeError, match=r"broken.bvh is not a BVH file"):
        make_figures_corpus(options, tmp_path / "out", Execution(workers=1, retries=0))
    assert not (tmp_path / "out").exists()


def test_a_folder_without_motions_is_named_and_their_order_is_that_of_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no BVH files in"):
        bvh_files(str(tmp_path))
    for name in ("b.BVH", "a.bvh", "c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in bvh_files(str(tmp_path))] == ["a.bvh", "b.BVH"]
    assert bvh_files("") == ()


def test_motions_are_resampled_in_time() -> None:
    joints = np.arange(10, dtype=np.float32)[:, None, None] * np.ones((1, len(JOINTS), 3), np.float32)
    found = resampled(joints, 10, 0.25, 4, 5)
    assert np.allclose(found[:, 0, 0], [2.5, 4.5, 6.5, 8.5])
    assert np.allclose(resampled(joints, 10, 0.8, 3, 5)[:, 0, 0], [8, 9, 9]), "it stands still at the end"


@pytest.mark.parametrize("wild", [False, True])
def test_views_show_what_their_framing_says(wild: bool) -> None:
    rng = np.random.default_rng(5)
    seen: dict[str, list[np.ndarray]] = {}
    for number in range(120):
        joints = motion("idle", 1.0, 12.5, number)
        view = draw_view(rng, joints, 96, wild)
        seen.setdefault(view.framing, []).append(to_picture(joints, view.camera)[..., :2])
    assert set(seen) == set(FRAMINGS)
    nose, heel = INDEX["nose"], INDEX["left_heel"]
    for points in seen["whole"] + seen["far"]:
        assert (points[:, nose, 1] > 0).all()
        assert ((points[:, heel, 1] > 0.55 * 96) & (points[:, heel, 1] < 0.98 * 96)).all()
        assert ((points[:, nose, 0] > 0) & (points[:, nose, 0] < 96)).all()
    for points in seen["upper"] + seen["portrait"]:
        assert (points[:, heel, 1] > 96).all(), "feet are not seen"
        assert ((points[:, nose, 1] > 0) & (points[:, nose, 1] < 0.5 * 96)).all()


def test_a_walker_stays_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    for number in range(30):
        joints = motion("run", 1.28, 12.5, number)
        points = to_picture(joints, draw_view(rng, joints, 96).camera)
        hips = points[:, [INDEX["left_hip"], INDEX["right_hip"]], 0].mean(1)
        assert ((hips > -5) & (hips < 101)).mean() > 0.9


def test_light_for_judges_comes_from_elsewhere_but_never_from_behind() -> None:
    rng = np.random.default_rng(0)
    found = [varied_light(rng, Light()) for _ in range(50)]
    assert len({light.direction for light in found}) == 50
    for light in found:
        assert np.linalg.norm(light.direction) == pytest.approx(1)
        assert light.direction[2] < -0.1
        assert all(0 <= value <= 1 for value in (*light.sun, *light.ambient))
    suns = np.array([light.sun for light in found])
    assert suns.std(0).min() > 0.02

"""The corpus of figures: whole, the same with any number of processes, and what is held out is held out."""

from __future__ import annotations

import hashlib
import subprocess
import sys
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
from mien.follow.corpus.filming import ClipNumber, film, frame_numbers, resampled, varied_light
from mien.follow.corpus.framing import FRAMINGS, draw_view
from mien.follow.corpus.language.combinations import is_held_out
from mien.follow.corpus.options import FiguresCorpusOptions
from mien.follow.corpus.store import PARTS, FiguresCorpus, poses_of, write_figures
from mien.follow.diffusion.clips import read_clips
from mien.follow.diffusion.data import WindowData
from mien.follow.diffusion.options import DiffusionOptions
from mien.follow.evaluate.choose import asked_clip
from mien.follow.judge.train import judge_frames
from mien.follow.look.data import LookData
from mien.follow.look.options import LookOptions
from mien.follow.pose_examples import pose_examples
from mien.storage.clip_store import ClipStoreError

OPTIONS = FiguresCorpusOptions(
    train=4,
    val=1,
    held_out=2,
    judge_train=2,
    judge_val=1,
    size=48,
    frames=4,
    train_frames=3,
    judge_frames=2,
    captions=2,
)
LENGTHS = {"train": 3, "val": 4, "held_out": 4, "judge_train": 2, "judge_val": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("figures") / "corpus"
    figures = make_figures_corpus(OPTIONS, out, Execution(workers=1))
    assert figures["clips"] == 10
    assert figures["frames"] == 4 * 3 + 3 * 4 + 3 * 2
    assert sum(figures["motions"].values()) == 10
    return out


@pytest.fixture(scope="module")
def corpus(folder: Path) -> FiguresCorpus:
    return FiguresCorpus(folder)


def test_the_parts_are_as_many_as_asked_for_and_hold_what_they_say(corpus: FiguresCorpus) -> None:
    assert Counter(corpus.index["part"]) == {"train": 4, "val": 1, "held_out": 2, "judge_train": 2, "judge_val": 1}
    assert set(corpus.index["part"]) == set(PARTS)
    for number in range(len(corpus)):
        clip = corpus[number]
        frames = LENGTHS[clip.part]
        assert clip.frames.shape == (frames, 48, 48, 3)
        assert clip.masks.shape == (frames, 48, 48)
        assert clip.frames.dtype == clip.masks.dtype == np.uint8
        assert clip.joints.shape == (frames, len(JOINTS), 3)
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
        assert np.abs(np.diff(frames, axis=0))[:, outside].mean() < (16 if len(frames) == 2 else 6)


def test_a_clip_does_not_depend_on_how_many_there_are(corpus: FiguresCorpus) -> None:
    fewer = OPTIONS.model_copy(update={"train": 3, "judge_train": 1})
    again = film(fewer, (), ClipNumber("train", 2))
    stored = corpus[int(corpus.numbers("train")[2])]
    assert again.scene == stored.scene
    assert again.captions == stored.captions
    assert np.array_equal(again.frames, stored.frames)
    assert np.array_equal(again.joints, stored.joints)


def test_frames_for_judges_are_far_apart_and_others_follow_each_other() -> None:
    for number in range(40):
        for part in PARTS:
            clip = ClipNumber(part, number)
            numbers = frame_numbers(clip.generator(3), OPTIONS, clip)
            assert len(numbers) == LENGTHS[part]
            assert numbers[0] == 0
            step = set(np.diff(numbers) / OPTIONS.fps)
            assert len(step) == 1
            assert 0.45 < step.pop() < 1.55 if clip.for_judge else step == {1 / OPTIONS.fps}
    assert 1 / 1.55 < film(OPTIONS, (), ClipNumber("judge_train", 0)).take.fps < 1 / 0.45
    assert film(OPTIONS, (), ClipNumber("train", 0)).take.fps == OPTIONS.fps


def test_clips_of_other_lengths_are_read_by_all_who_learn_from_them(folder: Path, corpus: FiguresCorpus) -> None:
    for part, frames in LENGTHS.items():
        clips = read_clips(corpus, (part,), 32)
        assert clips is not None
        assert clips.frames.shape[:2] == (len(corpus.numbers(part)), frames)
    train = read_clips(corpus, ("train",), 32)
    assert train is not None
    assert WindowData(train, DiffusionOptions(window=3)).batch("train", 0).frames.shape[-3:] == (3, 32, 32)
    assert len(LookData(train, LookOptions()).batch("train", 0).targets) == LookOptions().training.batch
    learned, checked, _ = pose_examples(folder, ["judge_train"])
    assert (len(learned), len(checked)) == (2 * 2, 1 * 2)
    both = [corpus[int(number)] for part in ("train", "judge_train") for number in corpus.numbers(part)]
    assert len(judge_frames(both, 8, corpus.size)) == 4 * 3 + 2 * 2
    asked = [asked_clip(corpus, int(number), 16) for number in corpus.numbers_of(["val", "held_out"])]
    assert {len(clip.frames) for clip in asked} == {4}


def test_the_bytes_are_the_same_with_any_number_of_processes(folder: Path, tmp_path: Path) -> None:
    make_figures_corpus(OPTIONS, tmp_path / "again", Execution(workers=2))
    for name in ("index.parquet", SHEET):
        digests = [hashlib.sha256((one / name).read_bytes()).hexdigest() for one in (folder, tmp_path / "again")]
        assert digests[0] == digests[1]
    assert FiguresCorpus(folder).digest == FiguresCorpus(tmp_path / "again").digest


_COMPILED = """
import gc, sys
from numba.core.dispatcher import Dispatcher
from mien.follow.corpus.filming import ClipNumber, compile_kernels, film
from mien.follow.corpus.options import FiguresCorpusOptions

def compiled():
    found = [one for one in gc.get_objects() if isinstance(one, Dispatcher)]
    own = [one for one in found if one.py_func.__module__.startswith("mien")]
    return {(one.py_func.__module__, one.__name__, str(kind)) for one in own for kind in one.signatures}

compile_kernels()
before = compiled()
for number in range(24):
    film(FiguresCorpusOptions(size=48, judge_frames=1), (), ClipNumber("judge_train", number))
assert len(before) > 10, before
assert compiled() == before, compiled() - before
"""


def test_all_that_clips_need_is_compiled_before_the_processes_start() -> None:
    subprocess.run([sys.executable, "-c", _COMPILED], check=True)


def test_the_contact_sheet_has_a_row_for_each_part(folder: Path) -> None:
    with Image.open(folder / SHEET) as sheet:
        assert sheet.width > 8 * 160
        assert sheet.height > 6 * 160


def test_poses_outside_the_picture_are_unknown(corpus: FiguresCorpus) -> None:
    joints = corpus.joints(0).copy()
    joints[0, 0, 0], joints[1, 5, 1] = -0.1, 48.2
    poses = poses_of(joints, 48, 48, hands=False)
    assert poses.confidence[0, 0] == poses.confidence[1, 5] == 0
    assert not poses.confidence[:, 23:].any()
    inside = np.all((joints[:, :23, :2] > 0) & (joints[:, :23, :2] < 48), axis=-1)
    assert np.array_equal(poses.confidence[:, :23] == 1, inside)
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


def test_a_failed_corpus_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no ink")

    monkeypatch.setattr("mien.follow.corpus.corpus.contact_sheet", fail)
    tiny = OPTIONS.model_copy(update={"train": 1, "val": 0, "held_out": 0, "judge_train": 0, "judge_val": 0})
    with pytest.raises(ValueError, match="no ink"):
        make_figures_corpus(tiny, tmp_path / "out", Execution(workers=1, retries=0))
    assert list(tmp_path.iterdir()) == []


def _joint(name: str, offset: str, inside: str) -> str:
    return f"JOINT {name}\n{{ OFFSET {offset} CHANNELS 3 Zrotation Xrotation Yrotation\n{inside} }}\n"


def write_bvh(path: Path, frames: int) -> Path:
    """A figure that stands with raised arms and travels sideways, 25 frames a second."""
    body = _joint("Head", "0 60 0", "End Site { OFFSET 0 18 0 }")
    for side, sign in (("Left", 1), ("Right", -1)):
        foot = _joint(f"{side}Foot", "0 -40 0", "End Site { OFFSET 0 -6 12 }")
        body += _joint(f"{side}UpLeg", f"{9 * sign} 0 0", _joint(f"{side}Leg", "0 -42 0", foot))
        hand = _joint(f"{side}Hand", f"0 26 {sign}", "End Site { OFFSET 0 8 0 }")
        body += _joint(f"{side}Arm", f"{18 * sign} 48 0", _joint(f"{side}ForeArm", "0 28 0", hand))
    joints = 1 + body.count("JOINT")
    rows = "\n".join(" ".join([f"{row} 90 0", *["0"] * 3 * joints]) for row in range(frames))
    channels = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    head = f"HIERARCHY\nROOT Hips\n{{ OFFSET 0 0 0 {channels}\n"
    path.write_text(f"{head}{body} }}\nMOTION\nFrames: {frames}\nFrame Time: 0.04\n{rows}\n")
    return path


def test_motions_of_the_users_own_are_used(tmp_path: Path) -> None:
    files = bvh_files(str(write_bvh(tmp_path / "b.BVH", 30).parent))
    options = OPTIONS.model_copy(update={"bvh": str(tmp_path), "bvh_share": 1.0})
    clips = [film(options, files, ClipNumber("train", number)) for number in range(3)]
    for clip in clips:
        assert clip.take.action == ""
        wrists = clip.joints[:, [INDEX["left_wrist"], INDEX["right_wrist"]], 1]
        assert (wrists < clip.joints[:, [INDEX["nose"]], 1] + 2).all(), "the arms are raised as in the file"
    assert film(OPTIONS, (), ClipNumber("train", 0)).take.action in MOTIONS


def test_folders_without_usable_motions_are_named_and_the_order_is_that_of_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no BVH files in"):
        bvh_files(str(tmp_path))
    for name in ("b.BVH", "a.bvh"):
        write_bvh(tmp_path / name, 4)
    (tmp_path / "c.txt").touch()
    assert [path.name for path in bvh_files(str(tmp_path))] == ["a.bvh", "b.BVH"]
    assert bvh_files("") == ()
    (tmp_path / "broken.bvh").write_text("no motion")
    with pytest.raises(InputError, match=r"figures_corpus.bvh: .*broken.bvh is not a BVH file"):
        bvh_files(str(tmp_path))


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


@pytest.mark.parametrize("name", ["jump", "dance", "squat", "sit", "kick"])
def test_heads_stay_in_the_picture_of_whole_figures(name: str) -> None:
    rng = np.random.default_rng(2)
    for number in range(25):
        joints = motion(name, 1.28, 12.5, number)
        view = draw_view(rng, joints, 96)
        if view.framing in ("whole", "far"):
            nose = to_picture(joints, view.camera)[:, INDEX["nose"], 1]
            assert (nose > 0.04 * 96).all()


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

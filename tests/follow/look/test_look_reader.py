"""Picture → scene: patches along limbs, colours at key points, training, pictures of any size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from drawn_figures import drawn, drawn_corpus, plain_scene, standing
from tiny import a_run, assert_resumes

from mien.bodies.keypoints import INDEX, JOINTS, PoseError, PoseTrack
from mien.bodies.scene import COLOURS, LABELS, Scene
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.diffusion.clips import read_clips
from mien.follow.look.colours import SPOTS, lab, measured_colours, nearest_name, robust_colour, spot_of
from mien.follow.look.data import UNSEEN, LookData, exchanged, mirrored, other_background, scene_targets
from mien.follow.look.inputs import LookInputs, look_inputs
from mien.follow.look.options import LookOptions
from mien.follow.look.patches import PATCHES, body_patches, body_unit, sample_patches
from mien.follow.look.reader import LookReader, sensible
from mien.follow.look.train import train_look
from mien.training.model_folder import save_models
from mien.training.options import TrainingOptions
from mien.training.run import Run

TINY = LookOptions(
    training=TrainingOptions(samples=48, batch=8, lr=3e-3, ema_decay=0.9, precision="float32"), width=8, frames=3,
)  # fmt: skip


def write(corpus: Path, options: LookOptions, out: Path, run: Run) -> dict[str, float]:
    model = train_look(corpus, options, run)
    save_models(out, {"": model})
    return dict(model.figures)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_corpus(tmp_path_factory.mktemp("drawn") / "corpus", 12, 4, 2)


def pose(joints: np.ndarray, confidence: float = 1.0) -> PoseTrack:
    return PoseTrack(joints[None, :, :2].astype(np.float32), np.full((1, len(JOINTS)), confidence, np.float32))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> LookReader:
    """After a short training."""
    folder = tmp_path_factory.mktemp("look")
    options = TINY.model_copy(update={
        "training": TINY.training.model_copy(update={"samples": 6000, "batch": 32, "ema_decay": 0.95}), "width": 16,
    })  # fmt: skip
    corpus = drawn_corpus(folder / "corpus", 400, 40, 2)
    write(corpus, options, folder / "model", a_run(folder / "resume"))
    return LookReader.load(folder / "model")


def test_a_limbs_patch_shows_the_limb_whatever_its_direction() -> None:
    known = np.ones((1, len(JOINTS)), bool)
    for swing in (-0.4, 0.6, 1.2):
        joints = standing(swing)
        picture = np.zeros((96, 96), np.float32)
        ends = [joints[INDEX[f"left_{name}"], :2].round().astype(int).tolist() for name in ("shoulder", "elbow")]
        cv2.line(picture, *ends, 1.0, 3)
        patches = sample_patches(torch.from_numpy(picture)[None, None], body_patches(joints[None, :, :2], known), 16)
        arm = patches[0, PATCHES.index("left_shoulder_elbow"), 0]
        assert arm[2:-2, 7:9].mean() > 0.9
        assert arm[:, [0, -1]].mean() < 0.1


def test_an_unknown_limb_has_an_empty_patch() -> None:
    known = np.ones((1, len(JOINTS)), bool)
    known[0, INDEX["left_ankle"]] = False
    patches = sample_patches(torch.ones(1, 1, 96, 96), body_patches(standing(0.3)[None, :, :2], known), 16)
    assert patches[0, PATCHES.index("left_knee_ankle")].max() == 0
    assert patches[0, PATCHES.index("right_knee_ankle")].mean() > 0.9


def test_the_unit_is_told_by_shoulders_where_hips_are_missing() -> None:
    known = np.ones((1, len(JOINTS)), bool)
    points = standing(0.3)[None, :, :2]
    whole = body_unit(points, known)[0]
    known[0, [INDEX["left_hip"], INDEX["right_hip"]]] = False
    assert body_unit(points, known)[0] == pytest.approx(whole, rel=0.3)
    assert body_unit(points, np.zeros_like(known))[0] == 0


def inputs_of(picture: np.ndarray, joints: np.ndarray, mask: np.ndarray | None = None) -> LookInputs:
    values = torch.from_numpy(picture).movedim(-1, 0)[None].float() / 255
    masks = torch.ones_like(values[:, :1]) if mask is None else torch.from_numpy(mask)[None, None]
    return look_inputs(values, masks, joints[None, :, :2], np.ones((1, len(JOINTS)), bool))


def test_colours_are_measured_where_they_are() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        scene, joints = plain_scene(rng), standing(0.6)
        inputs = inputs_of(drawn(scene, joints), joints)
        colours, seen = measured_colours(inputs)
        assert inputs.front.tolist() == [1.0]
        for name in ("top_colour", "bottom_colour", "skin"):
            spot = spot_of(name, scene, front=True)
            assert spot is not None
            assert seen[0, SPOTS.index(spot)]
            error = np.abs(colours[0, SPOTS.index(spot)].numpy() - scene.shade(name)).max()
            assert error < 0.06, (name, scene)


def test_nothing_is_measured_outside_the_picture_or_the_cut_out() -> None:
    scene, joints = Scene(), standing(0.6)
    lower = joints + np.array([0, 60, 0], np.float32)  # the legs are below the picture
    _, seen = measured_colours(inputs_of(drawn(scene, lower), lower))
    assert not seen[0, SPOTS.index("shin")]
    assert seen[0, SPOTS.index("face")]
    _, seen = measured_colours(inputs_of(drawn(scene, joints), joints, np.zeros((96, 96), np.float32)))
    assert not seen.any()


def test_a_robust_colour_ignores_a_third_of_other_pixels() -> None:
    pixels = torch.cat([torch.full((1, 60, 4), 0.2), torch.full((1, 40, 4), 0.9)], dim=1)
    pixels[..., 3] = 1
    colour, seen = robust_colour(pixels)
    assert colour[0].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert seen.all()


def test_skin_is_looked_for_where_it_shows() -> None:
    assert spot_of("skin", Scene(), front=True) == "face"
    assert spot_of("skin", Scene(top="t_shirt"), front=False) == "forearm"
    assert spot_of("skin", Scene(top="coat"), front=False) is None
    assert spot_of("hair_colour", Scene(hat="cap"), front=True) is None
    assert spot_of("bottom_colour", Scene(top="dress", bottom="none"), front=True) is None
    assert spot_of("top_colour", Scene(kind="panda", top="none"), front=True) is None


def test_names_of_colours_are_those_of_the_palette() -> None:
    for name, rgb in COLOURS.items():
        assert nearest_name(rgb, COLOURS) == name
    assert lab(np.array([[1.0, 1.0, 1.0]]))[0] == pytest.approx((100, 0, 0), abs=0.01)
    assert lab(np.array([[1.0, 0.0, 0.0]]))[0] == pytest.approx((53.24, 80.09, 67.2), abs=0.05)


def test_targets_leave_out_what_cannot_be_seen() -> None:
    targets = scene_targets((Scene(hair_style="bald"), Scene(kind="panda", top="none")))
    names = list(LABELS)
    assert targets[0, names.index("hair_colour")] == UNSEEN
    assert targets[0, names.index("skin")] != UNSEEN
    assert targets[1, names.index("top_colour")] == UNSEEN
    assert targets[1, names.index("kind")] == LABELS["kind"].index("panda")


def look_data(corpus: Path, **changes: float) -> LookData:
    clips = read_clips(FiguresCorpus(corpus), ("train",), 96)
    assert clips is not None
    return LookData(clips, TINY.model_copy(update=changes))


def test_batches_are_functions_of_the_step_and_cut_outs_have_no_place(corpus: Path) -> None:
    data = look_data(corpus, cut_outs=1.0)
    first, again, other = data.batch("a", 0), data.batch("a", 0), data.batch("a", 1)
    assert torch.equal(first.inputs.body, again.inputs.body)
    assert not torch.equal(first.inputs.whole, other.inputs.whole)
    place = list(LABELS).index("place")
    assert (first.targets[:, place] == UNSEEN).all()
    assert (data.plain(0).targets[:, place] != UNSEEN).all()


def test_a_mirrored_person_has_the_other_side_where_it_is_shown() -> None:
    scene, joints = Scene(), standing(0.6, shift=10)
    picture = torch.from_numpy(drawn(scene, joints)).movedim(-1, 0)[None].float() / 255
    points, known = joints[None, :, :2], np.ones((1, len(JOINTS)), bool)
    known[0, INDEX["left_wrist"]] = False
    flipped, _, moved, seen = mirrored(picture, picture[:, :1], points, known, np.array([True]))
    assert torch.equal(flipped, picture.flip(-1))
    assert moved[0, INDEX["right_wrist"], 0] == pytest.approx(96 - points[0, INDEX["left_wrist"], 0])
    assert not seen[0, INDEX["right_wrist"]]
    assert seen[0, INDEX["left_wrist"]]
    same = mirrored(picture, picture[:, :1], points, known, np.array([False]))
    assert np.array_equal(same[2], points)


def test_backgrounds_change_and_people_do_not() -> None:
    rng = np.random.default_rng(0)
    pictures, person = torch.rand(30, 3, 16, 16), torch.zeros(30, 1, 16, 16)
    person[:, :, 4:12, 4:12] = 1
    other = other_background(pictures, person, rng)
    assert torch.allclose(other[:, :, 4:12, 4:12], pictures[:, :, 4:12, 4:12])
    changed = (other != pictures).flatten(1).any(dim=1).float().mean()
    assert 0.1 < changed < 0.6


def test_recoloured_pictures_teach_no_colours_and_heads_bring_their_own_hair(corpus: Path) -> None:
    plain = look_data(corpus).plain(0)
    chosen = np.arange(12) < 8
    batch = exchanged(plain, chosen, np.random.default_rng(1))
    names = list(LABELS)
    for name in ("top_colour", "place", "skin"):
        assert (batch.targets[:8, names.index(name)] == UNSEEN).all()
    assert torch.equal(batch.targets[8:], plain.targets[8:])
    assert torch.equal(batch.inputs.body, plain.inputs.body)
    assert torch.equal(batch.targets[:, names.index("top")], plain.targets[:, names.index("top")])
    for row in range(12):
        matches = [other for other in range(12) if torch.equal(batch.inputs.head[row], plain.inputs.head[other])]
        hair = names.index("hair_style")
        assert batch.targets[row, hair] in [plain.targets[other, hair] for other in matches]
    assert batch.shades[:8].isnan().all()
    assert batch.inputs.whole[:8].abs().max() == 0


@pytest.mark.slow
def test_it_reads_new_pictures_of_any_size(reader: LookReader) -> None:
    rng = np.random.default_rng(17)
    right = {"top_colour": 0, "bottom_colour": 0, "place": 0, "bottom": 0}
    for number in range(24):
        scene, (width, height) = plain_scene(rng), ((96, 96), (300, 300), (700, 700))[number % 3]
        joints = standing(0.5, width, height)
        read = reader.read(drawn(scene, joints, width, height), pose(joints))
        for name in right:
            right[name] += getattr(read, name) == getattr(scene, name)
        assert np.abs(np.array(read.shade("top_colour")) - scene.shade("top_colour")).max() < 0.25
    assert min(right.values()) >= 16, right  # chance is at most 8


@pytest.mark.slow
def test_a_cut_out_person_is_read_without_its_background(reader: LookReader) -> None:
    scene, joints = Scene(top_colour="green", bottom_colour="purple", hair_style="short"), standing(0.5, 200, 200)
    painted = drawn(scene, joints, 200, 200)
    alpha = np.where((painted != painted[0, 0]).any(axis=2), 255, 0).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, painted.shape, dtype=np.uint8)
    cut = np.dstack([np.where(alpha[..., None] > 0, painted, noise), alpha])
    read = reader.read(cut, pose(joints))
    assert (read.top_colour, read.bottom_colour) == ("green", "purple")
    assert (read.place, read.time) == (Scene().place, Scene().time)
    assert read == reader.read(np.dstack([painted, alpha]), pose(joints))


@pytest.mark.slow
def test_without_a_person_it_says_so(reader: LookReader) -> None:
    with pytest.raises(PoseError, match="no person is found in the picture of the look"):
        reader.read(np.zeros((50, 50, 3), np.uint8), pose(standing(0), confidence=0.0))


def test_an_interrupted_training_ends_in_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    assert_resumes(lambda out, run: write(corpus, TINY, out, run), tmp_path, after=3)


def test_a_scene_has_no_contradictions() -> None:
    plain = Scene().labels()
    assert sensible({**plain, "top": "dress", "bottom": "skirt"})["bottom"] == "none"
    assert sensible({**plain, "top": "ao_dai", "bottom": "shorts"})["bottom"] == "trousers"
    assert sensible({**plain, "top": "shirt", "bottom": "none"})["bottom"] == "trousers"
    assert sensible({**plain, "kind": "panda", "top": "none", "bottom": "none"})["bottom"] == "none"

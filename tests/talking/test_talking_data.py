"""Batches: a function of (seed, step), balanced, and changed alike in pictures and landmarks."""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from talking_corpus import SIZE, drawn_clip, drawn_face, drawn_landmarks

from mien.clips import EMOTIONS
from mien.faces.measures import face_pose
from mien.faces.shards import ShardClip, write_shards
from mien.talking.data.augmentation import NO_AUGMENTATION, augment_pictures
from mien.talking.data.batches import (
    BLINK_THRESHOLD,
    LIDS,
    BatchPlan,
    TalkingData,
    frame_numbers,
    make_batch,
)
from mien.talking.networks.encoders import SPEECH_CONTEXT
from mien.talking.options import Augmentation
from mien.training.randomness import numpy_generator

PLAIN = BatchPlan(0, "test", clips=6, frames=3)


@pytest.fixture(scope="module")
def data(faces: Path, split: Path) -> TalkingData:
    return TalkingData(faces, split, "train")


def test_parts_hold_their_own_clips(faces: Path, split: Path, data: TalkingData) -> None:
    held_out = TalkingData(faces, split, "val")
    assert len(data) == 18
    assert len(held_out) == 6
    assert {held_out.features[clip_id].actor for clip_id in held_out.clip_ids} == {"1004"}
    assert not set(data.clip_ids) & set(held_out.clip_ids)


def test_a_part_without_clips_is_refused(faces: Path, split: Path) -> None:
    with pytest.raises(ValueError, match=r"no clip of .* is in the part 'test'"):
        TalkingData(faces, split, "test")
    assert len(TalkingData(faces, split, "test", required=False)) == 0


def test_a_batch_is_a_function_of_seed_and_step(faces: Path, split: Path, data: TalkingData) -> None:
    plan = BatchPlan(3, "test", 4, 2, spacing=2, augmentation=Augmentation(), emotion_dropout=0.3)
    fresh = TalkingData(faces, split, "train", cache_megabytes=0)  # reads single frames instead of whole clips
    make_batch(fresh, plan, 4)
    first, second, other = make_batch(data, plan, 5), make_batch(fresh, plan, 5), make_batch(data, plan, 6)
    for field in fields(first):
        one, same = getattr(first, field.name), getattr(second, field.name)
        assert torch.equal(torch.nan_to_num(one), torch.nan_to_num(same)), field.name
    assert not torch.equal(first.video, other.video)


def test_shapes_and_ranges(data: TalkingData) -> None:
    batch = make_batch(data, PLAIN, 0)
    assert batch.video.shape == (6, 3, 3, SIZE, SIZE)
    assert batch.reference.shape == (6, 3, SIZE, SIZE)
    assert batch.log_mels.shape == (6, 3, 40, SPEECH_CONTEXT)
    assert batch.pose.shape == (6, 3, 9)
    assert batch.video.min() >= -1
    assert batch.video.max() <= 1


def test_every_emotion_comes_equally_often(data: TalkingData) -> None:
    counts = Counter(int(emotion) for step in range(10) for emotion in make_batch(data, PLAIN, step).emotion)
    assert counts == dict.fromkeys(range(len(EMOTIONS)), 10)


def test_labels_are_withheld_as_often_as_asked(data: TalkingData) -> None:
    plan = BatchPlan(0, "test", 6, 1, emotion_dropout=0.25, intensity_dropout=0.5)
    batches = [make_batch(data, plan, step) for step in range(60)]
    withheld = torch.cat([batch.emotion for batch in batches]) < 0
    assert float(withheld.float().mean()) == pytest.approx(0.25, abs=0.07)
    unknown = torch.isnan(torch.cat([batch.intensity for batch in batches]))
    assert float(unknown.float().mean()) == pytest.approx(0.5 + 0.5 / 6, abs=0.07)  # neutral clips have none anyway


def test_spaced_frames_are_in_order_and_apart(data: TalkingData) -> None:
    batch = make_batch(data, BatchPlan(0, "test", 6, 4, spacing=3), 0)
    clip = data.features[
        next(clip_id for clip_id in data.clip_ids if data.features[clip_id].emotion == int(batch.emotion[0]))
    ]
    assert clip.frames == 20
    for b in range(6):
        found = [
            (clip_id, n)
            for clip_id in data.clip_ids
            for n in range(17)
            if np.array_equal(data.features[clip_id].pose[n : n + 10 : 3].astype(np.float32), batch.pose[b].numpy())
        ]
        assert len(found) == 1


def test_neutral_references_are_neutral_clips_of_the_same_actor(data: TalkingData) -> None:
    random = np.random.default_rng(0)
    for clip_id in data.clip_ids:
        chosen, _ = data.sample_reference(random, clip_id, (0, 1, 0))
        assert data.features[chosen].emotion == EMOTIONS.index("NEU")
        assert data.features[chosen].actor == data.features[clip_id].actor
        assert data.sample_reference(random, clip_id, (1, 0, 0))[0] == clip_id


def test_clips_without_labels_and_actors_can_be_trained_on(tmp_path: Path) -> None:
    clip = drawn_clip("plain", 0, "HAP", 1)
    (tmp_path / "faces").mkdir()
    write_shards(tmp_path / "faces", [ShardClip(**{**clip.__dict__, "labels": {}})])
    with (tmp_path / "split.csv").open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["clip_id", "actor", "part"], ["plain", "plain", "train"]])
    batch = make_batch(TalkingData(tmp_path / "faces", tmp_path / "split.csv", "train"), PLAIN, 0)
    assert batch.emotion.tolist() == [-1] * 6
    assert all(math.isnan(one) for one in batch.intensity.tolist())


def test_pictures_and_landmarks_are_changed_alike() -> None:
    landmarks = drawn_landmarks(0.7, size=96)
    picture = drawn_face(landmarks, np.array([200.0, 170, 150]), size=96)
    pictures = [[picture] * 2] * 8
    options = NO_AUGMENTATION.model_copy(update={"flip": 0.5, "rotation": 20, "zoom": 0.1, "shift": 0.08})
    points = torch.from_numpy(landmarks)[None, None].expand(8, 1, -1, -1)
    changed, moved, flipped = augment_pictures(pictures, points, options, numpy_generator(0, "test"))
    assert torch.equal(changed[:, 0], changed[:, 1])
    assert 0 < int(flipped.sum()) < 8
    for one in range(8):
        dark = (changed[one, 0, 0] < -0.6) & (changed[one, 0, 1] < -0.6)  # the inside of the mouth
        rows, columns = dark.nonzero().float().unbind(1)
        near = ((columns - moved[one, 0, 60:68, 0].mean()) ** 2 + (rows - moved[one, 0, 60:68, 1].mean()) ** 2) < 200
        assert float(columns[near].mean()) == pytest.approx(float(moved[one, 0, 60:68, 0].mean()), abs=1)
        assert float(rows[near].mean()) == pytest.approx(float(moved[one, 0, 60:68, 1].mean()), abs=1)


def test_no_change_changes_nothing() -> None:
    random = np.random.default_rng(0)
    pictures, points = random.integers(0, 256, (2, 3, 16, 16, 3), np.uint8), torch.rand(2, 2, 68, 2) * 16
    clips = [list(clip) for clip in pictures]
    changed, moved, flipped = augment_pictures(clips, points, NO_AUGMENTATION, numpy_generator(0, "test"))
    assert torch.allclose(changed, torch.from_numpy(pictures).permute(0, 1, 4, 2, 3) / 127.5 - 1, atol=1e-5)
    assert torch.allclose(moved, points, atol=1e-4)
    assert not flipped.any()


def changed_colours(**amounts: float) -> np.ndarray:
    """A picture of four coloured quarters (8, 3, 3, 16, 16) in [0, 1], three times in eight clips, after a change."""
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[:8, :8], picture[:8, 8:], picture[8:, :8], picture[8:, 8:] = (
        (200, 90, 60),
        120,
        (60, 90, 120),
        (40, 160, 40),
    )
    options = NO_AUGMENTATION.model_copy(update=amounts)
    changed, _, _ = augment_pictures([[picture] * 3] * 8, torch.zeros(8, 1, 68, 2), options, numpy_generator(0, "test"))
    return ((changed + 1) / 2).numpy()


@pytest.mark.parametrize("kind", ["gamma", "warmth", "saturation", "grey", "gradient", "blur"])
def test_colour_and_light_differ_between_clips_and_are_alike_for_target_and_reference(kind: str) -> None:
    amounts = {kind: 3.0 if kind == "blur" else 0.9}
    plain, changed = changed_colours(), changed_colours(**amounts)
    np.testing.assert_array_equal(changed, np.repeat(changed[:, :1], 3, axis=1))
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert len({one.tobytes() for one in changed}) >= (2 if kind == "grey" else 5)
    off = np.abs(changed - plain).mean(axis=(1, 2, 3, 4))
    assert off.max() > 0.02
    np.testing.assert_array_equal(changed, changed_colours(**amounts))


def test_each_change_of_colour_does_what_its_name_says() -> None:
    plain = changed_colours()
    grey = changed_colours(grey=1.0)
    assert np.ptp(grey, axis=2).max() < 0.01
    luma = (plain * np.array([0.299, 0.587, 0.114])[:, None, None]).sum(2)
    np.testing.assert_allclose(grey[:, :, 0], luma, atol=0.01)
    gamma = changed_colours(gamma=0.9)[:, 0, 0, 4, 12]
    assert gamma.min() < 0.40 < 0.55 < gamma.max()
    warm = changed_colours(warmth=0.5)[:, 0, :, 4, 12]
    np.testing.assert_allclose(warm[:, 1], plain[0, 0, 1, 4, 12], atol=0.01)
    assert ((warm[:, 0] > warm[:, 1]) == (warm[:, 2] < warm[:, 1])).all()
    light = changed_colours(gradient=0.9)[:, 0] / plain[:, 0]
    middle, corners = light[:, 0, 7:9, 7:9].mean((1, 2)), light[:, 1, [0, 0, 15, 15], [0, 15, 0, 15]]
    np.testing.assert_allclose(middle, 1, atol=0.05)
    assert np.ptp(corners, axis=1).max() > 0.4
    soft = changed_colours(blur=2.0)[:, 0, 0]
    steps = np.abs(np.diff(soft[:, 4], axis=1)).max(1)
    assert steps.min() < 0.6 * np.abs(np.diff(plain[0, 0, 0, 4])).max() <= 0.6 * steps.max() + 0.01


def test_faces_are_where_the_reference_has_its_face(data: TalkingData) -> None:
    plan = BatchPlan(0, "test", 6, 3, reference_shares=(0, 1, 0))
    batch = make_batch(data, plan, 0)
    for one in range(6):
        pose = face_pose(batch.landmarks[one].numpy(), SIZE)[:, :4]
        assert np.abs(pose - pose[0]).max() < 1e-4
    spread = np.concatenate([features.in_plane_pose for features in data.features.values()]).std(0)
    assert spread[0] > 0.01  # the clips' own faces do move


def test_points_follow_the_face_in_frames_and_reference(data: TalkingData) -> None:
    batch = make_batch(data, BatchPlan(0, "test", 6, 3, augmentation=Augmentation(flip=0)), 1)
    assert batch.points.shape == (6, 3, 68, 2)  # the drawn clips have no mesh
    assert torch.equal(batch.points, batch.landmarks)
    eyes = batch.points[:, :, [36, 39, 42, 45]].mean((1, 2))
    assert torch.allclose(
        eyes, batch.reference_points[:, [36, 39, 42, 45]].mean(1), atol=0.05
    )  # faces are in one place


def test_the_mesh_is_what_is_followed_where_there_is_one(tmp_path: Path) -> None:
    clip = drawn_clip("meshed", 0, "HAP", 1)
    mesh = np.random.default_rng(0).uniform(0, SIZE, (20, 478, 3)).astype(np.float32)
    (tmp_path / "faces").mkdir()
    write_shards(tmp_path / "faces", [ShardClip(**{**clip.__dict__, "mesh": mesh})])
    with (tmp_path / "split.csv").open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["clip_id", "actor", "part"], ["meshed", "a", "train"]])
    data = TalkingData(tmp_path / "faces", tmp_path / "split.csv", "train")
    assert data.has_mesh
    assert np.array_equal(data.points("meshed", [3, 7]), mesh[[3, 7], :, :2])
    assert make_batch(data, PLAIN, 0).reference_points.shape == (6, 478, 2)
    assert np.abs(data.features["meshed"].pose[:, 7:]).max() > 0


def test_blinks_come_as_often_as_asked(data: TalkingData) -> None:
    clip_id = next(one for one in data.clip_ids if (data.features[one].pose[:, LIDS] < BLINK_THRESHOLD).any())
    features = data.features[clip_id]
    blinks = set(np.flatnonzero(features.pose[:, LIDS] < BLINK_THRESHOLD).tolist())

    def share(wanted: float) -> float:
        plan, random = BatchPlan(0, "test", 1, 1, blinks=wanted), np.random.default_rng(0)
        return float(np.mean([int(frame_numbers(random, features, plan)[0]) in blinks for _ in range(400)]))

    usual = len(blinks) / features.frames
    assert share(0) == pytest.approx(usual, abs=0.08)
    assert share(1) == 1
    assert share(0.5) == pytest.approx(0.5 + usual / 2, abs=0.08)

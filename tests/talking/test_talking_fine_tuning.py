"""A generator that goes on from a trained model: its weights, its average, no pre-training, the same network only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from talking_corpus import TINY_GENERATOR
from tiny import a_run, with_training

from mien.storage.checksummed_json import read_checksummed_json
from mien.talking.data.batches import TalkingData
from mien.talking.generate.frame_generator import load_generator
from mien.talking.options import GeneratorOptions
from mien.talking.train.generator import train_generator, trained_generator


def further(model: Path, **training: object) -> GeneratorOptions:
    """Few frames at a small rate, from the model."""
    options = with_training(TINY_GENERATOR, samples=64, lr=1e-4, **training)
    return options.model_copy(update={"initial": model, "speech_samples": 9_000, "landmark_samples": 9_000})


@pytest.mark.parametrize("kind", ["generator", "talking_face"])
def test_it_goes_on_from_the_weights_and_trains_nothing_before(
    kind: str, faces: Path, split: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    torch.set_num_threads(1)
    model: Path = request.getfixturevalue(kind)
    names: set[str] = set()
    run = a_run(tmp_path / "resume", lambda values, _: names.update(values))
    figures = train_generator(faces, split, further(model), tmp_path / "out", run)
    assert not [name for name in names if name.startswith(("speech", "landmark_position"))]
    assert "l1" in names
    before, after = (load_generator(folder)[0].state_dict() for folder in (model, tmp_path / "out"))
    moved = torch.cat([(before[name] - after[name]).abs().flatten() for name in before])
    assert 0 < moved.max() < 0.01  # a new network, or an average from random weights, is far away
    assert figures["val_l1"] < 1.2 * read_checksummed_json(model / "config.json")["figures"]["val_l1"]
    assert read_checksummed_json(tmp_path / "out" / "config.json")["kind"] == "generator"


def test_without_a_step_only_the_statistics_of_the_head_motion_change(
    faces: Path, split: Path, generator: Path
) -> None:
    other = TalkingData(faces, split, "val")
    before = load_generator(generator)[0].state_dict()
    after = trained_generator(generator, other, TINY_GENERATOR)
    differing = {name for name, tensor in after.state_dict().items() if not torch.equal(tensor, before[name])}
    names = ("filters", "mixing", "quantiles", "means", "scale")
    assert differing <= {f"pose_encoder.{name}" for name in names}
    expected = torch.from_numpy(other.pose_statistics().means).float()
    torch.testing.assert_close(after.pose_encoder.means.float(), expected)
    assert all(parameter.requires_grad for parameter in after.parameters())


@pytest.mark.parametrize(
    ("change", "words"),
    [({"code_width": 32}, "code_width"), ({"architecture": "direct"}, "architecture warp, and direct is asked for")],
)
def test_another_network_is_refused_in_a_sentence(
    change: dict[str, object], words: str, faces: Path, split: Path, generator: Path, tmp_path: Path
) -> None:
    options = further(generator).model_copy(update=change)
    with pytest.raises(ValueError, match=words) as caught:
        train_generator(faces, split, options, tmp_path / "out", a_run(tmp_path / "resume"))
    assert "generator.initial" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_what_is_no_generator_is_refused(
    faces: Path, split: Path, emotion_discriminator: Path, generator: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(generator, damaged)
    (damaged / "model.safetensors").write_bytes(b"")
    for folder, words in (
        (tmp_path / "none", "not a model folder"),
        (emotion_discriminator, "holds emotion_discriminator"),
        (damaged, "damaged"),
    ):
        with pytest.raises(ValueError, match=words):
            train_generator(faces, split, further(folder), tmp_path / "out", a_run(tmp_path / "resume"))

"""Model folders from elsewhere: a changed byte is noticed, and config.json cannot ask for memory or time."""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from bit_flips import flipped_bits
from pydantic import BaseModel
from torch import nn

from mien.files import fingerprint
from mien.metrics.emotion import EmotionJudge, EmotionJudgeConfig
from mien.metrics.emotion_hog import HogJudge
from mien.motion.judge.network import MotionEvaluator
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.training.model_folder import ModelFiles, load_network, save_models


class NoOptions(BaseModel):
    """Options of the toy."""


class Toy(nn.Module):
    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.register_buffer("mean", torch.zeros(width))


def build(content: Mapping[str, Any]) -> Toy:
    return Toy(**content["model"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = {"model": {"width": 8, "layers": 2}}
    save_models(
        tmp_path / "toy",
        {"": ModelFiles("toy", Toy(8, 2), config, NoOptions(), "data", {}, lambda _: "A toy.")},
    )
    return tmp_path / "toy"


def reseal(path: Path, **changes: Any) -> None:
    """Change entries, as somebody would who also knows how to compute the digest."""
    content = json.loads(path.read_text())
    del content["digest"]
    write_checksummed_json(path, {**content, **changes})


def test_a_whole_folder_is_loaded(folder: Path) -> None:
    module, content = load_network(folder, ("toy",), build)
    assert content["model"] == {"width": 8, "layers": 2}
    assert not module.training
    assert "digest" not in content


def test_every_bit_of_config_json_counts(folder: Path) -> None:
    path = folder / "config.json"
    right = read_checksummed_json(path)
    refused = 0
    for _ in flipped_bits(path, 300, seed=1):
        try:
            assert load_network(folder, ("toy",), build)[1] == right  # white space between the entries
        except ValueError:
            refused += 1
    assert refused > 200


@pytest.mark.parametrize(
    "model",
    [
        {"width": 1_000_000_000, "layers": 2},
        {"width": 8, "layers": 1_000_000_000},
        {"width": -8, "layers": 2},
        {"width": "wide", "layers": 2},
        {"width": 9, "layers": 2},
        {"width": 8, "layers": 3},
        {"width": 10**30, "layers": 2},
        {},
    ],
)
def test_a_config_that_the_weights_do_not_bear_out_is_refused_before_memory_is_taken(
    folder: Path, model: dict[str, Any]
) -> None:
    reseal(folder / "config.json", model=model)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="toy"):
        load_network(folder, ("toy",), build)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


def test_a_real_network_is_refused_alike(tmp_path: Path) -> None:
    judge = MotionEvaluator(["nods"], 8, 8)
    files = ModelFiles("motion_judge", judge, {"model": judge.config()}, NoOptions(), "data", {}, lambda _: "A judge.")
    save_models(tmp_path / "judge", {"": files})
    assert MotionEvaluator.load(tmp_path / "judge").width == 8
    for change in ({"width": 400_000_000}, {"embedding": 10**12}):
        reseal(tmp_path / "judge" / "config.json", model={**judge.config(), **change})
        with pytest.raises(ValueError, match="judge"):
            MotionEvaluator.load(tmp_path / "judge")


def test_the_emotion_judges_notice_every_bit(tmp_path: Path) -> None:
    folder = tmp_path / "judges"
    EmotionJudge(EmotionJudgeConfig(size=16, width=4)).save(folder, "card", HogJudge.untrained(4))
    for name, load in (
        ("config.json", EmotionJudge.load), ("hog.json", HogJudge.load),
        ("model.safetensors", EmotionJudge.load), ("hog.safetensors", HogJudge.load),
    ):  # fmt: skip
        path = folder / name
        right = read_checksummed_json(path) if path.suffix == ".json" else None
        for _ in flipped_bits(path, 40, seed=2):
            try:
                load(folder)
            except ValueError:
                continue
            assert right is not None, "weights differ"
            assert read_checksummed_json(path) == right
    EmotionJudge.load(folder)
    HogJudge.load(folder)


@pytest.mark.parametrize("text", ["[]", "1", "null", "[" * 100_000, '{"a": 1}', "", "\x00", '{"digest": null}'])
def test_what_has_no_checksum_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"."):
        read_checksummed_json(tmp_path / "x.json")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.json").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ValueError, match=r"more than [\d,]+ bytes"):
        read_checksummed_json(tmp_path / "x.json")


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    write_checksummed_json(tmp_path / "x.json", {"a": 1.5, "b": ["ü"]})
    assert json.loads((tmp_path / "x.json").read_text())["digest"] == fingerprint({"a": 1.5, "b": ["ü"]})
    assert read_checksummed_json(tmp_path / "x.json") == {"a": 1.5, "b": ["ü"]}

"""Guides: gradients reach the pictures, those of transformers are the library's own features, and bad folders."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from clip_making import painted_corpus
from tiny import a_run, tiny
from torch.nn import functional

from mien.sculpt.clip.train import train_head_clip
from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.networks.guide import CHOICE, GuideError, OwnGuide, TransformersGuide, open_guide

TEXTS = ["she nods twice", "", "he smiles and looks to the left , then nods twice and turns and tilts then nods"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guide")
    painted_corpus(folder / "corpus", 16, 8)
    train_head_clip(folder / "corpus", tiny("head_clip"), folder / "clip", a_run(folder / "resume"))
    return folder / "clip"


def save_joint(kind: str, folder: Path) -> Any:
    """A tiny CLIP or SigLIP with random weights, its tokenizer and its picture processor, saved in `folder`."""
    transformers = pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")
    sys.path.insert(0, str(Path(__file__).parents[1] / "text"))
    from text_models import SPECIAL, WORDS, tokenizer

    torch.manual_seed(1)
    ids = {"vocab_size": len(SPECIAL) + len(WORDS), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {**ids, **sizes, "max_position_embeddings": 12}
    vision = {**sizes, "image_size": 16, "patch_size": 8}
    if kind == "clip":
        config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
        model = transformers.CLIPModel(config).eval()
    else:
        model = transformers.SiglipModel(transformers.SiglipConfig(text_config=text, vision_config=vision)).eval()
    model.save_pretrained(folder)
    tokenizer(folder)
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.25], "size": {"height": 16, "width": 16}})
    )
    return model


@pytest.fixture(scope="module", params=["clip", "siglip"])
def joint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    folder = tmp_path_factory.mktemp(request.param) / "model"
    return request.param, folder, save_joint(request.param, folder)


def test_own_guide_says_options_and_its_gradient_reaches_every_part_of_both_pictures(trained: Path) -> None:
    guide = open_guide(trained)
    assert isinstance(guide, OwnGuide)
    torch.manual_seed(0)
    pictures = torch.rand(2, 2, 3, 32, 32, requires_grad=True)
    features, texts = guide.picture_features(pictures), guide.text_features(["an old man", "a smiling woman", ""])
    assert texts.shape == (3, features.shape[1])
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(texts.norm(dim=1), torch.ones(3))
    (features[0] @ texts[0]).backward()
    assert pictures.grad is not None
    assert float(pictures.grad[1].abs().sum()) == 0, "the other head's pictures do not matter"
    assert (pictures.grad[0].abs().sum(dim=(1, 2, 3)) > 0).all(), "whole and face"
    said = guide.option_log_probabilities(pictures)
    assert said is not None
    assert {name: rows.shape[1] for name, rows in said.items()} == {
        name: len(one.options) for name, one in attributes().items()
    }
    for rows in said.values():
        torch.testing.assert_close(rows.exp().sum(dim=1), torch.ones(2))


def test_pictures_of_another_size_are_resized_and_of_another_form_refused(trained: Path) -> None:
    guide = OwnGuide(trained)
    large = torch.rand(1, 2, 3, 48, 48)
    small = functional.interpolate(large[0], (32, 32), mode="bicubic", antialias=True).clamp(0, 1)[None]
    torch.testing.assert_close(guide.picture_features(large), guide.picture_features(small))
    for wrong in (torch.rand(1, 1, 3, 32, 32), torch.rand(2, 3, 32, 32), torch.rand(1, 2, 1, 32, 32)):
        with pytest.raises(ValueError, match="pictures must be"):
            guide.picture_features(wrong)
    assert guide.text_features([]).shape == (0, guide.clip.embedding)


def test_a_guide_of_transformers_gives_the_librarys_own_features(joint: tuple[str, Path, Any]) -> None:
    import transformers

    kind, folder, model = joint
    guide = TransformersGuide(str(folder))
    words = transformers.AutoTokenizer.from_pretrained(folder)
    padding = "max_length" if kind == "siglip" else True
    read = words(TEXTS, padding=padding, truncation=True, max_length=12, return_tensors="pt")
    pictures = torch.rand(3, 2, 3, 16, 16)
    mean, deviation = torch.tensor([0.5, 0.4, 0.3])[:, None, None], torch.tensor([0.2, 0.3, 0.25])[:, None, None]
    with torch.no_grad():
        given = {"input_ids": read["input_ids"]}
        given |= {} if kind == "siglip" else {"attention_mask": read["attention_mask"]}
        texts = model.get_text_features(**given)
        seen = model.get_image_features(pixel_values=((pictures - mean) / deviation).flatten(0, 1))
    texts, seen = (functional.normalize(getattr(rows, "pooler_output", rows), dim=1) for rows in (texts, seen))
    expected = functional.normalize(seen.view(3, 2, -1).mean(dim=1), dim=1)
    torch.testing.assert_close(guide.text_features(TEXTS), texts, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(guide.picture_features(pictures), expected, atol=1e-5, rtol=1e-4)
    assert guide.option_log_probabilities(pictures) is None


def test_the_gradient_of_a_guide_of_transformers_reaches_larger_pictures(joint: tuple[str, Path, Any]) -> None:
    guide = TransformersGuide(str(joint[1]))
    pictures = torch.rand(1, 2, 3, 40, 40, requires_grad=True)
    (guide.picture_features(pictures) @ guide.text_features(["she nods"]).T).sum().backward()
    assert pictures.grad is not None
    assert (pictures.grad.abs().sum(dim=(0, 2, 3, 4)) > 0).all()


def test_a_chosen_model_takes_the_guides_place_in_the_folder(joint: tuple[str, Path, Any], tmp_path: Path) -> None:
    painted_corpus(tmp_path / "corpus", 16, 8)
    options = tiny("head_clip").model_copy(update={"model": str(joint[1])})
    figures = train_head_clip(tmp_path / "corpus", options, tmp_path / "clip", a_run(tmp_path / "resume"))
    assert {"val_glasses", "judge_val_glasses"} <= set(figures)
    guide = open_guide(tmp_path / "clip")
    assert isinstance(guide, TransformersGuide)
    assert OwnGuide(tmp_path / "clip" / "judge").crops == ("whole", "face")
    other = json.loads((tmp_path / "clip" / CHOICE).read_text())
    assert other["model"] == str(joint[1])
    (tmp_path / "clip" / CHOICE).write_text("{}")
    with pytest.raises(GuideError, match="is damaged: run the head_clip stage again"):
        open_guide(tmp_path / "clip")


def test_what_cannot_guide_is_refused_in_a_sentence(
    trained: Path, joint: tuple[str, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"is not a model folder: it has no config.json"):
        open_guide(tmp_path)
    damaged = shutil.copytree(trained, tmp_path / "damaged")
    (damaged / "model.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="is damaged"):
        open_guide(damaged)
    with pytest.raises(GuideError, match=r"'no/such-model' cannot guide: .* not on this machine as safetensors"):
        TransformersGuide("no/such-model")
    bare = shutil.copytree(joint[1], tmp_path / "bare")
    (bare / "preprocessor_config.json").unlink()
    with pytest.raises(GuideError, match=r"it has no preprocessor_config.json with image_mean and image_std"):
        TransformersGuide(str(bare))
    (bare / "preprocessor_config.json").write_text('{"image_mean": [0, 0, 0], "image_std": [1, 0, 1]}')
    with pytest.raises(GuideError, match="must be three numbers"):
        TransformersGuide(str(bare))
    (bare / "model.safetensors").unlink()
    with pytest.raises(GuideError, match="no weights as safetensors"):
        TransformersGuide(str(bare))
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(GuideError, match="pip install transformers"):
        TransformersGuide(str(joint[1]))

"""Pretrained text models: tiny ones of transformers that the tests make; features, cache, fingerprint, errors."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.text import pretrained
from mien.text.encoder import PretrainedEncoder, TextEncoderError, build_encoder, open_encoder
from mien.text.feature_store import FeatureStore

transformers = pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")

from text_models import KINDS, WIDTH, model, tokenizer  # noqa: E402 - after the skip

TEXTS = ["she nods twice , then smiles", "he turns", "", "She looks to the left"]


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who loads a model's weights fails the test."""

    def refuse(_: Any) -> None:
        raise AssertionError("the weights were read")

    monkeypatch.setattr(pretrained, "load_model", refuse)


def own_features(kind: str, folder: Path, text: str) -> torch.Tensor:
    """The last hidden state (L, WIDTH) by transformers itself, the model as it was made."""
    words = transformers.AutoTokenizer.from_pretrained(folder)
    given_ids = words(text, return_tensors="pt", truncation=True, max_length=12)["input_ids"]
    made = transformers.AutoModel.from_pretrained(folder).eval()
    if kind == "clip":
        made = made.text_model
    if kind in ("t5", "bart"):
        made = made.get_encoder()
    with torch.no_grad():
        return made(input_ids=given_ids).last_hidden_state[0]


@pytest.mark.parametrize("kind", KINDS)
def test_features_are_the_last_hidden_state_of_the_text_part(kind: str, folders: dict[str, Path]) -> None:
    encoder = open_encoder(str(folders[kind]))
    features, mask = encoder(TEXTS)
    assert encoder.width == WIDTH
    assert features.shape == (4, 8, WIDTH)
    assert features.dtype == torch.float32
    assert mask.sum(1).tolist() == [8, 4, 2, 7]
    for row, own_mask, text in zip(features, mask, TEXTS, strict=True):
        torch.testing.assert_close(row[own_mask], own_features(kind, folders[kind], text), atol=1e-5, rtol=1e-4)
        assert (row[~own_mask] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_texts_features_do_not_depend_on_its_neighbours(kind: str, folders: dict[str, Path]) -> None:
    features, mask = open_encoder(str(folders[kind]))([*TEXTS, *TEXTS, "he nods"])
    for row, own_mask, text in zip(features, mask, TEXTS, strict=False):
        alone, _ = open_encoder(str(folders[kind]))([text])
        torch.testing.assert_close(row[own_mask], alone[0], atol=1e-5, rtol=1e-4)
    assert torch.equal(features[:4], features[4:8])
    assert (features[0, 1] - features[8, 1]).abs().max() > 1e-4, "she or he"


def test_it_is_frozen_and_has_no_weights_of_its_own(folders: dict[str, Path]) -> None:
    encoder = PretrainedEncoder(str(folders["bert"]))
    features, _ = encoder(TEXTS)
    assert not features.requires_grad
    assert encoder.state_dict() == {}
    assert list(encoder.parameters()) == []
    encoder.train()
    twin = copy.deepcopy(encoder)
    assert torch.equal(twin(["he smiles"])[0], encoder(["he smiles"])[0])
    assert twin._frozen is encoder._frozen
    # what comes out may stand in a graph
    (torch.nn.Linear(WIDTH, 1)(features)).sum().backward()


def test_a_model_that_gives_no_tokens_for_nothing_gets_one(tmp_path: Path) -> None:
    model("gpt2", tmp_path / "plain", framed=False)
    features, mask = open_encoder(str(tmp_path / "plain"))(["", "she nods"])
    assert mask.tolist() == [[True, False], [True, True]]
    assert torch.isfinite(features).all()


def test_long_texts_are_cut_where_the_model_ends(folders: dict[str, Path]) -> None:
    encoder = open_encoder(str(folders["clip"]))
    long = "she nods " * 500
    features, _ = encoder([long])
    assert features.shape[1] == 12
    assert encoder.words_left_out(long) == 1002 - 12
    assert encoder.words_left_out("she nods") == 0
    assert open_encoder(str(folders["clip"]), longest=5)([long])[0].shape[1] == 5
    with pytest.raises(TextEncoderError, match="at least 2"):
        open_encoder(str(folders["clip"]), longest=1)


odd = st.text(max_size=40) | st.sampled_from(
    ["\ud800", "😀\u200d😀", "\n\t\0", "she\n\nnods", "nods " * 3000, "मुस्कुराती"]
)


@settings(max_examples=60)
@given(st.lists(odd, max_size=4))
def test_odd_texts(folders: dict[str, Path], texts: list[str]) -> None:
    encoder = open_encoder(str(folders["bert"]))
    features, mask = encoder(texts)
    assert features.shape == (len(texts), mask.shape[1], WIDTH)
    assert mask.any(1).all()
    assert torch.isfinite(features).all()
    assert all(encoder.unknown_words(text) == () for text in texts)
    assert torch.equal(encoder(texts)[0], features)


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_what_is_in_memory_is_not_read_again(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = PretrainedEncoder(str(folders["bert"]))
    first, _ = encoder(TEXTS)
    monkeypatch.setattr(encoder._frozen, "_read", None)
    assert torch.equal(encoder(TEXTS)[0], first)
    with pytest.raises(TypeError):
        encoder(["he nods"])


def test_what_is_on_disk_needs_no_model(
    folders: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    cache = tmp_path / "cache"
    first, mask = open_encoder(str(folders["clip"]), cache=cache)(TEXTS)
    files = entries(cache)
    assert len(files) == len(TEXTS)
    assert all(path.suffix == ".safetensors" and path.parent.name == path.name[:2] for path in files)
    request.getfixturevalue("no_model")
    again = open_encoder(str(folders["clip"]), cache=cache)
    features, same = again(TEXTS)
    assert torch.equal(features, first)
    assert torch.equal(mask, same)
    with pytest.raises(AssertionError, match="were read"):
        again(["he nods"])
    with pytest.raises(AssertionError, match="were read"):
        open_encoder(str(folders["clip"]), cache=cache, longest=6)(TEXTS)


def test_texts_read_ahead_need_no_model_later(
    folders: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [f"she nods {'twice ' * (number % 7)}, {number}" for number in range(200)]
    open_encoder(str(folders["bert"]), cache=tmp_path).prepare([*texts, *texts])
    assert "200/200 texts" in capsys.readouterr().err
    assert len(entries(tmp_path)) == 200
    request.getfixturevalue("no_model")
    again = open_encoder(str(folders["bert"]), cache=tmp_path)
    again.prepare(texts)
    assert again(texts[:9])[0].shape[0] == 9
    assert capsys.readouterr().err == "", "nothing was left to do"


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_damaged_files_are_made_again(damage: str, folders: dict[str, Path], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first, _ = open_encoder(str(folders["bert"]), cache=cache)(["she nods"])
    [path] = entries(cache)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-3] ^= 64
    path.write_bytes({"cut": whole[:-7], "flipped": bytes(flipped), "empty": b"", "other": b"{}" * 40}[damage])
    again, _ = open_encoder(str(folders["bert"]), cache=cache)(["she nods"])
    assert torch.equal(first, again)
    assert path.read_bytes() == whole


def test_another_model_has_another_cache(folders: dict[str, Path], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    model("bert", tmp_path / "other", seed=1)
    one = PretrainedEncoder(str(folders["bert"]), cache)
    other = PretrainedEncoder(str(tmp_path / "other"), cache)
    assert one.fingerprint != other.fingerprint
    assert not torch.equal(one(["she nods"])[0], other(["she nods"])[0])
    assert len(entries(cache)) == 2


def test_a_cache_that_cannot_be_written_is_said(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TextEncoderError, match="could not be kept"):
        open_encoder(str(folders["bert"]), cache=tmp_path / "file")(["she nods"])


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    store = FeatureStore(None, 4, memory_bytes=3 * 16)
    for text in ("a", "b", "c"):
        store.put(text, np.full((1, 4), ord(text), np.float32))
    assert store.get("a") is not None
    store.put("d", np.zeros((1, 4), np.float32))
    assert store.get("b") is None
    kept = store.get("a")
    assert kept is not None
    assert (kept == ord("a")).all()
    store.put("large", np.zeros((4, 4), np.float32))
    assert store.get("large") is None


def test_configuration_rebuilds_the_very_one(folders: dict[str, Path], tmp_path: Path) -> None:
    encoder = open_encoder(str(folders["t5"]), longest=9)
    told = json.loads(json.dumps(encoder.config()))
    assert torch.equal(build_encoder(told)(TEXTS)[0], encoder(TEXTS)[0])
    assert build_encoder(told).config() == told

    moved = tmp_path / "moved"
    moved.mkdir()
    for path in folders["t5"].iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    assert build_encoder(told, name=str(moved))(TEXTS)[0].shape == (4, 8, WIDTH)
    model("t5", tmp_path / "other", seed=1)
    with pytest.raises(TextEncoderError, match="is not the one that the model was trained with"):
        build_encoder({**told, "name": str(tmp_path / "other")})
    tokenizer(moved, framed=False)
    with pytest.raises(TextEncoderError, match="is not the one"):
        build_encoder({**told, "name": str(moved)})
    with pytest.raises(TextEncoderError, match="not on this machine"):
        build_encoder({**told, "name": str(tmp_path / "gone")})


def test_models_without_a_text_part_and_folders_without_a_model(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(TextEncoderError, match="'vit', which has no text part"):
        open_encoder(str(folders["vit"]))
    with pytest.raises(TextEncoderError, match="no text encoder that can be used"):
        open_encoder(str(tmp_path))
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    for path in folders["bert"].glob("*.json"):
        (pickled / path.name).write_bytes(path.read_bytes())
    torch.save({}, pickled / "pytorch_model.bin")
    with pytest.raises(TextEncoderError, match="no weights as safetensors"):
        open_encoder(str(pickled))
    (pickled / "tokenizer.json").write_text("{}")
    (pickled / "model.safetensors").write_bytes((folders["bert"] / "model.safetensors").read_bytes())
    with pytest.raises(TextEncoderError, match="no text encoder that can be used"):
        open_encoder(str(pickled))


def test_weights_that_are_damaged_or_another_models(folders: dict[str, Path], tmp_path: Path) -> None:
    for name, weights in (
        ("cut", (folders["bert"] / "model.safetensors").read_bytes()[:2000]),
        ("foreign", (folders["t5"] / "model.safetensors").read_bytes()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        for path in folders["bert"].glob("*.json"):
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / "model.safetensors").write_bytes(weights)
        with pytest.raises(TextEncoderError, match=r"no text encoder that can be used|lack .* others"):
            open_encoder(str(folder))(["she nods"])


def test_code_of_a_checkpoint_is_not_run(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "clever"
    folder.mkdir()
    for path in folders["bert"].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "clever", "auto_map": {"AutoConfig": "code.C", "AutoModel": "code.M"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "code.py").write_text(f"open({str(tmp_path / 'was_run')!r}, 'w')")
    with pytest.raises(TextEncoderError, match="no text encoder that can be used"):
        open_encoder(str(folder))
    assert not (tmp_path / "was_run").exists()


def test_without_transformers_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(TextEncoderError, match="pip install transformers"):
        open_encoder("openai/clip-vit-base-patch32")


def test_nothing_is_printed_when_a_text_tower_is_taken_from_a_larger_model(
    folders: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    open_encoder(str(folders["clip"]))(["he smiles to the right"])
    told = capfd.readouterr()
    assert told.out + told.err == ""

"""VITS voices: a tiny model that the test builds speaks with words at the times that its durations give."""

from __future__ import annotations

import json
import socket
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.media.captions import webvtt
from mien.media.speech import vits
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import SpeechUnavailable, Voice
from mien.media.speech.normalization.normalize import spoken_text, written_words
from mien.media.speech.vits import PAUSE_SECONDS, VitsSynthesiser

transformers = pytest.importorskip("transformers", reason="vits is optional: pip install transformers")

LETTERS = " abcdefghijklmnopqrstuvwxyz'-àạ"
HOP = 16


def checkpoint(folder: Path, speakers: int = 1, **tokenizer: Any) -> Path:
    """A VITS of a few thousand random weights that says each letter for some frames of 16 samples."""
    folder.mkdir(parents=True)
    vocabulary = {letter: number for number, letter in enumerate(["_", *LETTERS, "<unk>"])}
    (folder / "words.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    options = {"pad_token": "_", "phonemize": False, **tokenizer}
    transformers.VitsTokenizer(str(folder / "words.json"), **options).save_pretrained(folder)
    config = transformers.VitsConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16,
        flow_size=16, spectrogram_bins=9, prior_encoder_num_flows=1, prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1, upsample_initial_channel=16, upsample_rates=[4, 4],
        upsample_kernel_sizes=[8, 8], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]],
        use_stochastic_duration_prediction=False, duration_predictor_filter_channels=16, sampling_rate=8000,
        num_speakers=speakers, speaker_embedding_size=8 if speakers > 1 else 0,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.VitsModel(config).eval()
    with torch.no_grad():
        model.duration_predictor.proj.weight.normal_(0, 0.3)
        model.duration_predictor.proj.bias.fill_(1.5)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoint(tmp_path_factory.mktemp("vits") / "tiny")


def durations(folder: Path, text: str) -> tuple[list[str], list[int]]:
    """Tokens of a text by transformers' own tokenizer and the frames that its own model gives each of them."""
    tokenizer = transformers.VitsTokenizer.from_pretrained(folder)
    model = transformers.VitsModel.from_pretrained(folder).eval()
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        mask = torch.ones(1, inputs.input_ids.shape[1], 1)
        hidden = model.text_encoder(inputs.input_ids, mask, inputs.attention_mask).last_hidden_state.transpose(1, 2)
        frames = torch.ceil(torch.exp(model.duration_predictor(hidden, mask.transpose(1, 2))))
    return tokenizer.convert_ids_to_tokens(inputs.input_ids[0]), frames.flatten().int().tolist()


def test_words_have_the_times_of_the_models_durations(tiny: Path) -> None:
    speech = VitsSynthesiser(str(tiny)).speak("Good morning, it's me")
    tokens, frames = durations(tiny, "good morning it's me")
    assert len(set(frames)) > 2, "the letters last differently long"
    assert speech.hz == 8000
    assert len(speech.samples) == HOP * sum(frames)
    assert [word.word for word in speech.words] == ["Good", "morning", "it's", "me"]
    ends = np.cumsum(frames) * HOP / 8000
    starts = ends - np.array(frames) * HOP / 8000
    letters = [place for place, token in enumerate(tokens) if place % 2 and token != " "]
    first = 0
    for word in speech.words:
        own = letters[first : first + len(word.word)]
        first += len(word.word)
        assert word.start == pytest.approx(starts[own[0]])
        assert word.end == pytest.approx(ends[own[-1]])


def test_the_same_text_gives_the_same_samples_whatever_was_said_before(tiny: Path) -> None:
    voice = VitsSynthesiser(str(tiny))
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first = voice.speak("good morning")
    assert torch.equal(torch.random.get_rng_state(), before), "the program's own noise is left alone"
    voice.speak("something else")
    torch.manual_seed(6)
    again = voice.speak("good morning")
    assert np.array_equal(first.samples, again.samples)
    assert first.words == again.words
    assert np.abs(first.samples).max() > 0
    assert not np.array_equal(voice.speak("good mornong").samples, first.samples)


def test_sentences_follow_each_other_with_a_pause(tiny: Path) -> None:
    voice = VitsSynthesiser(str(tiny))
    one, two = voice.speak("one two."), voice.speak("Three!")
    both = voice.speak("one two. Three!")
    pause = round(PAUSE_SECONDS * 8000)
    assert len(both.samples) == len(one.samples) + pause + len(two.samples)
    np.testing.assert_array_equal(both.samples[: len(one.samples)], one.samples)
    assert (both.samples[len(one.samples) :][:pause] == 0).all()
    shift = (len(one.samples) + pause) / 8000
    assert both.words[2].start == pytest.approx(two.words[0].start + shift)
    assert all(before.end <= after.start for before, after in pairwise(both.words))
    assert webvtt(both.words).count("-->") == 2


def test_words_know_their_place_and_numbers_are_said(tiny: Path) -> None:
    voice = VitsSynthesiser(str(tiny))
    text = "  One – (two). \n Three bà!"
    for word in voice.speak(text).words:
        assert text[word.position :].lstrip("(").startswith(word.word)
    wording = spoken_text("It is 25 now, at 10:30 — e.g.", "en-us")
    written = written_words(voice.speak(wording.spoken).words, wording)
    assert [word.word for word in written] == ["It", "is", "25", "now,", "at", "10:30 —", "e.g."]


def test_a_faster_voice_is_shorter(tiny: Path) -> None:
    voice = VitsSynthesiser(str(tiny))
    slow = voice.speak("a long sentence of words", Voice(words_per_minute=88)).seconds
    fast = voice.speak("a long sentence of words", Voice(words_per_minute=350)).seconds
    assert slow > 1.7 * voice.speak("a long sentence of words").seconds
    assert fast < 0.85 * voice.speak("a long sentence of words").seconds


def test_letters_without_their_accents_and_others_in_one_sentence(tiny: Path) -> None:
    voice = VitsSynthesiser(str(tiny))
    assert np.array_equal(voice.speak("café").samples, voice.speak("cafe").samples)
    assert not np.array_equal(voice.speak("bà").samples, voice.speak("ba").samples), "a letter of the checkpoint's own"
    decomposed = "ba\u0300"
    assert np.array_equal(voice.speak(decomposed).samples, voice.speak("bà").samples)
    assert np.array_equal(voice.speak("it’s 🎉 good").samples, voice.speak("it's good").samples)
    with pytest.raises(ValueError, match="cannot say '2' in '25'"):
        voice.speak("it is 25 now")
    with pytest.raises(ValueError, match="cannot say '天'"):
        voice.speak("天")
    with pytest.raises(ValueError, match="nothing speakable"):
        voice.speak("$ + $")
    with pytest.raises(ValueError, match="nothing speakable"):
        voice.speak("...")


def test_without_blanks_between_the_letters(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "plain", add_blank=False)
    speech = VitsSynthesiser(str(folder)).speak("good morning")
    _, frames = durations(folder, "good morning")
    ends = np.cumsum(frames) * HOP / 8000
    assert len(frames) == len("good morning")
    assert [word.end for word in speech.words] == pytest.approx([ends[3], ends[-1]])


def test_a_model_with_several_speakers_is_told_which(tiny: Path, tmp_path: Path) -> None:
    several = VitsSynthesiser(str(checkpoint(tmp_path / "several", speakers=3)))
    usual, third = several.speak("good morning"), several.speak("good morning", Voice(variant="2"))
    assert not np.array_equal(usual.samples, third.samples)
    assert np.array_equal(usual.samples, several.speak("good morning", Voice(variant="0")).samples)
    for variant in ("3", "f2"):
        with pytest.raises(ValueError, match="has the voices 0 to 2"):
            several.speak("good morning", Voice(variant=variant))
    with pytest.raises(ValueError, match="has one voice"):
        VitsSynthesiser(str(tiny)).speak("good morning", Voice(variant="1"))
    with pytest.raises(ValueError, match="their own pitch"):
        several.speak("good morning", Voice(pitch=80))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network: who asks for it fails the test. And an empty cache."""

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(vits.DOWNLOAD, raising=False)
    vits._load.cache_clear()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(("language", "name"), [("en-us", "facebook/mms-tts-eng"), ("vi", "facebook/mms-tts-vie")])
def test_weights_that_are_missing_are_named_with_the_remedy_and_not_fetched(language: str, name: str) -> None:
    with pytest.raises(SpeechUnavailable) as caught:
        synthesiser("vits").speak("xin", Voice(language=language))
    message = str(caught.value)
    assert f"the weights of {name} are not on this machine" in message
    assert f"hf download {name}" in message
    assert "MIEN_VITS_DOWNLOAD=1" in message
    assert "\n" not in message


def test_the_language_chooses_the_checkpoint(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vits.CHECKPOINTS, "vi", str(tiny))
    assert synthesiser("vits").speak("ba", Voice(language="vi")).hz == 8000
    with pytest.raises(ValueError, match="no checkpoint for the language 'de'"):
        synthesiser("vits").speak("ja", Voice(language="de"))


def test_engines_by_name(tiny: Path) -> None:
    assert synthesiser(f"vits:{tiny}").speak("good morning").words[1].word == "morning"
    for name in ("vits:", "espeak:en", "festival:x"):
        with pytest.raises(ValueError, match="unknown speech engine"):
            synthesiser(name)


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SpeechUnavailable, match="holds no VITS checkpoint"):
        synthesiser(f"vits:{tmp_path / 'empty'}").speak("good")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in tiny.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(SpeechUnavailable, match="holds no VITS checkpoint"):
        synthesiser(f"vits:{damaged}").speak("good")
    # weights that would have to be unpickled do not count
    weights.unlink()
    torch.save({}, damaged / "pytorch_model.bin")
    with pytest.raises(SpeechUnavailable, match="holds no VITS checkpoint"):
        synthesiser(f"vits:{damaged}").speak("good")


def test_weights_that_speak_without_end_take_no_memory(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "endless")
    model = transformers.VitsModel.from_pretrained(folder)
    with torch.no_grad():
        model.duration_predictor.proj.bias.fill_(30.0)
    model.save_pretrained(folder)
    with pytest.raises(SpeechUnavailable, match="its weights are damaged"):
        synthesiser(f"vits:{folder}").speak("good morning")


def test_without_transformers_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(SpeechUnavailable, match="pip install transformers"):
        synthesiser("vits")

"""What is said: any recording and any text become samples that can be used, or one sentence says why not."""

from __future__ import annotations

import html
import tracemalloc
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mien.media.captions import webvtt
from mien.media.sound import silent_ends
from mien.media.speech.interface import Speech, SpokenWord, Voice
from mien.media.speech.normalization import scripts
from mien.media.video import write_video
from mien.systems.errors import RequestError
from mien.talking.generate import speech as said
from mien.talking.generate.request import TalkRequest
from mien.talking.generate.speech import (
    MAX_SECONDS,
    SECTION_CHARACTERS,
    read_speech,
    synthesise_speech,
)

HZ = 16_000


def tone(hz: int, seconds: float = 0.5) -> NDArray[np.float64]:
    return 0.3 * np.sin(2 * np.pi * 200 * np.arange(round(hz * seconds)) / hz)


@pytest.mark.parametrize(
    ("hz", "channels", "subtype"),
    [(8_000, 1, "PCM_U8"), (96_000, 1, "PCM_24"), (44_100, 2, "PCM_16"), (48_000, 6, "FLOAT")],
)
def test_any_depth_rate_and_number_of_channels(tmp_path: Path, hz: int, channels: int, subtype: str) -> None:
    soundfile.write(tmp_path / "a.wav", np.repeat(tone(hz)[:, None], channels, 1), hz, subtype=subtype)
    what = read_speech(tmp_path / "a.wav", HZ)
    assert abs(what.seconds - 0.5) < 0.01
    assert what.words == ()
    middle = what.samples[1000:7000].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(6000)))
    assert abs(spectrum.argmax() * HZ / 6000 - 200) < 3
    assert abs(np.abs(middle).max() - 0.3) < 0.02


def broken(folder: Path) -> dict[str, str]:
    """Every kind of recording that cannot be used, with a word of the answer."""
    soundfile.write(folder / "nan.wav", np.full(8000, np.nan, np.float32), HZ, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(8000), HZ)
    soundfile.write(folder / "constant.wav", np.full(8000, 0.5), HZ)
    soundfile.write(folder / "constant.flac", np.full((48_000, 2), [-0.9, 0.3]), 44_100)
    soundfile.write(folder / "nothing.wav", np.zeros(0), HZ)
    soundfile.write(folder / "click.wav", np.full(800, 0.5), HZ)
    soundfile.write(folder / "hours.wav", np.full((MAX_SECONDS + 1) * 1000, 0.1), 1000)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "page.wav").write_text("<!doctype html><p>not found</p>")
    (folder / "noise.wav").write_bytes(bytes(range(256)) * 20)
    (folder / "pointer.wav").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    write_video(folder / "mute.mp4", [np.zeros((32, 32, 3), np.uint8)] * 5, Fraction(25))
    return {
        "nan.wav": "not numbers", "silent.wav": "silent", "constant.wav": "silent",
        "constant.flac": "silent", "nothing.wav": "nothing.wav|only 0.00", "click.wav": "0.05 s",
        "hours.wav": "split it", "empty.wav": "0 bytes", "page.wav": "web page", "noise.wav": "decoded|no sound",
        "pointer.wav": "git lfs pull", "mute.mp4": "no sound", "missing.wav": "not there",
    }  # fmt: skip


def test_recordings_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    for name, words in broken(tmp_path).items():
        with pytest.raises(RequestError, match=words) as caught:
            read_speech(tmp_path / name, HZ)
        assert "\n" not in str(caught.value), name


def test_speech_on_a_constant_offset_is_heard(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "offset.wav", 0.3 + 0.1 * tone(HZ), HZ)
    assert read_speech(tmp_path / "offset.wav", HZ).seconds == 0.5
    late = np.concatenate([np.zeros(HZ), tone(HZ), np.zeros(HZ)]).astype(np.float32) + np.float32(0.1)
    assert silent_ends(late, HZ) == (1.0, 1.0)


def test_texts_of_every_script_are_spoken() -> None:
    pytest.importorskip("espeakng_loader")
    for text, language in (
        ("Good morning", "en-us"),
        ("Xin chào các bạn", "vi"),
        ("Hello all of the world: мир, 世界! مرحبا", "en-us"),
    ):
        what = synthesise_speech(text, HZ, language)
        assert 0.4 < what.seconds < 12
        assert what.words[0].word in text
        assert all(0 <= word.start <= word.end <= what.seconds + 0.01 for word in what.words)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es gibt z. B. Obst, d. h. Äpfel usw. und Dr. A. Maier am 3. Mai"),
        ("fr", "M. Dupont a p. ex. env. dix ans, etc. et voilà"),
        ("ru", "Это и т. д. и т. п. на ул. Ленина"),
    ],
)
def test_no_caption_is_cut_at_an_abbreviation(language: str, text: str) -> None:
    pytest.importorskip("espeakng_loader")
    blocks = webvtt(synthesise_speech(text, HZ, language).words, longest=60).strip().split("\n\n")[1:]
    assert [" ".join(block.split("\n")[1:]) for block in blocks] == [text]


def test_words_in_a_script_that_the_voice_does_not_read_are_named() -> None:
    pytest.importorskip("espeakng_loader")
    (note,) = synthesise_speech("My friends say مرحبا to everyone", HZ).notes
    assert "reads no Arabic letters (مرحبا)" in note
    assert "--language ar" in note
    assert "\n" not in note
    assert synthesise_speech("Ｈｅｌｌｏ, café naïve Đà Nẵng: π and 5 µm 😀", HZ).notes == ()
    assert synthesise_speech("мир hello", HZ, "ru").notes == ()
    assert synthesise_speech("世界 hello", HZ, "cmn").notes == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Say مرحبا سلام and мир or 안녕",
            ["no Arabic letters (مرحبا, سلام): ", "no Cyrillic letters (мир): ", "no Korean letters (안녕): "],
        ),
        ("Say καλημέρα and नमस्ते", ["--language el; no Devanagari letters (नमस्ते): ", "--language hi"]),
        (
            "Say こんにちは, コーヒー and 世界",
            ["no Japanese letters (", "no Chinese letters (世界): write them in kana"],
        ),
        ("Say សួស្តី and שלום", ["no Khmer letters (", "write them in Latin letters", "no Hebrew letters (שלום): "]),
    ],
)
def test_every_script_of_a_text_is_named_with_its_own_remedy(text: str, told: list[str]) -> None:
    note, _ = scripts.unread_note(text, "en-us")
    assert all(words in note for words in told), note
    assert note.count("a voice of en-us") == 1


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("مرحبا بالعالم", "en-us", "no Arabic letters .*--language ar"),
        ("世界平和", "vi", "no Chinese letters .*--language cmn"),
        ("世界平和", "ja", "no Chinese letters .*write them in kana"),
        ("こんにちは", "en-gb", "no Japanese letters .*--language ja"),
        ("добрый день", "de", "no Cyrillic letters .*--language ru"),
        ("добрый день", "el", "no Cyrillic letters"),
        ("नमस्ते", "en-us", "no Devanagari letters .*--language hi"),
        ("안녕하세요", "en-us", "no Korean letters .*--language ko"),
        ("សួស្តី", "en-us", "no Khmer letters .*Latin letters"),
        ("سلام", "fa-latn", "no Arabic letters"),
    ],
)
def test_a_text_in_another_script_is_refused_with_the_remedy(text: str, language: str, words: str) -> None:
    with pytest.raises(RequestError, match=f"letter by letter: a voice of {language} reads {words}") as caught:
        synthesise_speech(text, HZ, language)
    assert "\n" not in str(caught.value)


def test_the_suggested_voices_are_there() -> None:
    pytest.importorskip("espeakng_loader")
    known = set(said.synthesiser("espeak").languages())  # type: ignore[attr-defined]
    assert {name for names in scripts._LANGUAGES.values() for name in names.split()} <= known


def test_a_text_of_emoji_only_is_spoken_by_their_names() -> None:
    pytest.importorskip("espeakng_loader")
    assert synthesise_speech("😀👍", HZ).seconds > 0.3


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        ("", {}, "empty"),
        (" \n\t", {}, "empty"),
        ("…", {}, "nothing speakable"),
        ("\u200d\ufe0f", {}, "spoken"),
        ("a" * 100_000, {}, "100,000 characters, more than 20,000"),
        ("a", {"language": "Klingon!"}, "check --language"),
        ("a", {"language": "xx-zz"}, "cannot be spoken"),
        ("a", {"voice": "nobody!"}, "check --voice"),
        ("a", {"voice": "nobody"}, "voice variant"),
        ("a", {"engine": "parrot"}, "unknown speech engine 'parrot'"),
    ],
)
def test_texts_and_voices_that_cannot_be_used_are_named(text: str, changes: dict[str, str], words: str) -> None:
    pytest.importorskip("espeakng_loader")
    with pytest.raises(RequestError, match=words) as caught:
        synthesise_speech(text, HZ, **changes)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


class Chatter:
    """An engine that says a second of tone for each section, with a word in it, and notes what it was given."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.given: list[str] = []
        self.seconds = seconds

    def speak(self, text: str, voice: Voice) -> Speech:
        assert voice == Voice()
        self.given.append(text)
        samples = tone(HZ, self.seconds).astype(np.float32)
        return Speech(samples, HZ, (), (SpokenWord(text.split()[0], 0.2, 0.8),))


def test_a_long_text_is_spoken_in_sections_whose_words_go_on_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Chatter()
    monkeypatch.setattr(said, "synthesiser", lambda _: engine)
    text = " ".join(f"{'So ' * (number % 7)}many sentences make a long text." for number in range(400))
    what = synthesise_speech(text, HZ)
    assert len(engine.given) > 3
    assert all(len(section) <= SECTION_CHARACTERS for section in engine.given)
    assert " ".join(engine.given) == text
    starts = [word.start for word in what.words]
    assert len(starts) == len(engine.given)
    assert np.allclose(np.diff(starts), 1 + said.PAUSE_SECONDS, atol=1e-3)
    for word in what.words:  # each is where its sound is
        begin = round((word.start - 0.2) * HZ)
        assert np.allclose(what.samples[begin : begin + 100], tone(HZ, 1)[:100], atol=1e-6)


CAPTIONED = {
    "en-us": (
        "Dr. Smith paid $3.50 at 10:30 on 2024-05-01, e.g. 50% off — visit https://example.org",
        "It's 123 cats, “very very” well; Hello мир, 世界! Yes…",
        "— 3.5kg for 20.000 đ;\n\nC++ & #1: a@b.org, don’t 😀 stop – № 5 St. Louis XIV",
    ),
    "vi": ("Giá 20.000 đ, ngày 1/5/2024 lúc 8h30 ở TP. HCM! 😀 xong… «rồi»",),
    "de": ("Es kostet z.B. 3,50 € am 5.6.2024 usw. Ende (gut).",),
}


@pytest.mark.parametrize(("language", "text"), [(name, one) for name, texts in CAPTIONED.items() for one in texts])
def test_captions_show_the_text_as_written_at_ascending_times(language: str, text: str) -> None:
    pytest.importorskip("espeakng_loader")
    words = synthesise_speech(text, HZ, language).words
    assert " ".join(word.word for word in words).split() == text.split()
    assert all(one.end <= two.start + 0.05 for one, two in pairwise(words))
    blocks = webvtt(words).split("\n\n")[1:]
    shown = " ".join(html.unescape(line) for block in blocks for line in block.split("\n")[1:])
    assert shown.split() == text.split()


def test_an_abbreviation_makes_no_pause() -> None:
    pytest.importorskip("espeakng_loader")
    for text, language in (
        ("We sell fruit, e.g. apples from Rome", "en-us"),
        ("Ask Dr. Smith or J. K. Jones", "en-us"),
    ):
        words = synthesise_speech(text, HZ, language).words
        first = next(number for number, word in enumerate(words) if word.word.endswith("."))
        gaps = [two.start - one.end for one, two in pairwise(words[first:])]
        assert max(gaps) < 0.14, (text, gaps)  # a comma's is 0.15 s


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.0), (0.1, 0.25), (0.2, 0.3), (1.0, 2.0)])
def test_silence_is_added_where_it_is_missing(before: float, after: float) -> None:
    quiet = [np.zeros(round(seconds * HZ)) for seconds in (before, after)]
    samples = np.concatenate([quiet[0], tone(HZ), quiet[1]]).astype(np.float32)
    speech = Speech(samples, HZ, (), (SpokenWord("a", before, before + 0.5, 3),))
    led = said.with_silence(speech, 0.2, 0.3)
    assert led.seconds == pytest.approx(max(before, 0.2) + 0.5 + max(after, 0.3), abs=0.02)
    (word,) = led.words
    assert word.end - word.start == pytest.approx(0.5)
    assert word.position == 3
    start = round(word.start * HZ)
    np.testing.assert_array_equal(led.samples[start : start + HZ // 2], tone(HZ).astype(np.float32))
    assert not led.samples[:start].any()
    again = said.with_silence(led, 0.2, 0.3)
    np.testing.assert_array_equal(again.samples, led.samples)
    np.testing.assert_array_equal(said.with_silence(speech, 0, 0).samples, samples)


def test_the_folder_of_an_engines_model_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def open_engine(name: str) -> Chatter:
        asked.append(name)
        return Chatter()

    monkeypatch.setattr(said, "synthesiser", open_engine)
    asked_for = {"image": "me.png", "text": "Good morning", "engine": "vits:/home/me/voice"}
    assert TalkRequest.of(asked_for).engine_name == "vits"
    assert TalkRequest.of({"image": "me.png", "speech": "me.wav"}).engine_name is None
    synthesise_speech("Good morning", HZ, engine="vits:/home/me/voice")
    assert asked == ["vits:/home/me/voice"]


def test_a_text_that_takes_too_long_to_say_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Chatter(seconds=MAX_SECONDS / 2)
    monkeypatch.setattr(said, "synthesiser", lambda _: engine)
    with pytest.raises(RequestError, match=r"more than .* s to say"):
        synthesise_speech("One more sentence. " * 1000, HZ)
    assert len(engine.given) <= 3


@pytest.mark.slow
def test_the_longest_text_is_spoken_in_little_memory() -> None:
    pytest.importorskip("espeakng_loader")
    text = ("The quick brown fox jumps over the lazy dog. " * 1000)[:20_000]
    tracemalloc.start()
    what = synthesise_speech(text, HZ)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert what.seconds > 900
    assert peak < 3 * what.samples.nbytes + 60e6  # the samples, once more while they are joined, and a section


@pytest.mark.parametrize("text", ["...", "!? —", "§ # _", "\u200d\ufe0f"])
def test_a_request_to_say_nothing_is_refused_at_once(text: str) -> None:
    pytest.importorskip("espeakng_loader")
    request = TalkRequest.of({"image": "face.png", "text": text})
    with pytest.raises(RequestError, match="--text holds nothing that can be spoken"):
        request.check(Path("out.mp4"))


def test_letters_that_the_voice_does_not_read_are_refused_at_once() -> None:
    with pytest.raises(RequestError, match="spelled letter by letter"):
        TalkRequest.of({"image": "face.png", "text": "你好"}).check(Path("out.mp4"))


def test_a_vietnamese_text_is_read_by_the_vietnamese_voice_unless_another_is_chosen() -> None:
    text = "Chào buổi sáng! Hôm nay trời đẹp quá."
    found, chosen, english = (synthesise_speech(text, HZ, one) for one in (None, "vi", "en-us"))
    assert found.notes == ("the text is Vietnamese: it is read by the Vietnamese voice",)
    assert chosen.notes == english.notes == ()
    assert np.array_equal(found.samples, chosen.samples)
    assert len(found.samples) != len(english.samples)
    plain = synthesise_speech("xin chao cac ban", HZ)
    assert np.array_equal(plain.samples, synthesise_speech("xin chao cac ban", HZ, "vi").samples)
    assert "accents" in plain.notes[0]
    usual = synthesise_speech("Good morning", HZ)
    assert usual.notes == ()
    assert np.array_equal(usual.samples, synthesise_speech("Good morning", HZ, "en-us").samples)

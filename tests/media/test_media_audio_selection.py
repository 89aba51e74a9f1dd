"""Which of several tracks and channels is used, and at which level; by `mien talk` and by the stage resample alike."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from media_making import picture
from numpy.typing import NDArray

from mien.clips import Clip, ClipError
from mien.execution import Execution
from mien.media.ffmpeg import ffmpeg_exe, probe, probe_sound
from mien.media.reading.audio_selection import select_audio
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.sound import read_recording
from mien.media.video import write_video

Samples = NDArray[np.float32]
HZ = 48000


def voice(hz: float = 440, level: float = 0.5, seconds: float = 1.0) -> Samples:
    """A tone whose level rises and falls, as syllables do."""
    time = np.arange(int(seconds * HZ)) / HZ
    return (level * np.sin(2 * np.pi * hz * time) * np.sin(2 * np.pi * 4 * time)).astype(np.float32)


def silence(seconds: float = 1.0) -> Samples:
    return np.zeros(int(seconds * HZ), np.float32)


def wav(path: Path, *channels: Samples, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, np.stack(channels, axis=1), HZ, subtype=subtype)
    return path


def movie(folder: Path, sounds: list[Path], *options: str, name: str = "x.mkv") -> Path:
    """A second of pictures with one track for each of `sounds`."""
    write_video(folder / "mute.mkv", [picture(100)] * 25, Fraction(25))
    inputs = [word for path in (folder / "mute.mkv", *sounds) for word in ("-i", str(path))]
    maps = [word for number in range(len(sounds) + 1) for word in ("-map", str(number))]
    subprocess.run(
        [ffmpeg_exe(), "-y", "-loglevel", "error", *inputs, *maps, "-c:v", "copy", *options, str(folder / name)],
        check=True,
    )
    return folder / name


def resampled(path: Path) -> tuple[Samples, Clip]:
    rows = resample_clips(
        [Clip("x", "test", str(path))],
        ResampleOptions(),
        path.parent / "out",
        path.parent / "cache",
        Execution(workers=1),
    )
    assert rows[0].ok, rows[0]
    return read_recording(Path(rows[0].path)).samples, rows[0]


def pitch(samples: Samples) -> int:
    """The loudest frequency in hertz; the tone's syllables set it 4 Hz off."""
    part = samples[2000:14000]
    return round(float(np.argmax(np.abs(np.fft.rfft(part)))) * 16000 / len(part))


def level(samples: Samples) -> float:
    """Level relative to `voice()`."""
    return float(np.sqrt(np.mean(samples[1000:15000] ** 2)) / 0.25)


TRACKS = {
    "the default one": ([440, 880], 1, 880),
    "the first without a default": ([440, 880], None, 440),
    "the one with sound": ([0, 880], None, 880),
    "the one with sound, not the silent default": ([0, 880], 0, 880),
    "the default of three": ([0, 440, 880], 2, 880),
}


@pytest.mark.parametrize("case", TRACKS)
@pytest.mark.parametrize("name", ["x.mkv", "x.mp4"])
def test_of_several_tracks_one_with_sound_is_heard(tmp_path: Path, case: str, name: str) -> None:
    tones, default, expected = TRACKS[case]
    sounds = [wav(tmp_path / f"{number}.wav", voice(hz) if hz else silence(1.2)) for number, hz in enumerate(tones)]
    flags = []
    for number in range(len(tones)):
        flags += [f"-disposition:a:{number}", "default" if number == default else "0"]
    path = movie(tmp_path, sounds, *flags, "-c:a", "aac", name=name)
    recording = read_recording(path)
    samples, row = resampled(path)
    for got in (recording.samples, samples):
        assert abs(pitch(got) - expected) < 10
    number = tones.index(expected)
    assert ("number" in " ".join(recording.notes)) is bool(number)
    assert ("number" in (row.detail or "")) is bool(number)


CANCELLING = {
    "opposite": (voice(), -voice()),
    "nearly opposite": (voice(), -0.8 * voice()),
    "opposite in half of the time": (voice(), voice() * np.where(np.arange(HZ) < HZ // 2, 1, -1)),
}


@pytest.mark.parametrize("case", CANCELLING)
@pytest.mark.parametrize("codec", ["pcm_s16le", "aac"])
def test_channels_that_cancel_each_other_are_noticed(tmp_path: Path, case: str, codec: str) -> None:
    path = movie(tmp_path, [wav(tmp_path / "a.wav", *CANCELLING[case])], "-c:a", codec)
    for got, words in ((read_recording(path).samples, "".join(read_recording(path).notes)), resampled(path)):
        assert 0.9 < level(got) < 1.1
        assert "cancel each other out" in (words if isinstance(words, str) else words.detail or "")


def test_channels_that_do_not_cancel_are_averaged_without_a_word(tmp_path: Path) -> None:
    for one, other, expected in ((voice(), voice(), 1.0), (voice(), silence(), 0.5), (voice(), voice(1000), 0.71)):
        path = movie(tmp_path, [wav(tmp_path / "a.wav", one, other)], "-c:a", "flac")
        samples, row = resampled(path)
        for got in (read_recording(path).samples, samples):
            assert level(got) == pytest.approx(expected, abs=0.03)
        assert (select_audio(path).notes, row.detail) == ((), None)


SURROUND = {
    "voice in the centre": [None, None, 440, None, None, None],
    "voice in the centre, music around": [880, 880, 440, None, 660, 660],
    "voice at the left": [440, None, None, None, None, None],
    "voice at the back of eight channels": [None, None, None, None, None, 440, None, None],
    "voice with a loud bass": [440, 440, None, 60, None, None],
    "voice in the third of four channels": [None, None, 440, None],
}


@pytest.mark.parametrize("case", SURROUND)
def test_of_many_channels_the_voice_keeps_its_level(tmp_path: Path, case: str) -> None:
    channels = [silence() if hz is None else voice(hz) for hz in SURROUND[case]]
    path = movie(tmp_path, [wav(tmp_path / "a.wav", *channels)], "-c:a", "flac")
    for got in (read_recording(path).samples, resampled(path)[0]):
        assert abs(pitch(got) - 440) < 10
        assert level(got) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("peak", [1.02, 3.6, 20_000.0])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_float_samples_beyond_one_are_scaled_to_their_peak(tmp_path: Path, peak: float, subtype: str) -> None:
    source = wav(tmp_path / "a.wav", voice(level=peak), subtype=subtype)
    path = movie(tmp_path, [source], "-c:a", "pcm_f32le" if subtype == "FLOAT" else "pcm_f64le")
    expected = voice(level=1.0)[::3]
    samples, row = resampled(path)
    for got, words in (
        (read_recording(source).samples, read_recording(source).notes),
        (read_recording(path).samples, read_recording(path).notes),
        (samples, (row.detail,)),
    ):
        part = got[200:15000] - expected[200:15000]
        assert np.sqrt(np.mean(part**2)) < 0.02
        assert "scaled to its peak" in str(words)
        assert len(words) == 1


def test_sound_of_a_lossy_codec_beyond_one_is_scaled_too(tmp_path: Path) -> None:
    source = wav(tmp_path / "a.wav", voice(level=3.6), subtype="FLOAT")
    path = movie(tmp_path, [source], "-c:a", "libvorbis")
    got = read_recording(path).samples
    assert np.sqrt(np.mean((got[1000:15000] - voice(level=1.0)[3000:45000:3]) ** 2)) < 0.06
    assert "scaled to its peak" in "".join(select_audio(path).notes)


def test_usual_overshoot_of_a_lossy_codec_is_no_matter(tmp_path: Path) -> None:
    path = movie(tmp_path, [wav(tmp_path / "a.wav", voice(level=1.0))], "-c:a", "libmp3lame")
    assert select_audio(path).gain == 1.0
    assert select_audio(path).notes == ()


def test_sound_whose_channels_change_is_read_to_its_end(tmp_path: Path) -> None:
    for name, count in (("one", 1), ("two", 2)):
        wav(tmp_path / f"{name}.wav", *[voice()] * count)
        command = [ffmpeg_exe(), "-loglevel", "error", "-i", str(tmp_path / f"{name}.wav"), "-c:a", "aac"]
        subprocess.run([*command, "-f", "adts", str(tmp_path / f"{name}.aac")], check=True)
    path = tmp_path / "both.aac"
    path.write_bytes((tmp_path / "one.aac").read_bytes() + (tmp_path / "two.aac").read_bytes())
    got = read_recording(path).samples
    assert len(got) == pytest.approx(32000, rel=0.06)
    assert level(got[17000:]) == pytest.approx(1.0, abs=0.1)


def test_a_clip_whose_sound_changes_its_channels_keeps_picture_and_sound_in_time(tmp_path: Path) -> None:
    """As broadcasts do between programmes: two transport streams, one after the other."""
    content = b""
    for count, start in ((1, 0.0), (2, 1.0)):
        source = movie(tmp_path, [wav(tmp_path / "a.wav", *[voice()] * count)], "-c:a", "aac", name=f"{count}.mkv")
        part = tmp_path / f"{count}.ts"
        command = [ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(source), "-c", "copy"]
        subprocess.run([*command, "-output_ts_offset", str(start), str(part)], check=True)
        content += part.read_bytes()
    (tmp_path / "x.ts").write_bytes(content)
    samples, row = resampled(tmp_path / "x.ts")
    assert row.seconds == pytest.approx(2.0, abs=0.1)
    assert len(samples) == pytest.approx(32000, abs=1600)
    for half in (samples[1000:15000], samples[17500:31000]):
        assert np.sqrt(np.mean(half**2)) == pytest.approx(0.25, abs=0.03)


def test_tracks_of_an_unknown_kind_are_passed_over(tmp_path: Path) -> None:
    """As the spatial sound of newer phones beside a track that every program knows."""
    sounds = [wav(tmp_path / "a.wav", voice(880)), wav(tmp_path / "b.wav", voice(440))]
    options = ("-c:a:0", "alac", "-c:a:1", "aac", "-disposition:a:0", "default", "-disposition:a:1", "0")
    path = movie(tmp_path, sounds, *options, name="x.mp4")
    path.write_bytes(path.read_bytes().replace(b"alac", b"apXX"))
    samples, _ = resampled(path)
    for got in (read_recording(path).samples, samples):
        assert abs(pitch(got) - 440) < 10
    alone = movie(tmp_path, sounds[:1], "-c:a", "alac", name="y.mp4")
    alone.write_bytes(alone.read_bytes().replace(b"alac", b"apXX"))
    assert probe(alone).audio_hz is None
    for look in (read_recording, probe_sound):
        with pytest.raises(ClipError) as caught:
            look(alone)  # type: ignore[operator]
        assert caught.value.reason == "no_audio"


def test_pictures_of_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    path = movie(tmp_path, [wav(tmp_path / "a.wav", voice())], "-c:a", "aac", name="x.mp4")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"apXX"))
    with pytest.raises(ClipError) as caught:
        probe(path)
    assert caught.value.reason == "undecodable"

"""Small media files with chosen time stamps, for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mien.media.sound import read_sound


def picture(level: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, np.uint8)


def write_media(
    path: Path,
    frames: Iterable[tuple[Fraction, NDArray[np.uint8]]] | None,
    sound: NDArray[np.float32] | None = None,
    sound_hz: int = 44100,
    sound_start: Fraction = Fraction(0),
    codecs: tuple[str, str] = ("libx264", "pcm_s16le"),
    rate: Fraction = Fraction(30),
    sound_gaps: Sequence[tuple[float, float]] = (),
    sample_aspect: Fraction | None = None,
) -> Path:
    """Frames with their times in seconds, sound from `sound_start` on; the parts `sound_gaps` (from, to) left out."""
    with av.open(str(path), "w") as container:
        video = audio = None
        packets: list[av.Packet] = []
        clock = Fraction(1, 90000) if codecs[0] == "libx264" else 1 / rate
        if frames is not None:
            frames = list(frames)
            video = container.add_stream(codecs[0], rate=rate)
            video.height, video.width = frames[0][1].shape[:2]
            video.pix_fmt = "yuv420p"
            video.codec_context.time_base = clock
            if codecs[0] == "libx264":
                video.options = {"preset": "ultrafast", "crf": "20", "threads": "1"}
            if sample_aspect is not None:
                video.codec_context.sample_aspect_ratio = sample_aspect
        if sound is not None:
            audio = container.add_stream(codecs[1], rate=sound_hz, layout="mono")
        if video is not None and frames is not None:
            converted: dict[int, av.VideoFrame] = {}  # few different pictures are shown again and again
            for time, image in frames:
                if id(image) not in converted:
                    converted[id(image)] = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
                frame = converted[id(image)]
                frame.pts, frame.time_base = round(time / clock), clock
                packets += video.encode(frame)
            packets += video.encode(None)
        if audio is not None and sound is not None:
            step = 1024 if sound_gaps else 16384
            for start in range(0, len(sound), step):
                at = start / sound_hz
                if any(begin <= at < end for begin, end in sound_gaps):
                    continue
                block = np.round(np.clip(sound[start : start + step], -1, 1) * 32767).astype(np.int16)[None]
                part = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
                part.sample_rate = sound_hz
                part.time_base = Fraction(1, sound_hz)
                part.pts = start + round(sound_start * sound_hz)
                packets += audio.encode(part)
            packets += audio.encode(None)
        if packets:
            container.start_encoding()
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def flashes_and_clicks(
    times: Sequence[Fraction], hz: int = 44100, every: float = 10.0, first: float = 3.0
) -> tuple[list[tuple[Fraction, NDArray[np.uint8]]], NDArray[np.float32]]:
    """Dark frames at `times`, three bright ones every `every` seconds, and sound that clicks when they begin."""
    dark, bright = picture(16), picture(235)
    sound = np.zeros(int((float(times[-1]) + 0.05) * hz), np.float32)
    frames, until, following = [], -1, first
    for index, time in enumerate(times):
        if float(time) >= following and float(times[-1]) - float(time) > 0.5:
            following += every
            until = index + 3
            at = round(float(time) * hz)
            sound[at : at + hz // 100] = 0.9 * np.sin(2 * np.pi * 2000 * np.arange(hz // 100) / hz)
        frames.append((time, bright if index < until else dark))
    return frames, sound


def onsets(levels: NDArray[np.float64], threshold: float) -> NDArray[np.int64]:
    """Indices at which `levels` rises above `threshold`."""
    above = levels > threshold
    return np.flatnonzero(above & ~np.concatenate([[False], above[:-1]]))


def flash_and_click_times(path: Path, fps: Fraction, hz: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds at which flashes and clicks begin, frames and samples counted, time stamps ignored."""
    with av.open(str(path)) as container:
        planes = ((frame.planes[0], frame.width) for frame in container.decode(video=0))
        bright = np.array(
            [
                np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[::8, :width:8].mean()  # lines are padded
                for plane, width in planes
            ]
        )
    samples = np.abs(read_sound(path, hz))
    total = np.concatenate([np.zeros(hz // 100), np.cumsum(samples, dtype=np.float64)])
    loud = total[hz // 100 :] - total[: -(hz // 100)]  # sums over 10 ms: the waves of a click as one
    return onsets(bright, 128) / float(fps), onsets(loud, 0.5) / hz


def write_changing(path: Path, parts: Sequence[tuple[int, int, int, str]], rate: int = 25) -> Path:
    """Motion JPEG whose pictures change: parts of (frames, width, height, pixel format), with 440 Hz of sound.

    The left half of a picture is bright, and each is brighter than the one before.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream("mjpeg", rate=rate)
        video.width, video.height, video.pix_fmt = parts[0][1:]
        audio = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        container.start_encoding()
        number = 0
        for count, width, height, form in parts:
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, form, Fraction(1, rate)
            for _ in range(count):
                image = picture(10 + 4 * number, width, height)
                image[:, : width // 2] += 100
                for packet in encoder.encode(av.VideoFrame.from_ndarray(image, "rgb24").reformat(format=form)):
                    packet.stream, packet.pts, packet.dts = video, number, number
                    packet.time_base, packet.duration = Fraction(1, rate), 1
                    container.mux(packet)
                number += 1
        sound = np.sin(2 * np.pi * 440 * np.arange(number * 16000 // rate) / 16000)
        part = av.AudioFrame.from_ndarray((16000 * sound).astype(np.int16)[None], format="s16", layout="mono")
        part.sample_rate, part.time_base, part.pts = 16000, Fraction(1, 16000), 0
        container.mux([*audio.encode(part), *audio.encode(None)])
    return path


def tone(seconds: float, hz: int = 16000) -> NDArray[np.float32]:
    """A sine of 440 Hz at half the full scale."""
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * hz)) / hz)).astype(np.float32)

"""The embedded corpus: synthetic actors, rendered and voiced by mien itself, in CREMA-D's layout.

`VideoFlash/*.flv`, `AudioWAV/*.wav`, `VideoDemographics.csv` and `SentenceFilenames.csv` are as CREMA-D's; beside them
`truth/<clip_id>.npz` holds the performance that was rendered, the ground truth.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.acting.acting import act, frame_count
from mien.acting.mood import manner
from mien.clips import INTENSITIES
from mien.corpora.embedded.plan import (
    Actor,
    PlannedClip,
    generator,
    plan_corpus,
)
from mien.corpora.embedded.scene import age, clip_frames, resting_face, turned_aside
from mien.corpora.options import EmbeddedOptions
from mien.corpora.sentences import SENTENCES
from mien.execution import Execution
from mien.heads.performance import Performance
from mien.media.sound import write_wav
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import Speech, Voice, resample
from mien.media.video import write_video
from mien.parallel import map_clips

VIDEO_FOLDER, SOUND_FOLDER, TRUTH_FOLDER = "VideoFlash", "AudioWAV", "truth"
SOUND_HZ = 16000
PEAK = 0.9
"""Largest absolute sample: louder clips are scaled down, not clipped."""

_ROOM_NOISE = 10 ** (-66 / 20)  # noise floor of the recording, dBFS
_VIDEO_QUALITY = 15

_BATCH = 6
"""Clips of one actor that one process renders: an actor's atlas takes as long to paint as 40 frames to render."""


def render_corpus(options: EmbeddedOptions, folder: Path, execution: Execution) -> None:
    """Render every planned clip into `folder`, which exists; the corpus is whole or an error is raised.

    Raises SpeechUnavailable, naming the remedy, where no speech can be made; RuntimeError when a clip failed.
    """
    synthesiser()  # raises before any process is started
    plan = plan_corpus(options)
    for name in (VIDEO_FOLDER, SOUND_FOLDER, TRUTH_FOLDER):
        (folder / name).mkdir(parents=True, exist_ok=True)
    tiny = options.model_copy(update={"width": 16, "height": 12})
    next(clip_frames(tiny, *plan[0], Performance.still()))  # numba compiles into its cache here, not in every worker
    by_actor = [list(clips) for _, clips in groupby(plan, lambda planned: planned[0].actor_id)]
    batches = [clips[at : at + _BATCH] for clips in by_actor for at in range(0, len(clips), _BATCH)]
    render = partial(_render_batch, partial(render_clip, options, folder))
    outcomes = map_clips(render, batches, execution, "embedded corpus", unit="batches")
    failed = [str(outcome.detail or outcome.reason) for outcome in outcomes if outcome.reason is not None]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(batches)} batches could not be rendered; the first: {failed[0]}")
    _write_tables(folder, options.seed, [actor for actor, _ in plan], [clip.clip_id for _, clip in plan])


def _render_batch(
    render: Callable[[tuple[Actor, PlannedClip]], str], batch: Sequence[tuple[Actor, PlannedClip]]
) -> list[str]:
    """Render an actor's clips in one process, which keeps the actor's texture atlas; an error names the clip."""
    ids = []
    for planned in batch:
        try:
            ids.append(render(planned))
        except Exception as error:
            raise RuntimeError(f"{planned[1].clip_id}: {error}") from error
    return ids


def render_clip(options: EmbeddedOptions, folder: Path, planned: tuple[Actor, PlannedClip]) -> str:
    """Make one clip's video, sound and truth in `folder`; returns its id. A function of the seed and the id alone."""
    actor, clip = planned
    rng = generator("clip", options.seed, clip.clip_id)
    intensity = acted_intensity(rng, actor, clip)
    speech = speak_line(actor, clip, intensity)
    lead, tail = rng.uniform(0.25, 0.42), rng.uniform(0.22, 0.38)
    rest = resting_face(options.seed, actor)
    performance = act(rng, speech, lead, lead + speech.seconds + tail, options.fps, clip.emotion, intensity, rest)
    performance = turned_aside(performance, options, clip)
    frames = frame_count(lead + speech.seconds + tail, options.fps)
    sound = recorded(rng, speech, lead, float(frames / options.fps), manner(clip.emotion, intensity).dbfs)
    write_video(
        folder / VIDEO_FOLDER / f"{clip.clip_id}.flv",
        clip_frames(options, actor, clip, performance),
        options.fps,
        sound,
        speech.hz,
        quality=_VIDEO_QUALITY,
        portable=True,
    )
    write_wav(folder / SOUND_FOLDER / f"{clip.clip_id}.wav", resample(sound, speech.hz, SOUND_HZ), SOUND_HZ)
    performance.save(folder / TRUTH_FOLDER / f"{clip.clip_id}.npz")
    return clip.clip_id


def acted_intensity(rng: np.random.Generator, actor: Actor, clip: PlannedClip) -> float:
    """Intensity of the acted emotion in [0, 1]: that of the clip's level; for XX drawn from [0.7, 0.95]."""
    asked = INTENSITIES[clip.level]
    by_chance = rng.uniform(0.7, 0.95)
    if clip.emotion == "NEU":
        return 0.0
    return float(min(1.0, actor.warmth * (by_chance if asked is None else asked)))


def speak_line(actor: Actor, clip: PlannedClip, intensity: float) -> Speech:
    """The clip's sentence in the actor's voice with the emotion's prosody."""
    how = manner(clip.emotion, intensity)
    voice = Voice(
        language=actor.language,
        variant=actor.variant,
        pitch=int(np.clip(round(actor.pitch + how.pitch), 0, 99)),
        pitch_range=int(np.clip(round(50 + how.pitch_range), 0, 99)),
        words_per_minute=int(np.clip(round(185 * actor.rate * how.rate), 80, 450)),
    )
    text = SENTENCES[clip.sentence_id]
    if clip.emotion in ("ANG", "HAP") and intensity > 0.6:
        text = text.rstrip(".") + "!"
    return synthesiser().speak(text, voice)


def recorded(rng: np.random.Generator, speech: Speech, lead: float, seconds: float, dbfs: float) -> NDArray[np.float32]:
    """The sound (N,) of a clip of `seconds` at the speech's sample rate: speech after `lead` s, over room noise.

    RMS is `dbfs` dB relative to full scale, less where a peak would exceed `PEAK`.
    """
    samples = rng.normal(0, _ROOM_NOISE, round(seconds * speech.hz))
    start = round(lead * speech.hz)
    room = min(len(speech.samples), len(samples) - start)
    voice = np.zeros(len(samples))
    voice[start : start + room] = speech.samples[:room]
    gain = 10 ** (dbfs / 20) / np.sqrt((voice**2).mean())
    gain = min(gain, PEAK / np.abs(voice).max())
    return np.clip(samples + voice * gain, -1, 1).astype(np.float32)


def _write_tables(folder: Path, seed: int, actors: Sequence[Actor], clip_ids: Sequence[str]) -> None:
    """The two tables with CREMA-D's columns, quoted as it quotes. Race and ethnicity of a rendered person: Unknown."""
    people = {actor.actor_id: actor for actor in actors}
    with (folder / "VideoDemographics.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(["ActorID", "Age", "Sex", "Race", "Ethnicity"])
        for actor_id, person in sorted(people.items()):
            writer.writerow([int(actor_id), age(seed, person), person.sex.title(), "Unknown", "Unknown"])
    with (folder / "SentenceFilenames.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(["Stimulus_Number", "Filename"])
        writer.writerows(enumerate(sorted(clip_ids), 1))

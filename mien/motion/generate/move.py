"""What `mien move` does: words, or a time line of them, become a head that moves, as a video or as a file."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.embedded.people import sample_actor
from mien.heads.export.mesh_files import write_glb, write_obj
from mien.heads.head import Head, HeadError
from mien.heads.performance import ARKIT_NAMES, Performance
from mien.heads.render.playback import render_head
from mien.media.gif import write_gif
from mien.media.provenance import Provenance, comment, draw_mark, git_revision, tags
from mien.media.video import write_video
from mien.motion.data.features import FPS
from mien.motion.generate.blinks import asks_for_lids, with_blinks
from mien.motion.generate.limits import MoveError, check_seconds
from mien.motion.generate.mover import Mover, Passage
from mien.motion.generate.request import (
    VIDEOS,
    MoveOptions,
    check_request,
    longest_of,
)
from mien.motion.generate.script import (
    Cue,
    Script,
    frame_spans,
    read_script,
)
from mien.motion.measure.events import Event, find_events
from mien.progress import progress_bar
from mien.training.model_folder import read_config

Picture = NDArray[np.uint8]

TITLE = "AI-generated head motion"

SHOWN = 0.2
"""A head that lacks an expression is told of where the motion asks for more of it than this."""


LONG_FRAMES = 1500
"""Making more frames than these takes more than a few seconds: then there is a progress bar."""


@dataclass(frozen=True)
class Moved:
    """What was made. `making_seconds`: for the motion; `drawn`: frames drawn a second, None where none were.

    `events`: what the head does, found in the motion itself; `notes`: what its maker should know.
    """

    path: Path
    performance: Performance
    model_version: str
    making_seconds: float
    drawn: float | None
    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()

    def speed(self) -> str:
        """How fast it went, such as `100 frames made in 0.41 s, drawn at 85 frames/s: 3.4 times real time`."""
        frames, fps = len(self.performance), float(self.performance.fps)
        told = f"{frames} frames made in {self.making_seconds:.2f} s"
        if self.drawn is None:
            return f"{told}: {self.performance.seconds / max(self.making_seconds, 1e-9):.1f} times real time"
        return f"{told}, drawn at {self.drawn:.0f} frames/s: {self.drawn / fps:.1f} times real time"


@dataclass(frozen=True)
class Actor:
    """A head with the person who is shown: identity (I,), None for the average; how they look, None for the usual."""

    head: Head
    identity: Tensor | None = None
    appearance: Appearance | None = None


def move(options: MoveOptions, out: Path, model: Path = Path("models/head_motion"), force: bool = False) -> Moved:
    """Make the motion and write it to `out`, whole or not at all; the suffix decides what is written.

    .mp4 and .gif: a video of the head, whose metadata says that it is generated; .npz: the motion alone, as
    `Performance.load` reads it; .glb: the animated head; .obj: a folder with a file for each frame. An existing file is
    overwritten only with `force`, an input and a folder never. Raises MoveError for everything that a person
    can put right.
    """
    check_request(options, out, model, force)
    actor = open_actor(options)
    return move_with(load_mover(model), actor, options, out, model)


def load_mover(model: Path) -> Mover:
    """The model in a folder; raises MoveError when it cannot be used."""
    try:
        return Mover.load(model)
    except (ValueError, OSError, RuntimeError) as error:
        raise MoveError(f"the model in {model} cannot be used: {error}") from error


def version_of(mover: Mover) -> str:
    """The version of a model that is written into files."""
    return f"head_motion {mover.version[:12]}"


def open_actor(options: MoveOptions) -> Actor:
    """The head that is asked for; raises MoveError when it cannot be had."""
    try:
        head = open_head(options.head, options.head_file)
    except HeadError as error:
        raise MoveError(str(error)) from error
    if options.head != "embedded":
        return Actor(head)
    identity, appearance, _ = sample_actor(options.person or 0)
    return Actor(head, identity, appearance)


def move_with(mover: Mover, actor: Actor, options: MoveOptions, out: Path, model: Path, progress: bool = True) -> Moved:
    """`move` for a request that is checked, with a model that is loaded from the folder `model`."""
    script = Script((Cue(0.0, options.text or ""),)) if options.script is None else read_script(options.script)
    started = time.perf_counter()
    try:
        performance, quiet = _performance(mover, script, options)
        making = time.perf_counter() - started
        check_seconds(performance.seconds, longest_of(out), f"a motion in {out.suffix} form")
        notes = [*_word_notes(mover, script)]
        if out.suffix != ".npz":
            notes += _head_notes(actor.head, performance)
        blinks = options.blink and out.suffix in VIDEOS
        stage = _Stage(actor, with_blinks(performance, options.seed, quiet) if blinks else performance, options)
        bar = progress_bar("move", len(performance), "frames") if progress and out.suffix in VIDEOS else nullcontext()
        with bar as advance:
            shown = stage.frames(advance)
            prompt = options.text if options.script is None else script.description()
            metadata = provenance_tags(version_of(mover), model, options.seed, prompt)
            _write(out, performance, stage, shown, metadata)
    except MoveError:
        raise
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise MoveError(f"{out} could not be made: {reason}") from error
    events = find_events(performance)
    return Moved(out, performance, version_of(mover), making, stage.drawn, events, tuple(notes))


def _performance(mover: Mover, script: Script, options: MoveOptions) -> tuple[Performance, list[tuple[float, float]]]:
    """The motion, and the spans in seconds in which the words say what the eyes do."""
    spans = frame_spans(script, float(FPS))
    passages = [
        Passage(cue.text, options.seconds if end is None else float((end - start) / FPS))
        for cue, (start, end) in zip(script.cues, spans, strict=True)
    ]
    total = sum(round((passage.seconds or 0) * float(FPS)) for passage in passages)
    with progress_bar("motion", total, "frames") if total > LONG_FRAMES else nullcontext() as advance:
        made = mover.follow(passages, options.seed, options.guidance, options.steps, advance)
    first = spans[0][0]
    if first:
        made = _held_before(made, first)
    quiet = [
        (start / float(FPS), made.seconds if end is None else end / float(FPS))
        for cue, (start, end) in zip(script.cues, spans, strict=True)
        if asks_for_lids(cue.text)
    ]
    return made, quiet


def _held_before(performance: Performance, frames: int) -> Performance:
    """The performance after so many frames in which the head waits as it begins."""

    def held(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([np.repeat(values[:1], frames, 0), values])

    return Performance(
        performance.fps, held(performance.expression), held(performance.neck), held(performance.translation),
        held(performance.gaze),
    )  # fmt: skip


class _Stage:
    """The frames of a video as they come, and how fast they are drawn."""

    def __init__(self, actor: Actor, performance: Performance, options: MoveOptions) -> None:
        self.actor, self.performance, self.options = actor, performance, options
        self.drawn: float | None = None

    def frames(self, advance: object = None) -> Iterator[Picture]:
        options, actor = self.options, self.actor
        rendered = render_head(
            actor.head, actor.identity, self.performance, (options.size, options.size), appearance=actor.appearance,
            renderer=options.renderer,  # type: ignore[arg-type]  # checked against the renderers that there are
        )  # fmt: skip
        drawing, count = 0.0, 0
        while True:
            before = time.perf_counter()
            frame = next(rendered, None)
            if frame is None:
                return
            count += 1
            if count > 1:  # with the first one the head is set up and painted
                drawing += time.perf_counter() - before
                self.drawn = (count - 1) / max(drawing, 1e-9)
            if callable(advance):
                advance(1)
            yield draw_mark(frame) if options.mark else frame


def _write(
    out: Path, performance: Performance, stage: _Stage, shown: Iterable[Picture], metadata: Mapping[str, str]
) -> None:
    if out.suffix == ".npz":
        performance.save(out)
    elif out.suffix == ".glb":
        write_glb(out, stage.actor.head, stage.actor.identity, stage.performance)
    elif out.suffix == ".obj":
        write_obj(out, stage.actor.head, stage.actor.identity, stage.performance)
    elif out.suffix == ".gif":
        write_gif(out, shown, performance.fps, comment(metadata))
    else:
        write_video(out, shown, performance.fps, metadata=metadata)


def _word_notes(mover: Mover, script: Script) -> Iterator[str]:
    told: set[str] = set()
    for cue in script.cues:
        yield from unknown_word_notes(mover, cue.text, told)
        left = mover.model.text.words_left_out(cue.text)
        if left:
            yield f"the text is too long: the model does not read its last {left} words, part it with --script"


def unknown_word_notes(mover: Mover, text: str, told: set[str] | None = None) -> Iterator[str]:
    """A note for each word that the model has never seen, but for those `told` already."""
    for unknown in mover.unknown_words(text):
        if told is not None and unknown.word in told:
            continue
        if told is not None:
            told.add(unknown.word)
        yield unknown.note


def _head_notes(head: Head, performance: Performance) -> Iterator[str]:
    peaks = performance.expression.max(0)
    lacking = [name for name, peak in zip(ARKIT_NAMES, peaks, strict=True) if peak > SHOWN]
    lacking = [name for name in lacking if name not in head.expressions]
    if lacking:
        yield f"the head {head.name} cannot show {', '.join(lacking)}, which this motion has"


def provenance_tags(version: str, model: Path, seed: int, prompt: str | None) -> dict[str, str]:
    """The tags that say what the file is: they hold the words of the motion, but no names of files."""
    from mien import __version__

    digest = read_config(model, ("head_motion",)).get("data")
    return tags(
        Provenance(
            generator=f"mien {__version__}",
            model=version,
            git_revision=git_revision(),
            data_digest=digest if isinstance(digest, str) else None,
            seed=seed,
            prompt=prompt,
        ),
        TITLE,
    )

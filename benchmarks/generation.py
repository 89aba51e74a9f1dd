"""Frames a second of generation at 128² on 2 cores: the network alone, and all of `mien talk`.

    python benchmarks/generation.py [--threads 2] [--image FACE.png]
    python benchmarks/generation.py --long [--minutes 10]

The network alone (speech encoder, codes and decoder, in chunks of 16 frames) is measured as `warp`, as `direct` at the
same feature maps, and as `direct` at the size of the 2020 system (64, 128, 256, 512, 512 feature maps). End to end is
`Loaded.make` of the system with the model loaded: speech synthesis, face detection, alignment, generation,
paste-back, encoding. The first frame is that of `Talker.talk`, after `warm_up`. Weights are random,
which changes no time; the portrait is a rendered head of the embedded corpus, 480×360, or any picture.

`--long` makes a video of several minutes in a process of its own, after one of ten seconds in another, and reports the
most memory that each process, with its encoder, held.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from measuring import FPS, PeakMemory, Row, print_table, rate
from PIL import Image

from mien.corpora.embedded.plan import plan_corpus
from mien.corpora.embedded.scene import clip_frames
from mien.corpora.options import EmbeddedOptions
from mien.faces.measures import FACE_POSE
from mien.heads.performance import Performance
from mien.media.log_mel import MELS
from mien.systems.system import Loaded
from mien.talking.generate.frame_generator import CHUNK_FRAMES
from mien.talking.generate.request import TalkRequest
from mien.talking.generate.talk import GeneratedVideo
from mien.talking.generate.talker import Talker, warm_up
from mien.talking.networks.encoders import SPEECH_CONTEXT
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.options import GeneratorOptions
from mien.talking.system import SYSTEM
from mien.training.model_folder import ModelFiles, count_parameters, save_models

CHANNELS_2020 = (64, 128, 256, 512, 512)
SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody has asked it why. "
SENTENCE_SECONDS = 4.6
"""About how long espeak speaks it."""


def new_generator(architecture: str, channels: tuple[int, ...]) -> Generator:
    """A generator with random weights that is otherwise what training makes of the defaults, at 128²."""
    usual = GeneratorOptions()
    config = GeneratorConfig.model_validate(
        {
            "architecture": architecture, "size": 128, "fps": FPS, "sample_rate": 16_000, "image_channels": channels,
            "speech_width": usual.speech_width, "code_width": usual.code_width,
        }
    )  # fmt: skip
    torch.manual_seed(0)
    return Generator(config).eval().requires_grad_(False)


def saved_model(folder: Path) -> Path:
    """A model folder with that."""
    options = GeneratorOptions()
    generator = new_generator("warp", options.image_channels)
    card = "# Random weights\n"
    model = ModelFiles("talking_face", generator, generator.describe(), options, "0" * 16, {}, lambda _: card)
    save_models(folder, {"": model})
    return folder


def rendered_head(path: Path) -> Path:
    """A picture of a person of the embedded corpus who does nothing, 480×360."""
    options = EmbeddedOptions()
    actor, clip = plan_corpus(options)[0]
    frame = next(iter(clip_frames(options, actor, clip, Performance.still())))
    Image.fromarray(frame).save(path)
    return path


def network_rate(architecture: str, channels: tuple[int, ...], seconds: float) -> tuple[float, str]:
    """Frames a second of the network alone, and the line that says so."""
    network = new_generator(architecture, channels)
    maps = network.image_encoder(torch.rand(1, 3, 128, 128) * 2 - 1)
    landmarks = network.landmarks(maps)
    log_mels = torch.randn(CHUNK_FRAMES, MELS, SPEECH_CONTEXT)
    emotion_weights, pose = torch.rand(1, CHUNK_FRAMES, 6), torch.randn(1, CHUNK_FRAMES, len(FACE_POSE)) * 0.01

    def chunk() -> None:
        speech = network.speech_encoder(log_mels)[:, 0][None]
        conditions = network.conditions(landmarks, speech, emotion_weights, pose)
        network.decode(maps, landmarks, network.goal(landmarks, conditions), conditions)

    with torch.no_grad():
        result = rate(chunk, CHUNK_FRAMES, seconds)
    size = "/".join(map(str, channels))
    parameters = count_parameters(network) / 1e6
    return result, f"{architecture:6s} {size:20s} {parameters:6.2f} M parameters {result:9.1f} frames/s"


def network_rows(seconds: float) -> tuple[list[str], list[Row]]:
    """The network alone."""
    channels = GeneratorOptions().image_channels
    warp, warp_line = network_rate("warp", channels, seconds)
    small, small_line = network_rate("direct", channels, seconds)
    large, large_line = network_rate("direct", CHANNELS_2020, seconds)
    rows = [
        Row("network alone, warp to direct at the size of 2020", warp / large, 2.0),
        Row("network alone, warp to direct at the same feature maps", warp / small),
    ]
    return [warp_line, small_line, large_line], rows


def whole_rows(folder: Path, image: Path, seconds: float) -> tuple[list[str], list[Row]]:
    """All of it, and the first frame."""
    loaded = SYSTEM.load([], model=saved_model(folder / "model"))
    talker: Talker = loaded.main.model
    warm_up()
    text = SENTENCE * max(1, round(seconds / SENTENCE_SECONDS))
    started = time.perf_counter()
    next(talker.talk(image, text=text))
    first = time.perf_counter() - started
    started = time.perf_counter()
    talked = talk(loaded, TalkRequest(image=image, text=text), folder / "o.mp4")
    whole = talked.frames / (time.perf_counter() - started)
    side = Image.open(image).size
    notes = [f"end to end: {talked.frames} frames of {side[0]}×{side[1]}, {talked.seconds:.1f} s of speech"]
    return notes, [
        Row("end to end, frames a second", whole, 50.0),
        Row("end to end, seconds of video made in a second", whole / float(talker.fps), 2.0),
        Row(f"first frame of {talked.seconds:.0f} s of speech, seconds from the call", first, 1.0, at_most=True),
    ]


def talk(loaded: Loaded, request: TalkRequest, out: Path) -> GeneratedVideo:
    """Make the video, without a progress bar."""
    made = loaded.make(request, out, progress=False)
    assert isinstance(made, GeneratedVideo)
    return made


def talk_for(folder: Path, image: Path, seconds: float) -> None:
    """Make a video of so much speech in this process, and print what it took as JSON."""
    loaded = SYSTEM.load([], model=folder / "model")
    text = SENTENCE * max(1, round(seconds / SENTENCE_SECONDS))
    started = time.perf_counter()
    with PeakMemory("ffmpeg") as encoder:
        talked = talk(loaded, TalkRequest(image=image, text=text), folder / "long.mp4")
    taken = time.perf_counter() - started
    # Not that of RUSAGE_CHILDREN: it counts what a process held of its parent's before it became another program.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    (folder / "long.mp4").unlink()
    facts = {"seconds": talked.seconds, "frames": talked.frames, "taken": taken}
    print(json.dumps({**facts, "own": own, "encoder": encoder.megabytes, "megabytes": own + encoder.megabytes}))


def memory_rows(folder: Path, image: Path, minutes: float, threads: int) -> tuple[list[str], list[Row]]:
    """The most memory for little and for much speech, in processes of their own."""
    saved_model(folder / "model")
    notes, facts = [], []
    for seconds in (10.0, 60 * minutes):
        command = [sys.executable, __file__, "--talk-for", str(seconds), "--folder", str(folder)]
        command += ["--image", str(image), "--threads", str(threads)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        facts.append(json.loads(answer.splitlines()[-1]))
        said = "{seconds:7.1f} s of speech, {frames} frames: {taken:.0f} s, {own:.0f} MB, encoder {encoder:.0f} MB"
        notes.append(said.format(**facts[-1]))
    short, long = facts
    what = f"GB held at most for {long['seconds'] / 60:.1f} minutes of speech"
    return notes, [
        Row(what, long["megabytes"] / 1000, 1.5, at_most=True),
        Row("memory for that to memory for ten seconds", long["megabytes"] / short["megabytes"]),
        Row("end to end, frames a second", long["frames"] / long["taken"], 50.0),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", type=Path, help="a picture with a face; without it a head is rendered")
    parser.add_argument("--seconds", type=float, default=20.0, help="of speech end to end (20)")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU (2)")
    parser.add_argument("--long", action="store_true", help="only the memory for a long text")
    parser.add_argument("--minutes", type=float, default=10.0, help="of speech with --long (10)")
    parser.add_argument("--quick", action="store_true", help="only the network alone, as little as gives a figure")
    parser.add_argument("--talk-for", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.threads = 1
    torch.set_num_threads(arguments.threads)
    if arguments.talk_for is not None:
        talk_for(arguments.folder, arguments.image, arguments.talk_for)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notes: list[str] = []
        rows: list[Row] = []
        if not arguments.long:
            notes, rows = network_rows(0.1 if arguments.quick else 3.0)
        if not arguments.quick:
            image = arguments.image or rendered_head(folder / "head.png")
            more = (
                memory_rows(folder, image, arguments.minutes, arguments.threads)
                if arguments.long
                else whole_rows(folder, image, arguments.seconds)
            )
            notes, rows = notes + more[0], rows + more[1]
    print_table(f"generation at 128², {arguments.threads} threads", notes, rows)


if __name__ == "__main__":
    main()

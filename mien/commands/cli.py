"""`mien`: talking faces and moving heads from the command line. Everything heavy is imported inside the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mien.commands.promote import promote

if TYPE_CHECKING:
    from mien.systems.batch import BatchSummary

HELP = """Text in, faces and figures that move out.

`make repro` trains the models; then `mien talk` uses them. `mien COMMAND --help` explains a command.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

TALK_HELP = "\n\n".join(
    [
        "Make a face in a picture say something, with an emotion.",
        "The picture is any photo with a face in it, or a video, of which the best frame is taken; the face talks in "
        "the whole picture (--no-paste-back: only the face is shown). What is said is a text, which is spoken by a "
        "synthesiser, or a recording. The video's metadata says that it is AI-generated, and by which model.",
        "Examples:",
        '  mien talk --image me.jpg --text "Good morning" --emotion HAP -o hello.mp4',
        "  mien talk -i me.jpg --speech voice.wav -e sad --intensity 1 -o sad.mp4",
        '  mien talk -i me.jpg -t "Xin chào" --language vi --voice f2 --captions -o chao.mp4',
        "  mien talk -i us.jpg --face 1 -s voice.wav --emotion-track moods.txt -o moods.mp4",
        '  mien talk -i me.jpg -t "Yes, of course" --motion "nods twice and smiles" -o yes.mp4',
        "An emotion track is a text file of lines `seconds: emotion intensity`, such as `1.5: happy 0.8`; between them "
        "the face changes gradually.",
    ]
)


MOVE_HELP = "\n\n".join(
    [
        "Make a head do what words say: nod, turn, look, smile, frown, wink, …",
        "-o decides what is written: .mp4 or .gif, a video; .npz, the motion alone, which `mien talk --motion` plays "
        "on a photo; .glb, the animated head for other programs; .obj, a folder with a file for each frame. A video's "
        "metadata says that it is AI-generated, by which model and from which words. The head of a video also blinks "
        "where the motion leaves it time (--no-blink: not); the other files hold the model's motion alone.",
        "Examples:",
        '  mien move --text "nods twice, then smiles" -o yes.mp4',
        '  mien move -t "shakes his head" --head ict --seconds 3 -o no.glb',
        "  mien move --script scene.txt --person 5 -o scene.mp4",
        "  mien move --table wishes.csv -o wishes",
        "A script is a text file of lines `seconds: text`, such as `2.5: looks to the left`, each until the next one "
        "starts; a last line `7: end` says when it ends. A table is a CSV file with columns such as text, seconds, "
        "head, seed, out: a row, a file. What it does not say is as the other options have it. A row that fails is "
        "noted in OUT/batch.csv, and the rest goes on (exit 1 then); called again, it makes what is missing or was "
        "asked for differently.",
    ]
)

SHAPES_HELP = "\n\n".join(
    [
        "Make shapes move as words say: a circle, square, triangle or star, or two of them at once.",
        "-o decides what is written: .gif or .mp4, the clips side by side; .png, the frames of each clip in a row, "
        "under its words. The metadata says that they are AI-generated, by which model and from which words. What is "
        "to be seen is then told, measured in the pixels.",
        "Examples:",
        '  mien shapes --text "circle moving up-right" -o out.gif',
        '  mien shapes -t "a big red star is spinning clockwise" --size 256 --seconds 3 -o star.mp4',
        '  mien shapes -t "blue square shrinks" -t "yellow circle grows" --copies 4 -o grid.gif',
        '  mien shapes -t "a white star moves left and a green circle bounces vertically" -o strip.png',
        "It knows the colours red, green, blue, yellow, white and purple; small and big; moving up, down, left, right "
        "or between two of these (up-left, …); rotating clockwise or counter-clockwise; shrinking, expanding; bouncing "
        "and zigzagging, vertically or horizontally.",
    ]
)


def _refuse(message: object) -> NoReturn:
    """One sentence on stderr, exit 2."""
    print(" ".join(str(message).split()), file=sys.stderr)
    raise typer.Exit(2)


@app.callback()
def _main() -> None:
    """Hold the app together: with a callback a single command is still a command."""


Model = Annotated[Path, typer.Option(help="Folder of the model.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite an existing output.")]
MotionModel = Annotated[Path, typer.Option(help="Folder of the model of head motion, for --motion in words.")]
MODEL = Path("models/talking_face")
MOTION_MODEL = Path("models/head_motion")
SHAPES_MODEL = Path("models/shapes")


@app.command(help=TALK_HELP)
def talk(
    image: Annotated[Path, typer.Option("--image", "-i", help="A photo with a face, or a video.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The video to write, .mp4.")],
    text: Annotated[str | None, typer.Option("--text", "-t", help="What is said (or give --speech).")] = None,
    speech: Annotated[Path | None, typer.Option("--speech", "-s", help="A recording of what is said.")] = None,
    emotion: Annotated[
        str | None, typer.Option("--emotion", "-e", help="ANG DIS FEA HAP NEU SAD, or happy, sad, … (default: NEU)")
    ] = None,
    intensity: Annotated[float, typer.Option(help="How strong the emotion is, 0 to 1.")] = 0.67,
    emotion_track: Annotated[Path | None, typer.Option(help="Emotions over time, instead of --emotion.")] = None,
    motion: Annotated[
        str | None,
        typer.Option(help="Head motion: a file, .npz, or words such as 'nods and smiles' (default: drawn from noise)."),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Who speaks the text: espeak, vits, or vits:MODEL, a name or a folder.")
    ] = "espeak",
    language: Annotated[str, typer.Option(help="Language of the spoken text: en-us, en-gb, vi, de, …")] = "en-us",
    voice: Annotated[str | None, typer.Option(help="Voice of the spoken text: f1–f5, m1–m8.")] = None,
    face: Annotated[str, typer.Option(help="Who talks: largest, or a number, from 0 on the left.")] = "largest",
    paste_back: Annotated[bool, typer.Option(help="Show the whole picture, or only the face.")] = True,
    size: Annotated[
        int | None,
        typer.Option(help="Longest side of the video in pixels (default: the picture's, up to 1280; 256 for a face)"),
    ] = None,
    captions: Annotated[bool, typer.Option(help="Write the words as WebVTT beside the video.")] = False,
    mark: Annotated[bool, typer.Option(help="Draw a visible mark, AI, into the video.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another movement.")] = 0,
    model: Model = MODEL,
    motion_model: MotionModel = MOTION_MODEL,
    force: Force = False,
) -> None:
    from mien.talking.generate.request import (
        TalkError,
        TalkOptions,
        check_request,
        face_number,
        motion_words,
    )

    try:
        options = TalkOptions(
            image=image, text=text, speech=speech, emotion=emotion, intensity=intensity, emotion_track=emotion_track,
            motion=motion, engine=engine, language=language, voice=voice, face=face_number(face), paste_back=paste_back,
            size=size, captions=captions, mark=mark, seed=seed,
        )  # fmt: skip
        check_request(options, out, model, force)  # a mistake is answered before torch is loaded
        words_to_motion = None
        if motion_words(motion) is not None:
            from mien.commands.talk_and_move import WordsToMotion

            words_to_motion = WordsToMotion(motion_model)
        from mien.talking.generate.talk import talk as make

        made = make(options, out, model, force, words_to_motion)
    except TalkError as error:
        _refuse(error)
    for note in made.notes:
        print(f"{image.name}: {note}", file=sys.stderr)
    print(f"{made.path}: {made.seconds:.1f} s, {made.frames} frames, AI-generated by {made.model_version}")
    if made.captions is not None:
        print(f"{made.captions}: captions")


@app.command()
def batch(
    table: Annotated[Path, typer.Argument(help="A CSV file: a row, a video.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder of the videos.")],
    model: Model = MODEL,
    motion_model: MotionModel = MOTION_MODEL,
    force: Force = False,
) -> None:
    """Make a video for each row of a table: columns image, text or speech, emotion, intensity, out, and others of talk.

    A row that fails is noted in OUT/batch.csv, and the rest goes on (exit 1 then). Called again, it makes what is
    missing or was asked for differently.
    """
    from mien.systems.batch import BatchError, read_batch
    from mien.talking.generate.request import (
        TALK_COLUMNS,
        TalkError,
        check_model,
        motion_words,
    )

    try:
        check_model(model)
        rows = read_batch(table, TALK_COLUMNS)  # a mistake is answered before torch is loaded
        words_to_motion, motion_version = None, ""
        if any(motion_words(row.cells.get("motion")) for row in rows):
            from mien.commands.talk_and_move import WordsToMotion

            words_to_motion = WordsToMotion(motion_model)
            motion_version = words_to_motion.version
        from mien.talking.generate.batch import talk_batch

        summary = talk_batch(table, out, model, force, words_to_motion, motion_version)
    except (BatchError, TalkError) as error:
        _refuse(error)
    _tell(summary)


def _tell(summary: BatchSummary) -> None:
    print(summary)
    if summary.failed:
        raise typer.Exit(1)


@app.command(help=MOVE_HELP)
def move(
    out: Annotated[Path, typer.Option("--out", "-o", help=".mp4, .gif, .npz, .glb or .obj; a folder with --table.")],
    text: Annotated[str | None, typer.Option("--text", "-t", help="What the head does.")] = None,
    script: Annotated[Path | None, typer.Option(help="A time line of texts, instead of --text.")] = None,
    table: Annotated[Path | None, typer.Option(help="A CSV file, instead of --text: a row, a file.")] = None,
    head: Annotated[str | None, typer.Option(help="embedded, ict, flame or gnm: see `mien heads`.")] = None,
    head_file: Annotated[
        Path | None, typer.Option(help="File or folder of the head (default: in its usual place).")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Length (default: as long as what the text says usually takes).")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed, another way to do it (default: 0).")] = None,
    guidance: Annotated[
        float | None, typer.Option(help="How much the words are exaggerated, 0 to 20 (default: the model's).")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of sampling, 1 to 50 (default: the model's).")] = None,
    size: Annotated[int | None, typer.Option(help="Side of the video in pixels (default: 512).")] = None,
    person: Annotated[int | None, typer.Option(help="Which made-up person the embedded head shows, from 0.")] = None,
    renderer: Annotated[str | None, typer.Option(help="numba, pyrender or dots (default: numba).")] = None,
    mark: Annotated[bool | None, typer.Option("--mark", help="Draw a visible mark, AI, into the video.")] = None,
    blink: Annotated[bool | None, typer.Option(help="Let the head of the video blink (default: it does).")] = None,
    model: Model = MOTION_MODEL,
    force: Force = False,
) -> None:
    from mien.motion.generate.limits import MoveError
    from mien.motion.generate.request import (
        MOVE_COLUMNS,
        check_model,
        check_numbers,
        check_request,
        options_of,
    )
    from mien.systems.batch import BatchError, read_batch

    given = {
        "text": text, "script": script, "head": head, "head_file": head_file, "seconds": seconds, "seed": seed,
        "guidance": guidance, "steps": steps, "size": size, "person": person, "renderer": renderer, "mark": mark,
        "blink": blink,
    }  # fmt: skip
    try:
        options = options_of({name: value for name, value in given.items() if value is not None})
        if table is not None:
            if text is not None or script is not None:
                raise MoveError("give one of --text, --script and --table: a table holds its own texts")
            check_model(model)
            check_numbers(options)
            read_batch(table, MOVE_COLUMNS)  # a mistake is answered before torch is loaded
            from mien.motion.generate.batch import move_batch

            _tell(move_batch(table, out, model, options, force))
            return
        check_request(options, out, model, force)
        from mien.motion.generate.move import move as make
        from mien.motion.measure.text import events_in_words

        made = make(options, out, model, force)
    except (BatchError, MoveError) as error:
        _refuse(error)
    for note in made.notes:
        print(note, file=sys.stderr)
    frames = len(made.performance)
    print(f"{made.path}: {made.performance.seconds:.1f} s, {frames} frames, AI-generated by {made.model_version}")
    print(made.speed())
    print(f"the head does: {events_in_words(made.events)}")


@app.command(help=SHAPES_HELP)
def shapes(
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture to write: .gif, .mp4 or .png.")],
    text: Annotated[
        list[str] | None, typer.Option("--text", "-t", help="What is to be seen; several times: a clip for each.")
    ] = None,
    copies: Annotated[int, typer.Option(help="Clips of each text, with one seed after another.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another clip of the same.")] = 0,
    seconds: Annotated[
        float | None, typer.Option(help="Length, 0.4 to 10 (default: that of the clips the model has learned).")
    ] = None,
    size: Annotated[int, typer.Option(help="Side of each clip in pixels, 64 to 512.")] = 64,
    model: Model = SHAPES_MODEL,
    force: Force = False,
) -> None:
    from mien.shapes.generate.limits import AnimateError
    from mien.shapes.generate.request import AnimateOptions, check_request

    options = AnimateOptions(tuple(text or ()), copies, seed, seconds, size)
    try:
        check_request(options, out, model, force)  # a mistake is answered before torch is loaded
        from mien.shapes.generate.animate import animate as make

        made = make(options, out, model, force)
    except AnimateError as error:
        _refuse(error)
    for note in made.notes:
        print(note, file=sys.stderr)
    print(made)
    for clip in made.clips:
        print(clip)


@app.command()
def heads() -> None:
    """List the heads that `mien move` can show: whose they are, what they can show, and how to get what is missing."""
    from mien.commands.heads_table import show
    from mien.heads.catalogue import list_heads

    show(list_heads())


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write: model.onnx and report.json.")],
    model: Annotated[Path, typer.Argument(help="Folder of the model.")] = MODEL,
    force: Force = False,
) -> None:
    """Write a model as ONNX and check it against torch: the report holds the greatest difference."""
    from mien.talking.generate.export import ExportError, export_onnx

    try:
        report = export_onnx(model, out, force=force)
    except ExportError as error:
        _refuse(error)
    worst = max(report.differences.values())
    print(f"{report.path}: {report.bytes / 1e6:.1f} MB, at most {worst:.1e} from torch in units of [−1, 1]")


@app.command()
def inspect(file: Annotated[Path, typer.Argument(help="A video, a sound file or a PNG.")]) -> None:
    """Say what a file's metadata tells of its origin: whether mien generated it, with which model and code."""
    from mien.clips import ClipError
    from mien.media.ffmpeg import open_media
    from mien.media.picture_tags import is_png, picture_tags
    from mien.media.provenance import parse_tags

    try:
        if is_png(file):
            tags = picture_tags(file)
        else:
            with open_media(file) as container:
                tags = {str(key): str(value) for key, value in container.metadata.items()}
    except ClipError as error:
        _refuse(f"{file}: {error}")
    provenance = parse_tags(tags)
    print("AI-generated by mien" if provenance else "no mark of mien (which proves nothing: marks can be removed)")
    for name, value in provenance.model_dump().items() if provenance else ():
        if value is not None or name in ("model", "git_revision", "data_digest"):  # every file ought to tell these
            print(f"  {name.replace('_', ' ')}: {'unknown' if value is None else value}")
    for key in sorted(tags):
        print(f"  {key}: {' '.join(tags[key].split())}")


@app.command()
def doctor(
    model: Model = MODEL,
    motion_model: Annotated[Path, typer.Option(help="Folder of the model of head motion.")] = MOTION_MODEL,
    shapes_model: Annotated[Path, typer.Option(help="Folder of the model of moving shapes.")] = SHAPES_MODEL,
) -> None:
    """Say what this machine has and lacks, each with its remedy. Exit 1 when something essential is missing."""
    from mien.commands.doctor import diagnose, show

    findings = diagnose(model, motion_model, shapes_model)
    show(findings)
    if any(finding.state == "missing" and finding.essential for finding in findings):
        raise typer.Exit(1)


@app.command()
def summary(
    folder: Annotated[Path, typer.Option(help="The repository in which the pipeline ran.")] = Path(),
) -> None:
    """After a run: where the videos, the metrics and the MLflow database are, and the figures in a table."""
    from mien.commands.summary import SummaryError, show

    try:
        show(folder)
    except SummaryError as error:
        _refuse(error)


app.command()(promote)


def main() -> None:
    """Entry point of the `mien` command."""
    app(prog_name="mien")


if __name__ == "__main__":
    main()

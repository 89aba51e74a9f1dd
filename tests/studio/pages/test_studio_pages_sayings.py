"""What makers note and refuse is in Vietnamese on the Vietnamese page: every such sentence of their sources."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest

from mien.clips import REASONS
from mien.follow.generate.request import MOTION_NAMES
from mien.heads.catalogue import HEAD_NAMES, open_head
from mien.heads.head import HeadError
from mien.heads.performance import ARKIT_NAMES
from mien.makers.forms import form_fields, without_flags
from mien.makers.systems import SYSTEMS
from mien.media.speech.normalization.scripts import _LANGUAGES as WRITTEN_IN
from mien.media.speech.normalization.scripts import _NAMES as NAMED_SCRIPTS
from mien.motion.corpus.actions import KINDS, STRENGTHS, Action, Strength
from mien.motion.corpus.plan import Plan
from mien.motion.language.describe import describe, describe_action
from mien.sculpt.corpus.attributes import attributes
from mien.shapes.corpus.vocabulary import MOTIONS, SHAPES
from mien.studio.pages import sayings as sayings_module
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import AS_WRITTEN, COUNTED, said
from tests.studio.pages.sayings_making import Saying, sayings

VIETNAMESE = Translator("vi")

ELSEWHERE = (
    "talking/generate/export.py", "talking/generate/frame_generator.py", "systems/batch.py", "systems/evaluation/",
    "systems/files.py", "systems/placement.py", "media/gif.py", "media/video.py", "media/picture_filters.py",
    "media/provenance.py", "media/captions.py", "media/resample.py", "media/sound.py", "media/speech/vits.py",
    "media/speech/engines.py", "media/speech/interface.py", "media/speech/normalization/numbers.py",
    "bodies/poses/drawing.py", "bodies/keypoints.py", "bodies/places/", "follow/scenes/prior.py",
    "follow/scenes/vocabulary.py", "follow/look/train.py", "follow/generate/served.py", "heads/render/",
    "heads/latents/latents.py", "shapes/generate/animator.py", "faces/pictures/person_mask.py",
)  # fmt: skip
"""Modules whose other sentences a request of a page cannot cause: of exports, batches, evaluations, outputs that the
command line names, engines that only the command line chooses, and mistakes of code that calls them."""

NEVER = {
    # parts of sentences, which are looked at with the whole
    "; ", ", ", "{start} to {end} s", " and {len(spans) - 3} more times", "is 1 other face",
    "are {count - 1} other faces",
    "; the nearest that it knows: {', '.join(self.suggestions)}", "a whole number, {self.least} to {self.most}",
    # of options of the command line, or of files that it names
    "--pipeline is for --architecture animatediff or wan_vace: name one of them",
    "--architecture {self.architecture} draws what a --text says, as a --pose: give both",
    "--translator translates a --text: give one", "{path} is a folder, not a picture", "{path}: there is no such file",
    "this is no regular file", "it has more than {MAX_ONNX_BYTES} bytes", "this is a folder: name a file in it",
    "reading ONNX needs onnx: pip install 'mien[export]'", "it is no ONNX model",
    "{path} is not there: give a video, or poses as .npz, .json, .bvh or a folder of .json",
    "the folder {path.name} holds no .json: OpenPose writes one for each frame",
    "the folder {path.name} holds more than {MOST_FRAMES} frames",
    "poses are written as .npz, .json or a folder, not {path.suffix}",
    # of the installation, or of code that calls them with something else
    "{REMEDY} (espeakng_loader is installed, but its files are missing)", "espeak-ng failed with status {status}",
    "{REMEDY} (its library cannot be loaded: {error})", "{REMEDY} (it does not find its data)",
    "give what is said either as a text or as speech: one of them", "this model takes texts, not timelines",
    "a picture is upright RGB uint8 (H, W, 3), not {image.dtype} {image.shape}", "of a kind that is known",
    "a person's joints, hands and frames are (T, 65, 3), (T, 2), (T,), not {shapes}",
    "the frame is {frame.dtype} {frame.shape}, the crop was uint8 {self.crop.shape}",
    "a text is in the language {', '.join(LANGUAGES)}, not {language}",
}  # fmt: skip
"""Sentences that the page of a maker never shows, or not by themselves."""

VALUES = {
    "error": "the speech is silent", "comma": "'0,5' has a decimal comma: write 0.5",
    "both": "not both", "limits": "0 to 1",
    "self.what": "head motion",
    "kind": "word", "others": "are 2 other faces", "known": "are 2 faces, numbers 0 to 1",
    "left": "only 2 s are left for 'nods'", "fault": "the model knows no word of 'x'", "remedy": "scale it down",
    "item.value": "how fast a figure moves is not told by words", "place": ", the star rotates in its place",
    "_REMEDY": "write one with `mien follow … -o look.json`",
}  # fmt: skip
"""Values of expressions in sentences that are words themselves; of any other, a number will do."""


def _shown(one: Saying) -> str:
    values = dict(VALUES)
    if one.module == "shapes/generate/animate.py":
        values["others"] = ""
    if one.module == "motion/generate/request.py":
        values["error"] = "a whole number, 0 to 999,999"
    if one.module in ("systems/timeline.py", "motion/generate/performer.py"):
        values["error"] = "nothing comes after the end"
    text = "".join(values.get(part, "7") if place % 2 else part for place, part in enumerate(one.parts))
    return without_flags(text)


def test_every_note_and_refusal_of_the_makers_is_said_in_vietnamese() -> None:
    found = [one for one in sayings() if one.text not in NEVER and not one.module.startswith(ELSEWHERE)]
    assert len(found) > 180
    shown = {one: _shown(one) for one in found}
    english = [f"{one.module}:{one.line} {one.text}" for one, text in shown.items() if said(VIETNAMESE, text) == text]
    assert english == []


def test_no_exception_is_out_of_date() -> None:
    found = sayings()
    assert sorted(NEVER - {one.text for one in found}) == []
    assert [place for place in ELSEWHERE if not any(one.module.startswith(place) for one in found)] == []


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("not understood: frog", "không hiểu: frog"),
        (
            "the model has never seen the word 'hat'; the nearest that it knows: hair",
            "mô hình chưa từng gặp từ 'hat'; từ gần nhất mà nó biết: hair",
        ),
        (
            "two.png: there are 2 faces, numbers 0 to 1 from the left, so there is no face 7",
            "two.png: có 2 khuôn mặt, đánh số 0 đến 1 từ trái sang, nên không có khuôn mặt số 7",
        ),
        ("seconds must be a number, more than 0, not 0", "seconds phải là một số, lớn hơn 0, không phải 0"),
        (
            "nods.txt, line 2: the time 1 does not come after 2, the one before it",
            "nods.txt, dòng 2: thời điểm 1 không nằm sau 2, thời điểm trước nó",
        ),
        (
            "a.zip cannot be opened: this is an archive of other files, not one that mien made: unpack it",
            "không mở được a.zip: đây là tệp nén chứa các tệp khác, không phải tệp do mien tạo: hãy giải nén trước",
        ),
        (
            "at 2.5 s of the time line: the model knows no word of 'x'; y': say it with words such as nods, smiles, "
            "looks left",
            "tại giây 2.5 của kịch bản thời gian: mô hình không biết từ nào trong 'x'; y': hãy viết bằng tiếng Anh với "
            "các từ như nods (gật đầu), smiles (mỉm cười), looks left (nhìn sang trái)",
        ),
        (
            "not shown: 'rain', 'park'; the nearest: 'park' → forest",
            "không thể hiện được: 'rain', 'park'; gần nhất có thể thể hiện: 'park' → forest",
        ),
        ("a.wav gives no speech: something else", "a.wav không cho lời nói nào: something else"),
        ("a to b", "a to b"),
        ("x: a sentence of nobody", "x: a sentence of nobody"),
    ],
)
def test_values_are_kept_and_known_parts_translated(english: str, vietnamese: str) -> None:
    assert said(VIETNAMESE, english) == vietnamese
    assert said(Translator("en"), english) == english


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        (
            "seconds must be a number, 0.4 to 3,600, not 7200.5",
            "seconds phải là một số, từ 0,4 đến 3.600, không phải 7200.5",
        ),
        (
            "text has 20,000 characters, more than 15,000: split it",
            "text có 20.000 ký tự, nhiều hơn 15.000: hãy chia nhỏ",
        ),
        (
            "take 2.5 of 1,200.mp4 is 3,700.5 s long, at most 3,600 s are taken: cut it first",
            "take 2.5 of 1,200.mp4 dài 3.700,5 giây, tối đa là 3.600 giây: hãy cắt ngắn trước",
        ),
        (
            "you keep 1.5 GB, and 1.2 GB is your limit: delete results or uploads, and empty the bin",
            "bạn đang giữ 1,5 GB, giới hạn của bạn là 1,2 GB: hãy xóa bớt kết quả hoặc tệp tải lên, và dọn thùng rác",
        ),
        ("there is no field '1.5': choose from 0.5, 2,048", "không có trường '1.5': hãy chọn trong 0.5, 2,048"),
        ("seconds '0,5' has a decimal comma: write 0.5", "seconds '0,5' dùng dấu phẩy thập phân: hãy ghi 0.5"),
    ],
)
def test_quantities_are_written_as_in_vietnamese_and_all_else_as_it_is(english: str, vietnamese: str) -> None:
    assert said(VIETNAMESE, english) == vietnamese


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("thanks.mkv: the file holds no sound", "thanks.mkv: tệp không có âm thanh"),
        ("the file holds no sound (of a kind that is known)", "tệp không có âm thanh (thuộc loại nhận ra được)"),
        (
            "a voice of en reads no Chinese letters (你好): write them in Latin letters",
            "giọng en đọc như sau: không đọc được chữ Hán (你好): hãy viết bằng chữ Latinh",
        ),
        ("asked: nods 12 times; measured: not done", "yêu cầu: gật đầu 12 lần; đo được: không thực hiện"),
        (
            "asked: nods twice; measured: nods once at usual speed",
            "yêu cầu: gật đầu hai lần; đo được: gật đầu một lần với tốc độ bình thường",
        ),
        ("text number 2 of 2 must be a text, not '7'", "text số 2 trong 2 phải là văn bản, không phải '7'"),
        (
            "head_prior 3b0c (bundled) head_clip ef7f (bundled)",
            "head_prior 3b0c (đi kèm mien) head_clip ef7f (đi kèm mien)",
        ),
    ],
)
def test_no_part_of_a_sentence_stays_english(english: str, vietnamese: str) -> None:
    assert said(VIETNAMESE, english) == vietnamese


@pytest.mark.parametrize("reason", REASONS.values())
def test_every_reason_against_a_clip_is_said_in_vietnamese(reason: str) -> None:
    assert said(VIETNAMESE, reason) != reason


@pytest.mark.parametrize("letters", WRITTEN_IN)
def test_every_script_that_no_voice_reads_is_named_in_vietnamese(letters: str) -> None:
    name = NAMED_SCRIPTS.get(letters, letters.capitalize())
    assert f"said.script.{name.lower()}" in VIETNAMESE.texts


def test_the_pages_and_their_scripts_have_the_same_quantities() -> None:
    script = (Path(sayings_module.__file__).parent / "static" / "js" / "sentences.js").read_text(encoding="utf-8")
    for name, values in (("COUNTED", COUNTED), ("AS_WRITTEN", AS_WRITTEN)):
        found = re.search(rf"const {name} = (\[.*?\]);", script)
        assert found is not None
        assert json.loads(found[1]) == list(values)


@pytest.mark.parametrize("kind", KINDS)
def test_every_movement_that_is_understood_is_said_in_vietnamese(kind: str) -> None:
    degrees: tuple[Strength | None, ...] = (None, *STRENGTHS) if KINDS[kind].graded else (None,)
    beside = [Action(one) for one in ("blink", "nod", "smile") if not KINDS[one].uses & KINDS[kind].uses]
    for side, strength in product(KINDS[kind].sides or (None,), degrees):
        one = Action(kind, side=side, strength=strength, speed="slow", count=2 if KINDS[kind].counted else None)
        plan = Plan(((one, *beside[:1]), tuple(beside[:1]) or (one,), (one, *beside[1:2]), (Action("nod", count=2),)))
        shown = said(VIETNAMESE, f"motion understood: {' '.join(describe(plan).split())}")
        english = {"while", "and", *f"{describe_action(one)} {describe_action(one, ing=True)}".split()}
        assert not english & set(re.findall(r"\w+", shown)), shown
        assert shown.endswith("4. gật đầu hai lần")
    assert said(VIETNAMESE, kind.replace("_", " ")) != kind.replace("_", " ")


@pytest.mark.parametrize(("times", "often"), [("once", "một lần"), ("six times", "sáu lần"), ("9 times", "9 lần")])
def test_how_often_is_said_in_vietnamese(times: str, often: str) -> None:
    assert said(VIETNAMESE, f"motion understood: 1. nods {times}") == f"cử động đã hiểu: 1. gật đầu {often}"


def test_names_of_movements_in_notes_are_vietnamese() -> None:
    assert said(VIETNAMESE, "no side is said for wink: left is taken") == (
        "không nói rõ phía cho nháy mắt: dùng bên trái"
    )


def test_lists_of_names_in_notes_are_vietnamese() -> None:
    for start in range(0, len(ARKIT_NAMES), 10):
        lacking = f"the head gnm cannot show {', '.join(ARKIT_NAMES[start : start + 10])}, which this motion has"
        assert not re.search("|".join(ARKIT_NAMES), said(VIETNAMESE, lacking))
    assert "nhếch môi cười (bên trái), há miệng rộng, có trong" in said(
        VIETNAMESE, "the head gnm cannot show mouthSmileLeft, jawOpen, which this motion has"
    )
    asked = f"whom does it follow? Give a pose: a video, or one of {', '.join(MOTION_NAMES)}"
    assert not re.search(r"\b(" + "|".join(MOTION_NAMES) + r")\b", said(VIETNAMESE, asked))


def test_what_an_edit_has_changed_is_vietnamese() -> None:
    for name, one in attributes().items():
        for option in one.options:
            shown = said(VIETNAMESE, f"changed: {name} {option} → {one.options[0]}, {name} +0.4, {name} -1.2")
            assert not re.search(r"\b[a-z]*_[a-z_]+\b", shown), shown
            assert not {name, option} & set(shown.split()), shown
    assert said(VIETNAMESE, "changed: hair_style bald → long, age +0.4") == "đã đổi: kiểu tóc: hói → dài, tuổi +0,4"


def test_figures_and_their_motions_in_notes_are_vietnamese() -> None:
    for shape, motion in product(SHAPES, MOTIONS):
        shown = said(VIETNAMESE, f"no motion is named for the {shape}: it is {motion}")
        assert not re.search(rf"\b({shape}|{motion})\b", shown), shown


def test_a_head_that_is_not_there_is_said_in_vietnamese(tmp_path: Path) -> None:
    for name in (one for one in HEAD_NAMES if one != "embedded"):
        with pytest.raises(HeadError) as caught:
            open_head(name, tmp_path / "none")
        assert not re.search(r"\b(there|the|and|or)\b", said(VIETNAMESE, str(caught.value)))


def test_what_a_missing_text_is_about_is_vietnamese() -> None:
    for system in SYSTEMS.values():
        for one in (one for one in form_fields(system) if one.required):
            detail = one.description.partition(";")[0]
            assert detail not in said(VIETNAMESE, f"{one.name} is needed: {detail}")


def test_words_of_a_user_that_repeat_sentences_are_read_once() -> None:
    for words in ("1. nods and nods and " * 20, "a: b; " * 90, "nods while nods and " * 30):
        assert said(VIETNAMESE, words) == words  # exponential if each part were read again


@pytest.mark.parametrize(
    "sentence",
    [
        "the person is not found at 0.0 to 0.3 s: nobody is drawn there",
        "the person is not found at 0.0 to 0.3 s, 1.0 to 1.2 s: nobody is drawn there",
        "the person is not found at 0.0 to 0.3 s, 1.0 to 1.2 s, 2.0 to 2.5 s and 4 more times: nobody is drawn there",
        "person 2 is not found at 0.0 to 0.3 s: nobody is drawn there",
        "voice 'x' is none that espeak has: choose one of f1 to f5 and m1 to m8",
    ],
)
def test_nothing_in_a_sentence_stays_english(sentence: str) -> None:
    assert not re.search(r"\b(to|and|the|person|more)\b", said(Translator("vi"), sentence))

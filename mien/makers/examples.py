"""Examples of requests for each maker: what a form offers to click, and what the documentation of the API shows.

Values are those of the request, without files: `SAMPLE` stands for the sample portrait, which the page uploads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SAMPLE = "sample:portrait"
"""A value that stands for the sample portrait of the studio."""


@dataclass(frozen=True)
class Example:
    """An example: its label in a `language`, the `values` of the request by field, and the suffix of the output.

    Only systems that read Vietnamese have Vietnamese examples: the voices of `mien talk` and `mien follow`. Those of
    the others have a second label, which says in Vietnamese what their English text asks for.
    """

    label: str
    values: Mapping[str, Any] = field(default_factory=dict)
    output: str | None = None
    language: str = "en"
    vietnamese: str = ""

    def label_in(self, language: str) -> str:
        """The label that a page in this language shows."""
        return self.vietnamese if language == "vi" and self.vietnamese else self.label


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "talk": (
        Example("A happy good morning", {
            "image": SAMPLE, "text": "Good morning! What a lovely day to begin something new.", "emotion": "HAP",
            "intensity": 0.8, "language": "en-gb", "voice": "f1"}),
        Example("Sad news, softly", {
            "image": SAMPLE, "text": "I am sorry. The last train left ten minutes ago.", "emotion": "SAD",
            "intensity": 0.9, "language": "en-us", "voice": "f4"}),
        Example("Yes, with a nod", {
            "image": SAMPLE, "text": "Yes, of course. I will be there.", "motion": "nods twice, then smiles",
            "language": "en-us", "voice": "f1"}),
        Example("Anger, with captions", {
            "image": SAMPLE, "text": "I said no, and I meant no!", "emotion": "ANG", "intensity": 1.0,
            "captions": True, "language": "en-us", "voice": "m3"}),
        Example("Chào buổi sáng, vui vẻ", {
            "image": SAMPLE, "text": "Chào buổi sáng! Chúc bạn một ngày thật vui.", "emotion": "HAP", "intensity": 0.8,
            "language": "vi", "voice": "f1"}, language="vi"),
        Example("Tin buồn, nói nhẹ", {
            "image": SAMPLE, "text": "Tôi rất tiếc. Chuyến tàu cuối đã chạy mười phút trước.", "emotion": "SAD",
            "intensity": 0.9, "language": "vi", "voice": "f4"}, language="vi"),
        Example("Đồng ý, kèm gật đầu", {
            "image": SAMPLE, "text": "Vâng, tất nhiên rồi. Tôi sẽ đến.", "motion": "nods twice, then smiles",
            "language": "vi", "voice": "f1"}, language="vi"),
    ),
    "move": (
        Example("Nods, then smiles", {"text": "nods twice, then smiles"}, vietnamese="Gật đầu rồi mỉm cười"),
        Example("Shakes the head", {"text": "shakes his head slowly and frowns", "seconds": 4}, vietnamese="Lắc đầu"),
        Example("A wink", {"text": "looks to the left, then winks with the right eye", "person": "12"},
                vietnamese="Nháy mắt"),
        Example("Surprise, as a GIF", {"text": "raises the eyebrows and opens the mouth in surprise", "person": "7"},
                ".gif", vietnamese="Ngạc nhiên, ảnh GIF"),
    ),
    "sculpt": (
        Example("Grey beard, round glasses", {"text": "an old man with a grey beard and round glasses, smiling"},
                vietnamese="Râu bạc, kính tròn"),
        Example("Long red hair, four of them", {
            "text": "a young woman with long red hair and freckles", "variants": 4}, ".png",
                vietnamese="Tóc đỏ dài, bốn phương án"),
        Example("Bald and angry", {"text": "bald, angry, thick black glasses"}, vietnamese="Hói đầu và giận dữ"),
        Example("A turntable", {"text": "a man of forty with short black hair and a moustache"}, ".mp4",
                vietnamese="Đầu xoay trọn một vòng"),
    ),
    "follow": (
        Example("Dance on a beach", {"pose": "dance", "text": "a girl in a yellow dress dances on the beach"}),
        Example("A wave in the snow", {"pose": "wave", "text": "a man in a red coat waves in the snow"}),
        Example("A robot at night", {"pose": "run", "text": "a robot runs through the city at night"}),
        Example("A panda bows, as a GIF", {"pose": "bow", "text": "a panda bows in a forest", "seconds": 3},
                ".gif"),
        Example("Múa trên cát", {"pose": "dance", "text": "Cô gái nhảy múa trên cát"}, language="vi"),
        Example("Gấu trúc vẫy tay", {"pose": "wave", "text": "Gấu trúc vẫy tay trên mặt nước"}, language="vi"),
        Example("Chạy trong tuyết", {"pose": "run", "text": "Người đàn ông mặc áo đỏ chạy trong tuyết"}, language="vi"),
        Example("Cúi chào, ảnh GIF", {
            "pose": "bow", "text": "Cô gái mặc áo dài trắng đội nón lá cúi chào", "seconds": 3}, ".gif", language="vi"),
    ),
    "shapes": (
        Example("A circle on its way", {"text": ["a red circle moving up-right"], "size": 128},
                vietnamese="Hình tròn di chuyển"),
        Example("Two at once", {
            "text": ["a white star moves left and a green circle bounces vertically"], "size": 128},
                vietnamese="Hai hình cùng lúc"),
        Example("A spinning star", {"text": ["a big yellow star is spinning clockwise"], "size": 256, "seconds": 3},
                ".mp4", vietnamese="Một ngôi sao xoay tròn"),
        Example("A grid of eight", {"text": ["blue square shrinks", "yellow circle grows"], "copies": 4, "size": 96},
                vietnamese="Lưới tám đoạn"),
    ),
}  # fmt: skip


def examples(command: str, language: str) -> tuple[Example, ...]:
    """The examples of a maker in a language; the English ones where it reads no other."""
    every = EXAMPLES.get(command, ())
    return tuple(one for one in every if one.language == language) or tuple(
        one for one in every if one.language == "en"
    )

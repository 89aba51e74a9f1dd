"""Where people are in a picture, for detectors that read one person at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from mien.bodies.keypoints import PoseError
from mien.bodies.poses.found import Found, without_duplicates

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""

LEAST_SCORE = 0.5
_MARGIN = 0.2
_LEAST_CONFIDENCE = 0.3


class PersonBoxes(Protocol):
    """Finds the boxes of people."""

    def boxes(self, frame: NDArray[np.uint8]) -> list[Box]:
        """Boxes in an RGB frame (H, W, 3), the surest first."""
        ...


class TransformersBoxes:
    """A detector of objects of transformers (RT-DETR, D-FINE, YOLOS, …) that knows `person`."""

    def __init__(self, name: Path | str) -> None:
        """name: a folder, or a name in the cache of the Hugging Face hub; nothing is downloaded."""
        self._processor, self._model = open_transformers(name, "AutoModelForObjectDetection", "a person detector")
        labels = {str(label).lower(): number for number, label in self._model.config.id2label.items()}
        if "person" not in labels:
            raise PoseError(f"the detector {name} does not know persons: name one that was trained on COCO")
        self._person = labels["person"]

    @torch.no_grad()
    def boxes(self, frame: NDArray[np.uint8]) -> list[Box]:
        """Boxes of people with a score of at least `LEAST_SCORE`."""
        inputs = self._processor(images=Image.fromarray(frame), return_tensors="pt")
        result = self._processor.post_process_object_detection(
            self._model(**inputs), threshold=LEAST_SCORE, target_sizes=[frame.shape[:2]]
        )[0]
        kept = [
            (float(score), tuple(float(one) for one in box))
            for score, label, box in zip(result["scores"], result["labels"], result["boxes"], strict=True)
            if int(label) == self._person
        ]
        kept.sort(reverse=True)
        return [(box[0], box[1], box[2] - box[0], box[3] - box[1]) for _, box in kept]


class PeopleInBoxes:
    """Reads the people of each frame from their boxes.

    read: picture and boxes → a person for each box. finder: finds the boxes; without one there is a single person, who
    is looked for in the whole picture first and then within what was found, in this frame and the one before.
    """

    def __init__(
        self,
        read: Callable[[NDArray[np.uint8], list[Box]], list[Found]],
        finder: PersonBoxes | None = None,
        most: int = 4,
    ) -> None:
        self._read, self._finder, self._most = read, finder, most
        self._before: Box | None = None

    def close(self) -> None:
        """Nothing is held that has to be released."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Found]:
        """The people in an RGB frame (H, W, 3)."""
        if self._finder is not None:
            boxes = self._finder.boxes(frame)[: self._most]
            return without_duplicates(self._read(frame, boxes)) if boxes else []
        whole = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        box = self._before
        if box is None:
            (rough,) = self._read(frame, [whole])
            box = surrounding(rough) or whole
        (one,) = self._read(frame, [box])
        self._before = surrounding(one)
        return [one] if one.box() is not None else []


def surrounding(found: Found) -> Box | None:
    """A box around what is known surely of a person, with a margin; None with too little."""
    sure = found.points[:17][found.confidence[:17] > _LEAST_CONFIDENCE]
    if len(sure) < 4:
        return None
    (left, top), (right, bottom) = sure.min(axis=0), sure.max(axis=0)
    margin = _MARGIN * max(right - left, bottom - top, 8.0)
    return (
        float(left - margin), float(top - margin), float(right - left + 2 * margin), float(bottom - top + 2 * margin),
    )  # fmt: skip


def open_transformers(name: Path | str, kind: str, what: str) -> tuple[Any, Any]:
    """Image processor without torchvision, and model of a class of transformers. Raises PoseError in one sentence."""
    try:
        import transformers
    except ImportError as error:
        raise PoseError(f"{what} needs transformers: install it with `pip install 'mien[text]'`") from error
    options = {"local_files_only": True}
    try:
        processor = transformers.AutoImageProcessor.from_pretrained(str(name), backend="pil", **options)
        model = getattr(transformers, kind).from_pretrained(str(name), use_safetensors=True, **options)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise PoseError(
            f"{what} cannot be opened from {name} ({reason}): name a folder, or download it first with `hf download`"
        ) from error
    return processor, model.eval()

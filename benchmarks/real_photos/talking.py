"""Videos of a model, as `mien talk` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.real_photos.face import Picture
from benchmarks.real_photos.stimuli import RATE, Recording, Still
from mien.heads.performance import Performance
from mien.media.speech.interface import Speech
from mien.talking.generate.request import TalkOptions
from mien.talking.generate.talker import Talker, open_reference


class Speaker:
    """A trained model that talks in whole pictures, with the random head motion of a seed and no silence added."""

    def __init__(self, model: Path) -> None:
        self.talker = Talker.load(model, "cpu")
        self._references: dict[str, Any] = {}

    @property
    def fps(self) -> Any:
        """Frames a second, exact."""
        return self.talker.fps

    def video(
        self,
        still: Still,
        recording: Recording,
        emotion: str,
        intensity: float,
        motion: Performance | None = None,
        **more: Any,
    ) -> list[Picture]:
        """All frames uint8 (H, W, 3) of a still that says a recording."""
        if still.name not in self._references:
            self._references[still.name] = open_reference(still.picture, None)
        choices: Mapping[str, Any] = {"seed": 0, "lead_in": 0, "lead_out": 0, **more}
        options = TalkOptions.of({**choices, "emotion": emotion, "intensity": intensity})
        speech = Speech(recording.samples, RATE, (), ())
        return list(self.talker.animate(self._references[still.name], speech, options, motion))

"""Options of the stage evaluate_follow: its section of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options


class EvaluateFollowOptions(Options):
    """How figures that follow are evaluated."""

    clips: int = Field(default=12, ge=1, description="clips of each part, each in English, Vietnamese, without accents")
    frames: int = Field(default=24, ge=4, le=1000, description="frames of each clip, from its start")
    judged: int = Field(default=8, ge=1, le=1000, description="frames of each clip that the judges look at")
    hidden: float = Field(default=0.3, ge=0, lt=1, description="part of the key points that the rows hidden_… lack")
    written: int = Field(default=24, ge=0, le=200, description="prompts written by hand")
    counted: int = Field(default=64, ge=1, description="clips of each part whose texts are counted without pictures")
    texts: int = Field(default=6, ge=0, description="texts whose diversity is measured; 0: none")
    answers: int = Field(default=6, ge=2, description="answers to each of these texts")
    seconds: float = Field(default=90.0, ge=0, description="length of the long video; 0: none")
    mediapipe: bool = Field(default=True, description="MediaPipe finds the poses too, in enlarged frames")
    enlarged: int = Field(default=288, ge=64, le=1024, description="side of the frames in which MediaPipe looks")
    seed: int = Field(default=0, ge=0, description="of clips, hidden points and answers")
    show: int = Field(default=6, ge=0, le=50, description="prompts of each part on the contact sheet")

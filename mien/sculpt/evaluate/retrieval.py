"""Retrieval by the judge: whether it finds a prompt among all prompts of its part from a picture of the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import View
from mien.sculpt.methods.method import pictures_for
from mien.sculpt.networks.guide import Guide

FRONT, SIDE = View(), View(yaw=0.5)


@dataclass(frozen=True)
class Retrieval:
    """A CLIP that guided nothing, and its own renderer."""

    judge: Guide

    @torch.no_grad()
    def found(self, texts: Sequence[str], heads: Sequence[Latents | None], view: View) -> list[bool | None]:
        """Whether each head (1) is nearer to its own text than to every other one; None where there is no head.

        R-precision of one picture among as many texts as there are. Equal texts are the same.
        """
        if not any(heads):
            return [None] * len(heads)
        distinct = list(dict.fromkeys(texts))
        features = self.judge.text_features(distinct)
        renderer = QuickRenderer(self.judge.size)
        found: list[bool | None] = []
        for text, head in zip(texts, heads, strict=True):
            if head is None:
                found.append(None)
                continue
            picture = pictures_for(self.judge, renderer, decode(head), [view])
            scores = self.judge.picture_features(picture)[0] @ features.T
            found.append(distinct[int(scores.argmax())] == text)
        return found

"""The models of sculpt at work: texts → latents of heads, and edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from mien.heads.latents.latents import Latents, stack
from mien.heads.pictures.quick import QuickRenderer
from mien.sculpt.methods.edit import Edit, edit
from mien.sculpt.methods.gradient import GradientMethod
from mien.sculpt.methods.method import Method, Tools
from mien.sculpt.methods.prior import PriorMethod
from mien.sculpt.methods.refine import refined
from mien.sculpt.methods.search import SearchMethod
from mien.sculpt.networks.guide import Guide, open_guide
from mien.sculpt.networks.prior import HeadPrior
from mien.text.interface import UnknownWord
from mien.text.tokens import words
from mien.training.randomness import derived_seed


@dataclass(frozen=True)
class Sculptor:
    """A prior, and the guide that chooses among its heads."""

    prior: HeadPrior
    guide: Guide

    @classmethod
    def load(cls, prior: Path, guide: Path) -> Sculptor:
        """The models in two folders. Raises ValueError for a missing or damaged one."""
        return cls(HeadPrior.load(prior), open_guide(guide))

    @property
    def tools(self) -> Tools:
        """What methods work with."""
        return Tools(self.prior, self.guide, QuickRenderer(self.guide.size))

    def sculpt(self, text: str, variants: int = 1, method: str = "prior", seed: int = 0) -> Latents:
        """Heads (`variants`) for a text, the best first; the same arguments give the same heads."""
        tools = self.tools
        if method == "prior":
            with torch.no_grad():
                return PriorMethod(max(PriorMethod().candidates, 2 * variants)).ranked(text, tools, seed)[:variants]
        found = method_named(method)
        heads = [found(text, tools, derived_seed(seed, "variant", number)) for number in range(variants)]
        return stack(heads)

    def refined(self, text: str, latents: Latents, steps: int) -> Latents:
        """Each head after `steps` of refinement, where it was accepted; see `mien.sculpt.methods.refine`."""
        if not steps:
            return latents
        return stack([refined(text, latents.row(row), self.tools, steps) for row in range(len(latents))])

    def edit(self, latents: Latents, text: str, keep: Iterable[str] = (), seed: int = 0) -> Edit:
        """See `mien.sculpt.methods.edit.edit`."""
        return edit(self.prior, latents, text, keep, seed)

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """The words of a text that the prior has never seen."""
        return self.prior.unknown_words(text)

    def knows_none(self, text: str) -> bool:
        """Whether the prior knows no word of a text."""
        return not set(words(text)) - {",", *(one.word for one in self.unknown_words(text))}


def method_named(name: str) -> Method:
    """The method with this name, with its usual settings."""
    return {"prior": PriorMethod, "gradient": GradientMethod, "search": SearchMethod}[name]()

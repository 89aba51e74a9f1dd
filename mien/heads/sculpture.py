"""A person on a head: what is rendered and exported of a person's latents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.head import Head
from mien.heads.latents.decode import decode
from mien.heads.latents.person import Person
from mien.heads.transfer import transferred


@dataclass(frozen=True, eq=False)
class Sculpture:
    """A person on a head: identity (I,), appearance, and weights (52,) of the resting expression."""

    person: Person
    head: Head
    identity: Tensor
    appearance: Appearance
    expression: NDArray[np.float32]

    @classmethod
    def of(cls, person: Person, head: Head) -> Sculpture:
        """The person on the head; on another than the embedded one as near as its own identities come."""
        look = decode(person.latents, seed=person.seed)
        identity = transferred(look.identity[0], head)
        return cls(person, head, identity, look.appearance(0), look.expression[0].numpy().astype(np.float32))

    @property
    def parts(self) -> tuple[Head, Tensor, Appearance]:
        """Head, identity and appearance."""
        return self.head, self.identity, self.appearance

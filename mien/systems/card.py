"""`card.md` of a model folder: description, training data, intended use, options and figures of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SYNTHETIC = (
    "**It generates synthetic media.** What it makes shows things that did not happen: say so wherever it is shown, "
    "keep the mark in the file's metadata, and make none of a person who has not agreed.\n\n"
)


@dataclass(frozen=True)
class Card:
    """The texts of the card of models of one `kind`.

    `what`: description with inputs and outputs; `use`: intended use; `training_data`: its data and their limits. The
    texts may contain values of config.json, as in `{model[architecture]}`. `synthetic`: it generates media of people.
    """

    kind: str
    what: str
    use: str
    training_data: str
    synthetic: bool = True

    def markdown(self, config: Mapping[str, Any]) -> str:
        """The card of a model with the content of its config.json: `options`, `figures` and the digest `data`."""
        options = "\n".join(f"- `{name}`: {value}" for name, value in sorted(config["options"].items()))
        figures = "\n".join(f"- {name}: {value:.6g}" for name, value in sorted(config["figures"].items()))
        texts = f"{self.what}\n\n{SYNTHETIC if self.synthetic else ''}## Intended use\n\n{self.use}\n\n"
        return (
            f"# {self.kind}\n\n{texts.format_map(config)}"
            f"## Training data\n\nClips with digest `{config['data']}`. {self.training_data.format_map(config)}\n\n"
            f"## Options\n\n{options}\n\n## Figures\n\n{figures or 'See the evaluation.'}\n\n"
            "## Licence\n\nApache-2.0, as the code. The training clips have a licence of their own, which may bind the "
            "weights too.\n"
        )

"""Options of a text encoder. Nothing slow is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options


class TextOptions(Options):
    """Options of the text encoder."""

    encoder: str = Field(
        default="tokens", min_length=1,
        description="tokens: trained jointly; or a text model from transformers, by name or folder",
    )  # fmt: skip
    download: bool = Field(default=False, description="download the text model by its name; needs the network")
    width: int = Field(default=128, ge=8, le=2048, multiple_of=4, description="features per word; tokens only")
    layers: int = Field(
        default=2, ge=0, le=24, description="of the text encoder, 0: words as they are; tokens only"
    )  # fmt: skip

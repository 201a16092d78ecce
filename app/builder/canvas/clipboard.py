"""Layers on the system's clipboard: JSON under a type of our own, and the same JSON as text."""

import json
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, model_validator
from PySide6.QtCore import QMimeData

from tinyml.core import StorageError, TinymlError
from tinyml.core.json_text import read_json_object
from tinyml.net import LayerSpecification

MIME_TYPE = "application/x-tinyml-layers+json"
_LONGEST = 4_000_000
_NOTHING = "The clipboard holds no layers. Copy some cards first."


class CutPlaces(BaseModel):
    """Where layers stood before they were cut: pasting them into the same stack puts them there again.

    Attributes:
        positions: of the layers in the stack before, in rising order.
        left: names of the layers that were left.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    positions: tuple[NonNegativeInt, ...]
    left: tuple[str, ...]


class _CopiedLayers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["tinyml-layers"] = "tinyml-layers"
    version: Literal[1] = 1
    layers: tuple[LayerSpecification, ...] = Field(min_length=1, max_length=1000)
    cut: CutPlaces | None = None

    @model_validator(mode="after")
    def _one_place_for_each_layer(self) -> Self:
        if self.cut is not None:
            total = len(self.layers) + len(self.cut.left)
            rising = sorted(set(self.cut.positions)) == list(self.cut.positions)
            if len(self.cut.positions) != len(self.layers) or not rising or self.cut.positions[-1] >= total:
                raise ValueError("one place for each layer")
        return self


def to_mime_data(layers: Sequence[LayerSpecification], cut: CutPlaces | None = None) -> QMimeData:
    """Write layers for the clipboard, and where they were cut, if they were."""
    content = _CopiedLayers(layers=tuple(layers), cut=cut).model_dump(mode="json")
    if cut is None:
        del content["cut"]
    text = json.dumps(content, ensure_ascii=False, indent=2)
    data = QMimeData()
    data.setData(MIME_TYPE, text.encode())
    data.setText(text)
    return data


def from_mime_data(data: QMimeData) -> tuple[tuple[LayerSpecification, ...], CutPlaces | None]:
    """Read layers from the clipboard, and where they were cut, if they were.

    Raises `TinymlError`, in one sentence, when it holds anything else.
    """
    content = (
        bytes(data.data(MIME_TYPE).data()) if data.hasFormat(MIME_TYPE) else data.text().encode("utf-8", "replace")
    )
    if not content or len(content) > _LONGEST:
        raise TinymlError(_NOTHING)
    try:
        copied = _CopiedLayers.model_validate(read_json_object(content, "the clipboard"))
    except (StorageError, ValidationError) as error:
        raise TinymlError(_NOTHING) from error
    return copied.layers, copied.cut

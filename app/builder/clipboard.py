"""Layers on the system's clipboard: JSON under its own MIME type, and the same JSON as text."""

import json
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, model_validator
from PySide6.QtCore import QMimeData

from tinyml.core import StorageError, TinymlError
from tinyml.core.json_text import read_json_object
from tinyml.net import MOST_LAYERS, LayerSpecification

MIME_TYPE = "application/x-tinyml-layers+json"
_MAX_BYTES = 4_000_000
_NO_LAYERS = "The clipboard holds no layers. Copy some cards first."


class CutPlaces(BaseModel):
    """The places of layers before they were cut. Pasting into the same stack restores these places.

    Attributes:
        positions: positions of the cut layers in their stack before, in rising order.
        left: names of the layers that stayed in the stack.
        block: path to the stack.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    positions: tuple[NonNegativeInt, ...]
    left: tuple[str, ...]
    block: tuple[str, ...] = ()


class _CopiedLayers(BaseModel):
    """The JSON on the clipboard."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["tinyml-layers"] = "tinyml-layers"
    version: Literal[1] = 1
    layers: tuple[LayerSpecification, ...] = Field(min_length=1)
    cut: CutPlaces | None = None

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        if self.cut is not None:
            total = len(self.layers) + len(self.cut.left)
            rising = sorted(set(self.cut.positions)) == list(self.cut.positions)
            if len(self.cut.positions) != len(self.layers) or not rising or self.cut.positions[-1] >= total:
                raise ValueError("each layer needs one place")
        return self


def to_mime_data(layers: Sequence[LayerSpecification], cut_places: CutPlaces | None = None) -> QMimeData:
    """Write layers for the clipboard.

    Arguments:
        layers: the layers that are copied or cut.
        cut_places: the places of the layers before they were cut; None if they were copied.
    """
    content = _CopiedLayers(layers=tuple(layers), cut=cut_places).model_dump(mode="json")
    if cut_places is None:
        del content["cut"]
    text = json.dumps(content, ensure_ascii=False, indent=2)
    data = QMimeData()
    data.setData(MIME_TYPE, text.encode())
    data.setText(text)
    return data


def holds_layers(data: QMimeData | None) -> bool:
    """Return True if layers can be read from the clipboard.

    Arguments:
        data: the content of the clipboard; None if it is empty.
    """
    try:
        from_mime_data(data)
    except TinymlError:
        return False
    return True


def from_mime_data(data: QMimeData | None) -> tuple[tuple[LayerSpecification, ...], CutPlaces | None]:
    """Read layers from the clipboard.

    Arguments:
        data: the content of the clipboard; None if it is empty.

    Returns:
        The layers, and their places before they were cut; None instead of the places if they were copied.

    Raises:
        TinymlError: the clipboard holds no layers, or more than a network may have.
    """
    if data is None:
        raise TinymlError(_NO_LAYERS)
    content = (
        bytes(data.data(MIME_TYPE).data()) if data.hasFormat(MIME_TYPE) else data.text().encode("utf-8", "replace")
    )
    if not content or len(content) > _MAX_BYTES:
        raise TinymlError(_NO_LAYERS)
    try:
        copied = _CopiedLayers.model_validate(read_json_object(content, "the clipboard"))
    except (StorageError, ValidationError) as error:
        raise TinymlError(_NO_LAYERS) from error
    if len(copied.layers) > MOST_LAYERS:
        raise TinymlError(f"The clipboard holds more than {MOST_LAYERS} layers. Copy fewer at a time.")
    return copied.layers, copied.cut

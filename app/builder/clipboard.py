"""Layers on the system's clipboard: JSON under a type of our own, and the same JSON as text."""

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QMimeData

from tinyml.core import StorageError, TinymlError
from tinyml.core.json_text import read_json_object
from tinyml.net import LayerSpecification

MIME_TYPE = "application/x-tinyml-layers+json"
_LONGEST = 4_000_000
_NOTHING = "The clipboard holds no layers. Copy some cards first."


class _CopiedLayers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["tinyml-layers"] = "tinyml-layers"
    version: Literal[1] = 1
    layers: tuple[LayerSpecification, ...] = Field(min_length=1, max_length=1000)


def to_mime_data(layers: Sequence[LayerSpecification]) -> QMimeData:
    """Write layers for the clipboard."""
    text = json.dumps(_CopiedLayers(layers=tuple(layers)).model_dump(mode="json"), ensure_ascii=False, indent=2)
    data = QMimeData()
    data.setData(MIME_TYPE, text.encode())
    data.setText(text)
    return data


def from_mime_data(data: QMimeData) -> tuple[LayerSpecification, ...]:
    """Read layers from the clipboard; raises `TinymlError`, in one sentence, when it holds anything else."""
    content = (
        bytes(data.data(MIME_TYPE).data()) if data.hasFormat(MIME_TYPE) else data.text().encode("utf-8", "replace")
    )
    if not content or len(content) > _LONGEST:
        raise TinymlError(_NOTHING)
    try:
        return _CopiedLayers.model_validate(read_json_object(content, "the clipboard")).layers
    except (StorageError, ValidationError) as error:
        raise TinymlError(_NOTHING) from error

"""What can be done with the selected layers. Each raises `TinymlError`, in one sentence, when it can't be done."""

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication

from app.builder.canvas.clipboard import CutPlaces, from_mime_data, to_mime_data
from app.document import Document
from app.document.edits import (
    apply_fix,
    cut_layers,
    duplicate_layers,
    insert_layer,
    move_layers,
    paste_layers,
    positions_of,
    remove_layers,
)
from tinyml.core import Problem
from tinyml.net import LayerSpecification


def insert(document: Document, layer_type: str, index: int | None = None) -> None:
    """Put a new layer at a place, by default behind the selection."""
    place = document.insertion_index if index is None else index
    document.apply(insert_layer(document.project, place, layer_type))


def delete(document: Document) -> None:
    """Take the selected layers out."""
    document.apply(remove_layers(document.project, document.selection))


def duplicate(document: Document) -> None:
    """Put copies behind the selected layers."""
    document.apply(duplicate_layers(document.project, document.selection))


def copy(document: Document) -> None:
    """Put the selected layers on the clipboard."""
    positions = positions_of(document.project, document.selection)
    _put_on_clipboard([document.project.network.layers[at] for at in positions])


def cut(document: Document) -> None:
    """Put the selected layers on the clipboard and take them out."""
    positions = positions_of(document.project, document.selection)
    layers = [document.project.network.layers[at] for at in positions]
    document.apply(cut_layers(document.project, document.selection))
    left = tuple(layer.name for layer in document.project.network.layers)
    _put_on_clipboard(layers, CutPlaces(positions=tuple(positions), left=left))


def paste(document: Document) -> None:
    """Put the layers of the clipboard behind the selection; those that were just cut go where they were."""
    copied, cut_places = from_mime_data(QGuiApplication.clipboard().mimeData())
    index, places = document.insertion_index, None
    if cut_places is not None:
        same_stack = cut_places.left == tuple(layer.name for layer in document.project.network.layers)
        if same_stack and cut_places.positions[0] == index:
            places = cut_places.positions
    document.apply(paste_layers(document.project, index, copied, places=places))


def _put_on_clipboard(layers: Sequence[LayerSpecification], cut_places: CutPlaces | None = None) -> None:
    QGuiApplication.clipboard().setMimeData(to_mime_data(layers, cut_places))


def move_up(document: Document) -> None:
    """Move the selected layers together, one place towards the input."""
    first = positions_of(document.project, document.selection)[0]
    document.apply(move_layers(document.project, document.selection, max(first - 1, 0)))


def move_down(document: Document) -> None:
    """Move the selected layers together, one place towards the loss."""
    last = positions_of(document.project, document.selection)[-1]
    document.apply(move_layers(document.project, document.selection, last + 2))


def fix(document: Document, problem: Problem) -> None:
    """Make the edit that a problem proposes."""
    document.apply(apply_fix(document.project, problem))

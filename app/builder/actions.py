"""What can be done with the selected layers. Each raises `TinymlError`, in one sentence, when it can't be done."""

from PySide6.QtGui import QGuiApplication

from app.builder.clipboard import from_mime_data, to_mime_data
from app.document import Document
from app.document.edits import (
    apply_fix,
    duplicate_layers,
    insert_layer,
    move_layers,
    paste_layers,
    positions_of,
    remove_layers,
)
from tinyml.core import Problem


def insertion_index(document: Document) -> int:
    """Return the place right behind the selection, or the end."""
    if not document.selection:
        return len(document.project.network.layers)
    return positions_of(document.project, document.selection)[-1] + 1


def insert(document: Document, layer_type: str, index: int | None = None) -> None:
    """Put a new layer at a place, by default behind the selection."""
    place = insertion_index(document) if index is None else index
    document.apply(insert_layer(document.project, place, layer_type))


def delete(document: Document, verb: str = "delete") -> None:
    """Take the selected layers out."""
    document.apply(remove_layers(document.project, document.selection, verb))


def duplicate(document: Document) -> None:
    """Put copies behind the selected layers."""
    document.apply(duplicate_layers(document.project, document.selection))


def copy(document: Document) -> None:
    """Put the selected layers on the clipboard."""
    positions = positions_of(document.project, document.selection)
    QGuiApplication.clipboard().setMimeData(to_mime_data([document.project.network.layers[at] for at in positions]))


def cut(document: Document) -> None:
    """Put the selected layers on the clipboard and take them out."""
    copy(document)
    delete(document, verb="cut")


def paste(document: Document) -> None:
    """Put the layers of the clipboard behind the selection."""
    copied = from_mime_data(QGuiApplication.clipboard().mimeData())
    document.apply(paste_layers(document.project, insertion_index(document), copied))


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

"""The commands that edit the layers of the document: insert, delete, duplicate, copy, cut, paste, move, fix."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.builder.clipboard import CutPlaces, from_mime_data, to_mime_data
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
from tinyml.core import Problem, TinymlError
from tinyml.net import LayerSpecification


class LayerCommands(QObject):
    """Edits the layers of a document. Each command is one step that can be undone.

    A command that is impossible changes nothing. It emits `message` instead.

    Arguments:
        document: the document that is edited.
        parent: the owner of this object.

    Signals:
        message(sentence): says why a command was impossible.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document

    def insert(self, layer_type: str, index: int | None = None) -> None:
        """Insert a new layer.

        Arguments:
            layer_type: name of the layer type, as files spell it.
            index: position of the new layer; None for the place after the selection.
        """
        document = self._document
        position = document.insertion_index if index is None else index
        self._attempt(lambda: document.apply(insert_layer(document.project, position, layer_type)))

    @Slot()
    def delete(self) -> None:
        """Delete the selected layers."""
        document = self._document
        self._attempt(lambda: document.apply(remove_layers(document.project, document.selection)))

    @Slot()
    def duplicate(self) -> None:
        """Insert copies of the selected layers after them."""
        document = self._document
        self._attempt(lambda: document.apply(duplicate_layers(document.project, document.selection)))

    @Slot()
    def copy(self) -> None:
        """Copy the selected layers to the clipboard."""
        self._attempt(lambda: _write_clipboard(self._selected_layers()))

    @Slot()
    def cut(self) -> None:
        """Copy the selected layers to the clipboard and delete them."""
        self._attempt(self._cut)

    @Slot()
    def paste(self) -> None:
        """Insert the layers of the clipboard after the selection. Layers that were just cut return to their places."""
        self._attempt(self._paste)

    @Slot()
    def move_up(self) -> None:
        """Move the selected layers together, one place towards the input."""
        self._attempt(lambda: self._move(max(self._selected_positions()[0] - 1, 0)))

    @Slot()
    def move_down(self) -> None:
        """Move the selected layers together, one place towards the loss."""
        self._attempt(lambda: self._move(self._selected_positions()[-1] + 2))

    def move(self, names: Sequence[str], index: int) -> None:
        """Move layers to another place.

        Arguments:
            names: names of the layers; they keep their order.
            index: position, in the network as it is now, of the layer that follows them afterwards.
        """
        document = self._document
        self._attempt(lambda: document.apply(move_layers(document.project, names, index)))

    @Slot(object)
    def fix(self, problem: Problem) -> None:
        """Make the edit that a problem proposes.

        Arguments:
            problem: a problem of the document that has a fix.
        """
        document = self._document
        self._attempt(lambda: document.apply(apply_fix(document.project, problem)))

    def _attempt(self, command: Callable[[], None]) -> None:
        try:
            command()
        except TinymlError as error:
            self.message.emit(str(error))

    def _selected_positions(self) -> list[int]:
        return positions_of(self._document.project, self._document.selection)

    def _selected_layers(self) -> list[LayerSpecification]:
        return [self._document.project.network.layers[position] for position in self._selected_positions()]

    def _move(self, index: int) -> None:
        self._document.apply(move_layers(self._document.project, self._document.selection, index))

    def _cut(self) -> None:
        document = self._document
        positions, layers = self._selected_positions(), self._selected_layers()
        document.apply(cut_layers(document.project, document.selection))
        left = tuple(layer.name for layer in document.project.network.layers)
        _write_clipboard(layers, CutPlaces(positions=tuple(positions), left=left))

    def _paste(self) -> None:
        document = self._document
        copied, cut_places = from_mime_data(QGuiApplication.clipboard().mimeData())
        index, places = document.insertion_index, None
        if cut_places is not None:
            same_network = cut_places.left == tuple(layer.name for layer in document.project.network.layers)
            if same_network and cut_places.positions[0] == index:
                places = cut_places.positions
        document.apply(paste_layers(document.project, index, copied, places=places))


def _write_clipboard(layers: Sequence[LayerSpecification], cut_places: CutPlaces | None = None) -> None:
    QGuiApplication.clipboard().setMimeData(to_mime_data(layers, cut_places))

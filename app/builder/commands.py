"""The commands that edit the layers of the document: insert, delete, duplicate, copy, cut, paste, move, wrap, fix."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.builder.clipboard import CutPlaces, from_mime_data, to_mime_data
from app.builder.templates.template_edit import use_template
from app.document import BlockPath, Document, Edit
from app.document.blocks import layers_in
from app.document.edits import (
    apply_fix,
    copy_layers,
    cut_layers,
    duplicate_layers,
    insert_layer,
    move_layers,
    paste_layers,
    positions_of,
    remove_layers,
    restore_hints,
    unwrap_block,
    wrap_layers,
)
from app.document.templates import Template
from tinyml.core import Problem, TinymlError
from tinyml.net import LayerSpecification, is_block
from tinyml.storage import Project


class LayerCommands(QObject):
    """Edits the layers of a document. Each command is one step that can be undone.

    A command that is impossible changes nothing. It emits `message` instead.

    Arguments:
        document: the document that is edited.
        parent: the owner of this object.
        folded: paths of the blocks that do not show their layers; the caller changes this set. `move_up` and
            `move_down` move layers into the other blocks. None: they move layers past every block.

    Signals:
        message(sentence): says why a command was impossible.
    """

    message = Signal(str)

    def __init__(
        self, document: Document, parent: QObject | None = None, folded: AbstractSet[BlockPath] | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._folded = document, folded

    def insert(
        self,
        layer_type: str,
        index: int | None = None,
        block: BlockPath | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Insert a new layer.

        Arguments:
            layer_type: name of the layer type, as files spell it.
            index: position of the new layer; None for the place after the selection.
            block: path to its stack; None for the stack of the selection.
            settings: values that differ from the defaults.
        """
        document = self._document
        stack = document.block if block is None else block
        position = document.insertion_index if index is None else index
        self._apply(lambda project: insert_layer(project, position, layer_type, settings, stack), stack)

    @Slot()
    def delete(self) -> None:
        """Delete the selected layers."""
        names, block = self._document.selection, self._document.block
        self._apply(lambda project: remove_layers(project, names, block=block), block)

    @Slot()
    def duplicate(self) -> None:
        """Insert copies of the selected layers after them."""
        names, block = self._document.selection, self._document.block
        self._apply(lambda project: duplicate_layers(project, names, block), block)

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
        self._attempt(lambda: self._paste(self._document.insertion_index, self._document.block))

    def paste_at(self, index: int, block: BlockPath = ()) -> None:
        """Insert the layers of the clipboard at a place.

        Arguments:
            index: position of the first layer.
            block: path to the stack that gets the layers.
        """
        self._attempt(lambda: self._paste(index, block))

    @Slot()
    def move_up(self) -> None:
        """Move the selected layers together, one place towards the input: also out of a block or into an open one."""
        self._attempt(lambda: self._move_past(self._selected_positions()[0] - 1, after=False))

    @Slot()
    def move_down(self) -> None:
        """Move the selected layers together, one place towards the loss: also out of a block or into an open one."""
        self._attempt(lambda: self._move_past(self._selected_positions()[-1] + 1, after=True))

    def move(
        self,
        names: Sequence[str],
        index: int,
        block: BlockPath = (),
        target_block: BlockPath | None = None,
    ) -> None:
        """Move layers to another place.

        Arguments:
            names: names of the layers; they keep their order.
            index: position, in the target stack as it is now, of the layer that follows them afterwards.
            block: path to their stack.
            target_block: path to the stack that gets the layers; None for the stack where they are.
        """
        target = block if target_block is None else target_block
        self._apply(lambda project: move_layers(project, names, index, block, target), block, target)

    def copy_to(
        self, names: Sequence[str], index: int, block: BlockPath = (), target_block: BlockPath | None = None
    ) -> None:
        """Insert copies of layers at another place, without the clipboard.

        Arguments:
            names: names of the layers; the copies keep their order.
            index: position, in the target stack as it is now, of the layer that follows the copies.
            block: path to the stack of the layers.
            target_block: path to the stack that gets the copies; None for the stack of the layers.
        """
        target = block if target_block is None else target_block
        self._apply(lambda project: copy_layers(project, names, index, block, target), block, target)

    @Slot()
    def wrap(self) -> None:
        """Put the selected layers into a Residual."""
        names, block = self._document.selection, self._document.block
        self._apply(lambda project: wrap_layers(project, names, block), block)

    @Slot()
    def unwrap(self) -> None:
        """Replace the selected block by the layers inside it."""
        self._attempt(self._unwrap)

    def fix(self, problem: Problem, block: BlockPath = ()) -> None:
        """Make the edit that a problem proposes.

        Arguments:
            problem: a problem of the document that has a fix.
            block: path to the stack of its layer.
        """
        self._apply(lambda project: apply_fix(project, problem, block), block)

    @Slot()
    def restore_hints(self) -> None:
        """Show all hints again that the user dismissed."""
        self._attempt(lambda: self._document.apply(restore_hints(self._document.project)))

    @Slot(object)
    def use_template(self, template: Template) -> None:
        """Replace the network by that of a template. Data and training settings stay if the template fits them.

        Arguments:
            template: the template.
        """
        document = self._document
        self._attempt(lambda: document.apply(use_template(document.project, document.data, template)))

    def _attempt(self, command: Callable[[], None]) -> None:
        try:
            command()
        except TinymlError as error:
            self.message.emit(str(error))

    def _apply(self, make_edit: Callable[[Project], Edit], *blocks: BlockPath) -> None:
        """Make an edit of some stacks, and apply it.

        Arguments:
            make_edit: makes the edit of a project in which the layers of standard blocks are written down.
            blocks: paths to the stacks that the edit changes.
        """

        def apply() -> None:
            project = self._document.project_for(*blocks)
            edit = make_edit(project)
            # Without another change, the layers of a standard block are not written down either.
            self._document.apply(edit if edit.project != project else replace(edit, project=self._document.project))

        self._attempt(apply)

    def _project(self) -> Project:
        """Return the project to pass to an edit of the stack of the selection."""
        return self._document.project_for(self._document.block)

    def _selected_positions(self) -> list[int]:
        return positions_of(self._project(), self._document.selection, self._document.block)

    def _selected_layers(self) -> list[LayerSpecification]:
        layers = layers_in(self._project(), self._document.block)
        return [layers[position] for position in self._selected_positions()]

    def _move_past(self, neighbour: int, after: bool) -> None:
        """Move the selected layers past the next card.

        Arguments:
            neighbour: position of the layer beside the selected ones; there is none at the edge of the stack.
            after: True to move towards the loss.
        """
        block = self._document.block
        names = [inferred.specification.name for inferred in self._document.inferred_layers(block)]
        if not 0 <= neighbour < len(names):
            target, index = self._gap_around(block, after) if block else (block, len(names) if after else 0)
        elif self._is_open((*block, names[neighbour])):
            target = (*block, names[neighbour])
            index = 0 if after else len(self._document.inferred_layers(target))
        else:
            target, index = block, neighbour + 1 if after else neighbour
        self.move(self._document.selection, index, block, target)

    def _gap_around(self, block: BlockPath, after: bool) -> tuple[BlockPath, int]:
        """Return the stack of a block, and the index of the gap before or after it."""
        names = [inferred.specification.name for inferred in self._document.inferred_layers(block[:-1])]
        return block[:-1], names.index(block[-1]) + (1 if after else 0)

    def _is_open(self, path: BlockPath) -> bool:
        """Return True if the layers inside a layer are shown."""
        return self._folded is not None and path not in self._folded and bool(self._document.inferred_layers(path))

    def _cut(self) -> None:
        document, block = self._document, self._document.block
        positions, layers = self._selected_positions(), self._selected_layers()
        edit = cut_layers(self._project(), document.selection, block)
        places = None
        if edit.block == block:  # else the block was deleted with its last layer
            left = tuple(layer.name for layer in layers_in(edit.project, block))
            places = CutPlaces(positions=tuple(positions), left=left, block=block)
        document.apply(edit)
        _write_clipboard(layers, places)

    def _paste(self, index: int, block: BlockPath) -> None:
        document = self._document
        copied, cut_places = from_mime_data(QGuiApplication.clipboard().mimeData())
        project, places = document.project_for(block), None
        if cut_places is not None and cut_places.block == block:
            same_stack = cut_places.left == tuple(layer.name for layer in layers_in(project, block))
            if same_stack and cut_places.positions[0] == index:
                places = cut_places.positions
        document.apply(paste_layers(project, index, copied, places=places, block=block))

    def _unwrap(self) -> None:
        document = self._document
        if len(document.selection) != 1:
            raise TinymlError("Select one block, such as Residual, to unwrap it.")
        (name,), block = document.selection, document.block
        inferred = document.inference_of(name, block)
        inside = (*block, name) if inferred is not None and is_block(inferred.specification.type) else block
        document.apply(unwrap_block(document.project_for(inside), name, block))


def _write_clipboard(layers: Sequence[LayerSpecification], cut_places: CutPlaces | None = None) -> None:
    QGuiApplication.clipboard().setMimeData(to_mime_data(layers, cut_places))

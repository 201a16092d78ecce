"""The commands of the Edit menu: their texts, and when each of them is enabled."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from app.document import Document
from app.shell.actions import Actions
from app.widgets.plain_text import button_text
from tinyml.net import is_block

SELECTION_COMMANDS = ("cut", "copy", "duplicate", "delete", "move_up", "move_down", "wrap")
"""Commands that need at least one selected layer."""


class EditActions(QObject):
    """Makes the actions for undo and redo, and enables the commands that edit the network.

    Arguments:
        document: the document that the commands edit.
        parent: owns this object and the two actions.

    Attributes:
        undo, redo: actions of the undo stack. Qt runs and enables them; their texts name the step.
    """

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._actions: Actions | None = None
        stack = document.undo_stack
        self.undo: QAction = stack.createUndoAction(parent, "&Undo:")
        self.redo: QAction = stack.createRedoAction(parent, "&Redo:")
        # These slots run after Qt's own, which would show an "&" in the name of a layer as a mnemonic.
        stack.undoTextChanged.connect(self._on_undo_text_changed)
        stack.redoTextChanged.connect(self._on_redo_text_changed)
        self._on_undo_text_changed(stack.undoText())
        self._on_redo_text_changed(stack.redoText())

    def attach(self, actions: Actions) -> None:
        """Enable and disable these actions from now on.

        Arguments:
            actions: all actions of the window.
        """
        self._actions = actions
        self._document.selection_changed.connect(self.refresh)
        self._document.changed.connect(self.refresh)
        self.refresh()

    def shutdown(self) -> None:
        """Stop changing the texts, since the undo stack emits its signals once more when it is deleted."""
        self._document.undo_stack.disconnect(self)

    @Slot()
    def refresh(self) -> None:
        """Enable the commands that are possible with the current network and selection."""
        if self._actions is None:
            return
        for name in SELECTION_COMMANDS:
            self._actions[name].setEnabled(bool(self._document.selection))
        self._actions["unwrap"].setEnabled(self._block_selected())
        self._actions["restore_hints"].setEnabled(bool(self._document.project.dismissed_hints))
        self._actions["rename"].setEnabled(len(self._document.selection) == 1)
        self._actions["select_all"].setEnabled(bool(self._document.project.network.layers))
        for name in ("next_problem", "previous_problem"):
            self._actions[name].setEnabled(bool(self._document.problems))

    def _block_selected(self) -> bool:
        """Return True if one layer is selected and it holds layers."""
        selection = self._document.selection
        inferred = self._document.inference_of(selection[0], self._document.block) if len(selection) == 1 else None
        return inferred is not None and is_block(inferred.specification.type)

    @Slot(str)
    def _on_undo_text_changed(self, text: str) -> None:
        self.undo.setText(f"&Undo: {button_text(text)}" if text else "&Undo")

    @Slot(str)
    def _on_redo_text_changed(self, text: str) -> None:
        self.redo.setText(f"&Redo: {button_text(text)}" if text else "&Redo")

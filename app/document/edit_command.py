"""One edit on the undo stack."""

from collections.abc import Callable
from dataclasses import replace
from weakref import WeakMethod
from zlib import crc32

import shiboken6
from PySide6.QtGui import QUndoCommand

from app.document.edits import Edit

_commands: set["EditCommand"] = set()
"""All commands that Qt has not deleted yet. Without these references, Python's garbage collector would delete the
commands of a document that is in a cycle of references, and Qt's undo stack would delete them again and crash."""


class EditCommand(QUndoCommand):
    """One edit on the undo stack, and the edit that reverses it: the project and the selection before it.

    Arguments:
        edit: the edit.
        reverse: the edit that undoes it.
        show: method of the document that shows the project and the selection after an edit.
    """

    def __init__(self, edit: Edit, reverse: Edit, show: Callable[[Edit], None]) -> None:
        # The text can contain a layer name with a line break. A menu of Qt shows only the text after a line break.
        super().__init__(edit.text.replace("\n", " "))
        self._edit, self._reverse = edit, reverse
        # A weak reference, so that a command does not keep its document.
        self._weak_show = WeakMethod(show)
        _commands.difference_update([command for command in _commands if not shiboken6.isValid(command)])
        _commands.add(self)

    def redo(self) -> None:
        self._show(self._edit)

    def undo(self) -> None:
        self._show(self._reverse)

    def id(self) -> int:
        """Return equal numbers for commands that may be merged, -1 for a command that may not."""
        if not self._edit.merge_key:
            return -1
        return crc32(self._edit.merge_key.encode()) & 0x7FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other._edit.merge_key != self._edit.merge_key:
            return False
        self._edit = replace(self._edit, project=other._edit.project)
        # If the user changes a value and changes it back, no undo step remains.
        self.setObsolete(self._edit.project == self._reverse.project)
        return True

    def _show(self, edit: Edit) -> None:
        show = self._weak_show()
        assert show is not None, "the document owns the undo stack"
        show(edit)

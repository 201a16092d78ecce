"""An object that belongs to the canvas and reads its scroll bars."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QScrollArea


class AreaPart(QObject):
    """Finds the scroll area that owns it.

    The area is no attribute. Area and part would refer to each other, so that only the garbage collector could delete
    them, and it may delete the commands on the undo stack of the document before the stack.

    Arguments:
        area: the owner.
    """

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)

    @property
    def _area(self) -> QScrollArea:
        area = self.parent()
        assert isinstance(area, QScrollArea), "the constructor sets the parent"
        return area

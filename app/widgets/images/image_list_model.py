"""The pictures of an `ImageGrid`, as a Qt model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from app.widgets.plain_text import sentence, tool_tip

IMAGE_ROLE = Qt.ItemDataRole.UserRole
"""Role under which the model returns the whole `GridImage` of a row."""

Index = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to models and delegates."""


@dataclass(frozen=True)
class GridImage:
    """One picture of a grid.

    Attributes:
        image: the pixels, which are enlarged without smoothing.
        caption: the text below the picture; empty for none.
        tooltip: the text that appears when the mouse rests on the picture; empty for none.
        number: the text in the corner of the picture; empty for none.
    """

    image: QImage
    caption: str = ""
    tooltip: str = ""
    number: str = ""


class ImageListModel(QAbstractListModel):
    """A list of `GridImage`s with the caption, the tool tip and the text for screen readers of each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: list[GridImage] = []

    @property
    def images(self) -> Sequence[GridImage]:
        """The pictures, in order."""
        return self._images

    def set_images(self, images: Sequence[GridImage]) -> None:
        """Replace all pictures with `images`.

        A row that exists before and after is changed, not removed and inserted again. So a view keeps its scroll
        position while a training run changes the pictures.
        """
        common = min(len(images), len(self._images))
        if len(self._images) > common:
            self.beginRemoveRows(QModelIndex(), common, len(self._images) - 1)
            del self._images[common:]
            self.endRemoveRows()
        if common:
            self._images[:] = images[:common]
            self.dataChanged.emit(self.index(0), self.index(common - 1))
        self.add_images(images[common:])

    def add_images(self, images: Sequence[GridImage]) -> None:
        """Add `images` at the end."""
        if images:
            first = len(self._images)
            self.beginInsertRows(QModelIndex(), first, first + len(images) - 1)
            self._images.extend(images)
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._images)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the caption, the tool tip, the text for screen readers, or the whole `GridImage`.

        Tool tips and texts for screen readers are made safe to show here. A caption is returned as it is.
        """
        item = self._images[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.caption or None
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip(item.tooltip) or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return sentence(item.caption or item.tooltip)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return sentence(item.tooltip)
            case _:
                return item if role == IMAGE_ROLE else None

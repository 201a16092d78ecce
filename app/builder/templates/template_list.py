"""The gallery: cards with thumbnails, to choose a template by mouse or keyboard."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from app.builder.templates.template_delegate import TemplateDelegate
from app.builder.templates.template_model import CARD_ROLE, TemplateCard, TemplateModel


class TemplateList(QListView):
    """Shows the templates side by side. The arrow keys move between them; Enter and a double-click choose one.

    Arguments:
        name: objectName of the list.
        large: show the descriptions, and begin with the empty network; else small cards that a single click chooses.
        parent: the parent widget.

    Signals:
        chosen(TemplateCard): the user chose a card.
        current_changed(TemplateCard): another card is the current one.
    """

    chosen = Signal(object)
    current_changed = Signal(object)

    def __init__(self, name: str, large: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Templates")
        self._large = large
        self._delegate = TemplateDelegate(large)
        self.setModel(TemplateModel(with_empty=large, parent=self))
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        if large:
            self.doubleClicked.connect(self._choose)
        else:
            self.clicked.connect(self._choose)

    @property
    def card_size(self) -> QSize:
        """Size of a card with the space around it, in pixels."""
        return self.sizeHintForIndex(self.model().index(0, 0))

    @property
    def current_card(self) -> TemplateCard | None:
        """The current card; None if there is none."""
        card: TemplateCard | None = self.currentIndex().data(CARD_ROLE)
        return card

    def height_for(self, width: int) -> int:
        """Return the height that shows all cards.

        Arguments:
            width: width of the list in pixels.
        """
        columns = max(width // self.card_size.width(), 1)
        return -(-self.model().rowCount() // columns) * self.card_size.height()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(CARD_ROLE))

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.current_changed.emit(current.data(CARD_ROLE))

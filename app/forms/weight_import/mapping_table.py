"""The table of an import, in which the user chooses the tensor of the file for each parameter."""

from PySide6.QtCore import QAbstractItemModel, QMetaObject, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.forms.weight_import.mapping_model import (
    CONVERSION,
    PARAMETER,
    REASON,
    SHAPE,
    SOURCE,
    SOURCE_SHAPE,
    Choice,
    MappingModel,
)
from app.widgets.choice_box import ChoiceBox
from app.widgets.theme.theme import GRID, current_theme

_WIDTHS = {PARAMETER: 20 * GRID, SHAPE: 13 * GRID, SOURCE_SHAPE: 13 * GRID, CONVERSION: 17 * GRID, REASON: 14 * GRID}
_ARROW = 4
"""Half the width of the arrow that tells a cell with choices, in pixels."""
_ALL_COLUMNS = 100 * GRID
"""Width of the table below which the reasons are hidden, in pixels."""

AnyIndex = QModelIndex | QPersistentModelIndex


class MappingTable(QTableView):
    """The table of a mapping. A click on a tensor, Enter, Space or F2 opens the choices.

    Arguments:
        model: the mapping.
    """

    def __init__(self, model: MappingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_mapping")
        self.setAccessibleName("Parameters of the network and the tensors that they get")
        self.setModel(model)
        self.setItemDelegateForColumn(SOURCE, _SourceDelegate(model, self))
        self.setProperty("quiet", True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        rows, header = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + GRID + GRID // 2)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(5 * GRID)
        header.setSectionResizeMode(SOURCE, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        self.clicked.connect(self._on_clicked)

    def edit_row(self, row: int) -> None:
        """Open the choices of a row.

        Arguments:
            row: of the model.
        """
        index = self.model().index(row, SOURCE)
        self.setCurrentIndex(index)
        self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2)
        if event.key() in keys and self.currentIndex().isValid():
            self.edit_row(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(REASON, self.viewport().width() < _ALL_COLUMNS)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == SOURCE:
            self.edit(index)


class _SourceBox(ChoiceBox):
    """A combo box whose list is open from the beginning."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QMetaObject.invokeMethod(self, "open_list", Qt.ConnectionType.QueuedConnection)

    @Slot()
    def open_list(self) -> None:
        """Open the list of the choices."""
        self.showPopup()


class _SourceDelegate(QStyledItemDelegate):
    """Shows that a cell has choices, and edits it with a combo box."""

    def __init__(self, model: MappingModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        self.initStyleOption(option, index)
        room = option.rect.width() - 4 * GRID
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        theme, middle, left = current_theme(), option.rect.center(), option.rect.right() - 2 * GRID
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.muted), 1.5))
        top, bottom = middle.y() - _ARROW // 2, middle.y() + _ARROW // 2
        painter.drawLine(left - _ARROW, top, left, bottom)
        painter.drawLine(left, bottom, left + _ARROW, top)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        box = _SourceBox(parent)
        box.setObjectName("import_source")
        box.setAccessibleName(f"Tensor of the file for {self._model.mapping.pairs[index.row()].target}")
        for choice in self._model.choices(index.row()):
            box.addItem(choice.text, choice)
        box.activated.connect(self._on_activated)
        return box

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        assert isinstance(editor, ChoiceBox), "the editor of this delegate"
        pair = self._model.mapping.pairs[index.row()]
        choices: list[Choice] = [editor.itemData(number) for number in range(editor.count())]
        wanted = (pair.source, pair.transposed)
        known = [(each.source, each.transposed) for each in choices]
        nothing = pair.source is None and not pair.kept
        editor.setCurrentIndex(-1 if nothing or wanted not in known else known.index(wanted))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: AnyIndex) -> None:
        assert isinstance(editor, ChoiceBox), "the editor of this delegate"
        # Without a choice there is none: an editor that loses the focus must not decide anything.
        if editor.currentIndex() >= 0:
            model.setData(index, editor.currentData())

    @Slot(int)
    def _on_activated(self, _position: int) -> None:
        editor = self.sender()
        if isinstance(editor, ChoiceBox):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)

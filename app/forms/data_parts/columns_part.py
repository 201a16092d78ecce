"""The part of the data form that lists the columns of a table, each with its role."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.document import Document
from app.forms.data_parts.column_model import ROLE_TITLES, ColumnModel, Heading
from app.forms.data_parts.column_roles import ROLES, obstacle, options_for_role
from app.forms.data_parts.data_part import DataPart
from app.forms.data_parts.reading_part import ROLE_OPTIONS, changed_options
from app.widgets.labels import make_paragraph, show_text
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription

_MOST_ROWS = 10
"""Number of rows that are visible without scrolling."""


class ColumnsPart(DataPart):
    """All columns of a table with their kinds, missing values and roles. A role is changed in its cell.

    Arguments:
        document: holds the choice of data.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Columns"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_columns_part", parent)
        self._model = ColumnModel()
        self._classes = True
        self._table = _ColumnView(f"{prefix}_columns", self._model)
        self._error = make_paragraph(f"{prefix}_columns_error", style_class="danger")
        self._automatic = QPushButton("Choose the roles automatically")
        self._automatic.setObjectName(f"{prefix}_columns_automatic")
        self._automatic.setProperty("flat", True)
        self._automatic.clicked.connect(self._on_automatic_clicked)
        self._model.role_requested.connect(self._on_role_requested)
        for widget in (self._table, self._error, self._automatic):
            self.body.addWidget(widget)

    def refresh(self, data: DataDescription) -> bool:
        if not data.columns or not set(ROLE_OPTIONS) <= set(self._document.data_options.model_fields):
            return False
        self._classes = data.has_classes
        self._model.show_columns(data.columns)
        self._table.fit()
        refused = self._choice.field == "role" and not self._choice.changing
        show_text(self._error, self._choice.field_error if refused else "")
        self._automatic.setVisible(any(name in self._choice.wanted.options for name in ROLE_OPTIONS))
        return True

    @Slot(int, str)
    def _on_role_requested(self, row: int, role: str) -> None:
        wanted = next(each for each in ROLES if each == role)
        sentence = obstacle(self._model.columns, row, wanted)
        show_text(self._error, sentence)
        if not sentence:
            changes = options_for_role(self._model.columns, row, wanted, self._classes)
            name = self._model.columns[row].name
            options = changed_options(self._document.data_options, self._choice.wanted.options, changes)
            self._choice.change("role", f"change the role of {name}", options=options)

    @Slot()
    def _on_automatic_clicked(self) -> None:
        options = {name: value for name, value in self._choice.wanted.options.items() if name not in ROLE_OPTIONS}
        self._choice.change("role", "choose the roles automatically", options=options)


class _RoleDelegate(QStyledItemDelegate):
    """Edits a role with a box of choices that opens at once."""

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        box = QComboBox(parent)
        box.setObjectName("column_role")
        box.setAccessibleName("Role")
        for role, title in ROLE_TITLES.items():
            box.addItem(title, role)
        box.activated.connect(self._on_activated)
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        assert isinstance(editor, QComboBox), "the editor of this delegate"
        editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        assert isinstance(editor, QComboBox), "the editor of this delegate"
        model.setData(index, editor.currentData())

    @Slot(int)
    def _on_activated(self, _position: int) -> None:
        editor = self.sender()
        if isinstance(editor, QComboBox):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)


class _ColumnView(QTableView):
    """The list of the columns. A click on a role, Enter or F2 opens its choices."""

    def __init__(self, name: str, model: ColumnModel) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Columns of the table")
        self.setModel(model)
        self.setItemDelegateForColumn(Heading.ROLE, _RoleDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.CurrentChanged
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(3 * GRID + GRID // 2)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(Heading.NAME, QHeaderView.ResizeMode.Stretch)
        for heading, width in ((Heading.KIND, 8), (Heading.MISSING, 7), (Heading.ROLE, 8)):
            header.resizeSection(heading, width * GRID)
        header.setMinimumSectionSize(5 * GRID)

    def fit(self) -> None:
        """Take the height of the rows, up to a limit."""
        rows = min(self.model().rowCount(), _MOST_ROWS)
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(height + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

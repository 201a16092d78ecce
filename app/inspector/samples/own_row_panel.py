"""A form for a row of the user's own: one field for each raw column of the data."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QFormLayout, QListWidget, QPushButton, QSizePolicy, QWidget

from app.inspector.layouts import make_column, make_row, make_scroll_area, with_names
from app.training import Inspection, OwnRow
from app.training.own_examples import input_columns, row_of
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.data.preprocessing import ColumnEncoding

MOST_FIELDS = 60
"""A form with more fields would be long to read and slow to make."""
_LIMITS = NumberRange(-1e30, 1e30)
_MISSING = "(missing)"
_LIST_HEIGHT = 9 * GRID
_LONGEST_NAME = 20
_FEW_FIELDS = 8


class OwnRowPanel(QWidget):
    """Lets the user change the numbers of a sample, and shows at once what the network predicts for them.

    The first change of a sample makes an own example; further changes change this one. "Keep" leaves it as it is and
    lists it, so that the next change makes another one.

    Arguments:
        inspection: the samples and the own examples.
    """

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._columns: tuple[ColumnEncoding, ...] = ()
        self._fields: list[NumberBox | ChoiceBox] = []
        self._row: OwnRow | None = None
        self._kept: set[OwnRow] = set()
        self._listed: tuple[OwnRow, ...] = ()
        self._keep = with_names(QPushButton("Keep"), "inspector_keep_row", "Keep this row, and change another one")
        self._remove = with_names(QPushButton("Remove"), "inspector_remove_row", "Remove this row of your own")
        self._list = with_names(QListWidget(), "inspector_own_rows", "Your own rows")
        self._too_many = make_label("inspector_too_many_columns", style_class="muted", wraps=True)
        self._error = make_label("inspector_own_error", style_class="danger", wraps=True)
        self._arrange()
        self._keep.clicked.connect(self._on_keep_clicked)
        self._remove.clicked.connect(self._on_remove_clicked)
        self._list.currentRowChanged.connect(self._on_list_row_changed)
        inspection.own_examples.changed.connect(self._show_list)
        inspection.samples_changed.connect(self._on_samples_changed)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        self._on_samples_changed()

    @property
    def rows(self) -> tuple[OwnRow, ...]:
        """The own rows of the session, in order."""
        return tuple(each for each in self._inspection.own_examples.examples if isinstance(each, OwnRow))

    def _arrange(self) -> None:
        buttons = make_row()
        buttons.addWidget(self._keep)
        buttons.addWidget(self._remove)
        buttons.addStretch()
        self._list.setFixedHeight(_LIST_HEIGHT)
        self._area = make_scroll_area(QWidget())
        layout = make_column(self)
        layout.addWidget(make_label("inspector_own_row_heading", "Your own numbers", "heading"))
        layout.addWidget(self._too_many)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._error)
        layout.addWidget(self._list)
        add_layout(layout, buttons)

    @Slot()
    def _on_samples_changed(self) -> None:
        samples = self._inspection.samples
        columns = input_columns(samples.description) if samples is not None else ()
        if columns != self._columns:
            self._columns = columns
            self._kept.clear()
            self._make_fields()
        self._row = None
        self._on_sample_trace_changed()

    def _make_fields(self) -> None:
        many = len(self._columns) > MOST_FIELDS
        count = describe_count(len(self._columns), "column")
        show_text(self._too_many, f"The data has {count}, too many for a form." if many else "")
        form = QWidget()
        layout = QFormLayout(form)
        layout.setContentsMargins(0, 0, GRID // 2, 0)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._fields = []
        for place, column in enumerate(() if many else self._columns):
            field = self._make_field(place, column)
            label = make_label(f"inspector_own_label_{place}", short(column.name, _LONGEST_NAME))
            label.setToolTip(tool_tip(column.name))
            layout.addRow(label, field)
            self._fields.append(field)
        self._area.setWidget(form)
        # The prediction follows a short form at once; a long one takes the height that is left.
        is_short = len(self._fields) <= _FEW_FIELDS
        policy = QSizePolicy.Policy.Maximum if is_short else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, policy)

    def _make_field(self, place: int, column: ColumnEncoding) -> NumberBox | ChoiceBox:
        name = f"inspector_own_value_{place}"
        if column.categories:
            choice = with_names(ChoiceBox(), name, short(column.name))
            choice.addItem(_MISSING, "")
            for category in column.categories:
                choice.addItem(short(category), category)
            choice.currentIndexChanged.connect(partial(self._on_choice_changed, place))
            return choice
        box = with_names(NumberBox(_LIMITS), name, short(column.name))
        box.edited.connect(partial(self._on_box_edited, place))
        box.refused.connect(partial(self._on_box_refused, place))
        box.reverted.connect(self._on_box_reverted)
        return box

    def _show_row(self, row: OwnRow) -> None:
        self._row = row
        show_text(self._error, "")
        for field, value in zip(self._fields, row.values, strict=False):
            if isinstance(field, NumberBox):
                field.show_value(float(value) if value else None)
            else:
                with QSignalBlocker(field):
                    field.setCurrentIndex(max(field.findData(value), 0))

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        samples, own = self._inspection.samples, self._inspection.own
        self._show_list()
        if samples is None or not self._fields:
            return
        if isinstance(own, OwnRow):
            if own is not self._row:
                self._show_row(own)
            return
        row = row_of(samples, self._inspection.index)
        if self._row is None or row.values != self._row.values:
            self._show_row(row)

    @Slot()
    def _show_list(self) -> None:
        rows, own = self.rows, self._inspection.own
        chosen = isinstance(own, OwnRow)
        with QSignalBlocker(self._list):
            if rows != self._listed:
                self._listed = rows
                self._list.clear()
                self._list.addItems([short(row.title) for row in rows])
            self._list.setCurrentRow(rows.index(own) if isinstance(own, OwnRow) and own in rows else -1)
        self._list.setVisible(bool(rows))
        self._remove.setVisible(chosen)
        self._keep.setVisible(chosen and own not in self._kept)

    def _change(self, place: int, value: str) -> None:
        if self._row is None:
            return
        values = (*self._row.values[:place], value, *self._row.values[place + 1 :])
        row = OwnRow(self._columns, values)
        kept = self._inspection.own in self._kept
        self._show_row(row)
        if kept:
            self._inspection.select_own(row)
        else:
            self._inspection.replace_own(row)

    def _on_box_edited(self, place: int, number: float, _continues: bool) -> None:
        self._change(place, str(float(number)))

    def _on_choice_changed(self, place: int, _index: int) -> None:
        field = self._fields[place]
        assert isinstance(field, ChoiceBox)
        self._change(place, field.currentData())

    def _on_box_refused(self, place: int, reason: str) -> None:
        show_text(self._error, f"{short(self._columns[place].name)} {reason}.")

    @Slot()
    def _on_box_reverted(self) -> None:
        show_text(self._error, "")

    @Slot()
    def _on_keep_clicked(self) -> None:
        if isinstance(self._inspection.own, OwnRow):
            self._kept.add(self._inspection.own)
            self._show_list()

    @Slot()
    def _on_remove_clicked(self) -> None:
        if self._inspection.own is not None:
            self._inspection.own_examples.remove(self._inspection.own)

    @Slot(int)
    def _on_list_row_changed(self, position: int) -> None:
        if 0 <= position < len(self.rows):
            self._kept.add(self.rows[position])
            self._inspection.select_own(self.rows[position])

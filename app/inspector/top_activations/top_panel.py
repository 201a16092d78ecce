"""The section "Top activations": what to search, how far it is, and the patches."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.part_computation import PARTS, PartStatus
from app.inspector.state import InspectorState
from app.inspector.thin_progress import ThinProgress
from app.inspector.top_activations.block_view import BlockView
from app.inspector.top_activations.example_table import ExampleTable
from app.inspector.top_activations.sheet_dialog import SheetDialog
from app.inspector.top_activations.top_activations import Scope, TopActivations
from app.training import Inspection
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID

_SCOPES = {Scope.LAYER: "Whole layer", Scope.CLASS: "Class score"}

_NARROW = 48 * GRID
"""In a panel narrower than this, the buttons have a line of their own. In pixels."""


class TopPanel(QWidget):
    """Shows the strongest examples of the chosen map, of every map of the layer, or of a class score.

    Arguments:
        state: the chosen layer and map.
        inspection: the data and the weights.

    Attributes:
        model: what is searched and what was found.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = TopActivations(state, inspection, self)
        self._runner = inspection.picture_jobs
        self._make_choices()
        self._make_views()
        self._arrange()
        self.model.changed.connect(self._on_changed)
        self.model.search.progressed.connect(self._progress.set_share)
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.set_active(self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.set_active(self.isVisible())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._controls.setDirection(directions.TopToBottom if self.width() < _NARROW else directions.LeftToRight)

    def _make_choices(self) -> None:
        self._scopes = with_names(ChoiceBox(), "inspector_top_scope", "Whose strongest examples are shown")
        self._scopes.activated.connect(self._on_scopes_activated)
        self._classes = with_names(ChoiceBox(), "inspector_top_class", "Class whose score is searched")
        self._classes.activated.connect(self.model.set_class)
        self._parts = with_names(ChoiceBox(), "inspector_top_part", "Part of the data that is searched")
        self._parts.addItems([part.capitalize() for part in PARTS])
        self._parts.activated.connect(self._on_parts_activated)
        self._command = with_names(QPushButton(), "inspector_top_command")
        self._command.clicked.connect(self._on_command_clicked)
        self._sheet = with_names(QPushButton("Sheet…"), "inspector_top_sheet", "Sheet of all maps of the layer")
        self._sheet.setToolTip("Show the strongest examples of all maps of the layer, and save them")
        self._sheet.clicked.connect(self._on_sheet_clicked)

    def _make_views(self) -> None:
        self._sentence = make_label("inspector_top_sentence", style_class="muted", wraps=True, selectable=True)
        # Else its smallest height is that of a narrow, high label.
        self._sentence.setMinimumHeight(self._sentence.fontMetrics().height())
        self._progress = ThinProgress("inspector_top_progress", "Progress of the search")
        self._blocks = BlockView(self.model, "inspector_top_blocks")
        self._rows = ExampleTable()
        self._rows.chosen.connect(self._on_chosen)

    def _arrange(self) -> None:
        choices, buttons = make_row(), make_row()
        for widget in (self._scopes, self._classes, self._parts):
            choices.addWidget(widget)
        choices.addStretch(1)
        buttons.addWidget(self._command)
        buttons.addWidget(self._sheet)
        buttons.addStretch()
        self._controls = make_row()
        add_layout(self._controls, choices, 1)
        add_layout(self._controls, buttons)
        column = make_column(self)
        add_layout(column, self._controls)
        column.addWidget(self._sentence)
        column.addWidget(self._progress)
        column.addWidget(self._blocks)
        column.addWidget(self._rows)

    @Slot()
    def _on_changed(self) -> None:
        model, search = self.model, self.model.search
        self._show_choices()
        self._sentence.setText(model.sentence)
        running = search.status is PartStatus.RUNNING
        self._progress.set_running(running)
        self._command.setText("Cancel" if running else "Search")
        self._command.setAccessibleName("Cancel the search" if running else "Search with the current weights")
        self._command.setVisible(running or search.status is PartStatus.OFFERED)
        self._sheet.setEnabled(bool(model.all_maps) and model.shows_pixels)
        self._blocks.setVisible(model.shows_pixels)
        rows = bool(model.maps) and not model.shows_pixels
        self._rows.setVisible(rows)
        if rows and model.result is not None:
            self._rows.show_examples(model.result, model.maps[0])

    def _show_choices(self) -> None:
        """Show what can be chosen, and what is chosen."""
        model = self.model
        words = {**_SCOPES, Scope.MAP: "Chosen map" if model.has_maps else "Chosen unit"}
        _show_items(self._scopes, [words[scope] for scope in model.scopes], model.scopes.index(model.scope))
        _show_items(self._classes, [short(name) for name in model.class_names], model.class_index)
        self._classes.setVisible(model.scope is Scope.CLASS)
        self._parts.setCurrentIndex(PARTS.index(model.search.part))

    @Slot(int)
    def _on_scopes_activated(self, number: int) -> None:
        self.model.set_scope(self.model.scopes[number])

    @Slot(int)
    def _on_parts_activated(self, number: int) -> None:
        self.model.search.set_part(PARTS[number])

    @Slot()
    def _on_command_clicked(self) -> None:
        search = self.model.search
        if search.status is PartStatus.RUNNING:
            search.cancel()
        else:
            search.start()

    @Slot()
    def _on_sheet_clicked(self) -> None:
        dialog = SheetDialog(self.model, self._runner, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot(int)
    def _on_chosen(self, rank: int) -> None:
        if self.model.maps:
            self.model.choose(self.model.maps[0], rank)


def _show_items(box: ChoiceBox, items: list[str], current: int) -> None:
    """Show other choices in a box, and the chosen one, without a signal."""
    with QSignalBlocker(box):
        if [box.itemText(index) for index in range(box.count())] != items:
            box.clear()
            box.addItems(items)
        box.setCurrentIndex(current)

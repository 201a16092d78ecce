"""The heading of the shown file: its name, what it is, and what can be done with it."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.evaluation.file_pair import describe_obstacle
from app.models.metadata_dialog import has_metadata
from app.models.model_description import describe_foreign, describe_graph, describe_model, describe_pair
from app.models.reading.file_contents import FileContents
from app.models.state.models_state import ModelsState
from app.widgets.button_row import ButtonRow
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.theme import GRID
from app.widgets.view_switch import ViewSwitch

_TITLE_SCALE = 1.25
_LEAST_TITLE, _LEAST_PAIR = 22 * GRID, 44 * GRID
"""Pixels that the title of one file and of two files keep beside the buttons."""
_USES = (
    ("evaluate", "Evaluate…", "Measure this network on data: accuracy, loss, confusion matrix, worst mistakes"),
    ("export", "Export…", "Write this model in another format, such as PyTorch, ONNX or a report"),
    ("inspect", "Inspect", "Look inside this network, with these weights"),
    ("build", "Open in builder", "Put this network and its weights into the window"),
    ("train", "Continue training", "Train this network for more epochs, from these weights"),
)
"""The most important ones first: those that do not fit are in a menu."""
_IMPORT = ("import", "Import weights…", "Give these weights to the network in the builder, tensor by tensor")
_BOTH = "Measure both networks on the same data, side by side"


class FileHeading(QWidget):
    """Shows the name of the file with its buttons, side by side if there is room, and the description below.

    Buttons that do not fit are in a menu.

    Arguments:
        state: the state of the page.

    Signals:
        use_requested(use): what the user wants to do with the model: "build", "inspect", "train", "evaluate", "export"
            or "import" (the weights alone, into the network of the builder).
        metadata_requested(): the user wants to see the metadata of the file.
    """

    use_requested = Signal(str)
    metadata_requested = Signal()

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_file_heading")
        self._state = state
        self._others: tuple[Path, ...] = ()
        self._make_title()
        self._make_buttons()
        self._lay_out()
        state.contents_changed.connect(self.refresh)
        state.files.changed.connect(self._show_mode)
        state.comparison.changed.connect(self._show_mode)
        self.mode.chosen.connect(self._on_mode_chosen)
        self.other_box.activated.connect(self._on_activated)
        self.refresh()

    def _make_title(self) -> None:
        self.file_label = make_label("models_file", "", "heading", selectable=True, ignores_width=True)
        self.file_label.setFont(scaled_font(self.file_label.font(), _TITLE_SCALE))
        self.about_label = make_label("models_about", "", "muted", wraps=True, selectable=True, ignores_width=True)
        self.with_label = make_label("models_compared", "compared with", "muted")
        self.other_box = ChoiceBox()
        self.other_box.setObjectName("models_other")
        self.other_box.setAccessibleName("The other file of the comparison")

    def _make_buttons(self) -> None:
        self.mode = ViewSwitch("models_mode", (("one", "One"), ("compare", "Compare")))
        self.mode.setToolTip("Show one file, or what changed between two files of the list")
        self.buttons: dict[str, QPushButton] = {}
        for use, text, tip in (_IMPORT, *_USES):
            button = QPushButton(text)
            button.setObjectName(f"models_use_{use}")
            button.setToolTip(tip)
            button.clicked.connect(self._on_clicked)
            self.buttons[use] = button
        self.metadata_button = QPushButton("Metadata…")
        self.metadata_button.setObjectName("models_metadata_button")
        self.metadata_button.setToolTip("Everything that the header of the file says, to read and to copy")
        self.metadata_button.clicked.connect(self.metadata_requested)
        self.actions_row = ButtonRow("models_actions", self.mode, (*self.buttons.values(), self.metadata_button))

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(GRID)
        title.addWidget(self.file_label, 3)
        title.addWidget(self.with_label)
        title.addWidget(self.other_box, 2)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(GRID)
        add_layout(self._top, title, 1)
        self._top.addWidget(self.actions_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        add_layout(column, self._top)
        column.addWidget(self.about_label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Put the buttons beside the title if there is room, or else under it."""
        least = _LEAST_PAIR if self._state.comparison.active else _LEAST_TITLE
        beside = self.actions_row.least_width() + least <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._top.direction() != direction:
            self._top.setDirection(direction)
        self.actions_row.fit(self.width() - least if beside else self.width())
        self._keep_height()

    @Slot()
    def refresh(self) -> None:
        """Show the current file."""
        contents = self._state.contents
        if contents is None:
            return
        self.file_label.setToolTip(tool_tip(str(contents.path)))
        for use, _, tip in _USES:
            self.buttons[use].setEnabled(contents.about is not None)
            self.buttons[use].setToolTip(tool_tip(contents.obstacle) or tip)
        offered = [self.buttons[use] for use, _, _ in _USES]
        # A model of ours has a network of its own, so it is opened with it.
        if contents.about is None and contents.index.headers:
            offered.append(self.buttons["import"])
        if has_metadata(contents):
            offered.append(self.metadata_button)
        self.actions_row.offer(offered)
        self._show_evaluate()
        self._show_mode()

    @Slot()
    def _show_mode(self) -> None:
        """Show whether one file is shown, or which two are compared."""
        contents, comparison, others = self._state.contents, self._state.comparison, self._state.others
        if contents is None:
            return
        self.file_label.setText(short(contents.path.stem if comparison.active else contents.path.name))
        with QSignalBlocker(self.mode):
            self.mode.choose("compare" if comparison.active else "one")
        self.mode.setEnabled(bool(others))
        for widget in (self.with_label, self.other_box):
            widget.setVisible(comparison.active)
        if self._others != others:
            self._others = others
            self.other_box.clear()
            self.other_box.addItems([short(path.stem) for path in others])
        if comparison.other is not None and comparison.other.path in others:
            self.other_box.setCurrentIndex(others.index(comparison.other.path))
        text = describe_pair(contents, comparison.other) if comparison.active else " ".join(_describe(contents))
        self.about_label.setText(text)
        self._show_evaluate()
        self._place_buttons()

    def _show_evaluate(self) -> None:
        """Offer the evaluation of one file, or of two files that the same data fit."""
        contents, comparison = self._state.contents, self._state.comparison
        if contents is None:
            return
        button, obstacle = self.buttons["evaluate"], contents.obstacle
        if comparison.active and not obstacle:
            obstacle = describe_obstacle(contents, comparison.other)
        button.setEnabled(not obstacle)
        tips = {use: tip for use, _, tip in _USES}
        button.setToolTip(tool_tip(obstacle) or (_BOTH if comparison.active else tips["evaluate"]))

    @Slot(str)
    def _on_mode_chosen(self, mode: str) -> None:
        self._state.compare_with(next(iter(self._state.others), None) if mode == "compare" else None)

    @Slot(int)
    def _on_activated(self, number: int) -> None:
        self._state.compare_with(self._others[number])

    def _keep_height(self) -> None:
        """Ask for the height that the wrapped text needs at this width; else a low page would squeeze the buttons."""
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            self.setMinimumHeight(max(layout.totalHeightForWidth(self.width()), 0))

    @Slot()
    def _on_clicked(self) -> None:
        for use, button in self.buttons.items():
            if button is self.sender():
                self.use_requested.emit(use)


def _describe(contents: FileContents) -> list[str]:
    if contents.about is not None:
        return describe_model(contents.about)
    if contents.header.metadata:
        return [contents.obstacle]
    header = contents.header
    if header.graph is not None:
        return [*describe_graph(header.graph), *header.notes]
    return [*describe_foreign(header.foreign_metadata), *header.notes]

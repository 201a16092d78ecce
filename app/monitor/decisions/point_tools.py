"""The row of tools that lets people change the points of their data on the decision map."""

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.document import Document
from app.monitor.decisions.decision_plot import DecisionPlot
from app.monitor.decisions.mapper import Mapper
from app.monitor.decisions.point_editor import PointEditor
from app.monitor.decisions.point_edits import SOURCE, all_points, can_edit, change_points, nearest_point
from app.training import Session
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import DataError, describe_count

SYMBOLS = ("●", "■", "▼", "◆", "★")
"""The symbols of the classes, as text."""
_HINT = (
    "Click: add a point of the chosen class. Drag: move one. Right button: remove one. Keys: Page Down chooses one, "
    "the arrows move it, Delete removes it, Insert adds one, 1 to 9 choose the class."
)
_RUN_BEFORE = "The run still learns the points from before your change. Stop it and press Train (F5) to learn yours."
_TOO_MANY = (
    "These data have {count}, too many to edit all. Your first change keeps the {kept} on the map, and no others."
)
_BEFORE = "The network has not learned your change yet. Press Train (F5)."


class PointTools(QWidget):
    """A button that makes the points editable, the class of the next point, and a note about the run.

    The first change turns the points of the data into own points of the project; undo brings the data before back.

    Arguments:
        document: its choice of data is edited.
        session: a run keeps the points that it began with.
        mapper: knows the points.
        plot: shows them.

    Attributes:
        editor: mouse and keys on the plot.
    """

    def __init__(
        self, document: Document, session: Session, mapper: Mapper, plot: DecisionPlot, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._session, self._mapper, self._plot = document, session, mapper, plot
        self.editor = PointEditor(plot)
        # Points that were moved since the mapper has read them, by index.
        self._places: dict[int, tuple[float, float]] = {}
        self._edit = QPushButton("Edit points")
        self._edit.setObjectName("decision_edit")
        self._edit.setAccessibleName("Edit the points with the mouse and the keys")
        self._edit.setToolTip(_HINT)
        self._edit.setProperty("segment", True)
        self._edit.setCheckable(True)
        self._class = ChoiceBox()
        self._class.setObjectName("decision_class")
        self._class.setAccessibleName("Class of the next point")
        self._note = make_label("decision_note", style_class="warning", wraps=True)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._edit)
        row.addWidget(self._class, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout(layout, row)
        layout.addWidget(self._note)
        self._edit.toggled.connect(self._on_toggled)
        self.editor.added.connect(self._on_added)
        self.editor.moved.connect(self._on_moved)
        self.editor.nudged.connect(self._on_nudged)
        self.editor.removed.connect(self._on_removed)
        self.editor.class_requested.connect(self._on_class_requested)
        mapper.points_changed.connect(self._on_points_changed)
        document.changed.connect(self.refresh)
        session.state_changed.connect(self.refresh)
        self.refresh()

    @property
    def note(self) -> str:
        """What the user should know; empty for nothing."""
        return "" if self._note.isHidden() else self._note.text()

    @Slot()
    def refresh(self) -> None:
        """Show what can be edited now."""
        points = self._mapper.points
        editable = can_edit(points)
        self.setVisible(editable)
        self._class.setVisible(editable and self._edit.isChecked())
        self.editor.enabled = editable and self._edit.isChecked()
        policy = Qt.FocusPolicy.StrongFocus if self.editor.enabled else Qt.FocusPolicy.NoFocus
        self._plot.setFocusPolicy(policy)
        names = points.samples.description.class_names if points is not None else ()
        texts = [f"{SYMBOLS[place % len(SYMBOLS)]} {short(name)}" for place, name in enumerate(names)]
        if texts != [self._class.itemText(place) for place in range(self._class.count())]:
            with QSignalBlocker(self._class):
                self._class.clear()
                self._class.addItems(texts)
        show_text(self._note, self._outdated() or self._dropped())

    def _dropped(self) -> str:
        """Return a sentence if the first change would keep only some of the points."""
        points = self._mapper.points
        if points is None or not self.editor.enabled or self._document.project.data.source == SOURCE:
            return ""
        kept = len(points.editable[0])
        if kept == points.count:
            return ""
        return _TOO_MANY.format(count=describe_count(points.count, "point"), kept=describe_count(kept))

    def _outdated(self) -> str:
        """Return a sentence if the network has not learned the points of the project."""
        config, data = self._session.config, self._document.project.data
        if config is None or data.source != SOURCE or config.project.data == data:
            return ""
        return _RUN_BEFORE if self._session.state.active else _BEFORE

    def _apply(self, points: np.ndarray, labels: np.ndarray, text: str, merge_key: str = "") -> None:
        shown = self._mapper.points
        assert shown is not None, "only shown points are edited"
        try:
            self._document.apply(change_points(self._document.project, shown, points, labels, text, merge_key))
        except DataError as error:
            show_text(self._note, str(error))

    def _points(self) -> tuple[np.ndarray, np.ndarray]:
        shown = self._mapper.points
        assert shown is not None, "only shown points are edited"
        return all_points(self._document.project, shown)

    def _place(self, index: int) -> np.ndarray:
        """Return where a shown point is in the project, which may not have its new place on screen yet."""
        shown = self._mapper.points
        assert shown is not None, "only shown points are edited"
        if index in self._places:
            return np.array(self._places[index])
        place: np.ndarray = np.concatenate([shown.training, shown.validation])[index]
        return place

    @Slot()
    def _on_points_changed(self) -> None:
        self._places.clear()
        self.refresh()

    @Slot(bool)
    def _on_toggled(self) -> None:
        self.refresh()
        self._plot.set_chosen(-1)

    @Slot(float, float)
    def _on_added(self, x: float, y: float) -> None:
        points, labels = self._points()
        self._apply(np.vstack([points, [x, y]]), np.append(labels, max(self._class.currentIndex(), 0)), "add a point")

    @Slot(int, float, float)
    def _on_moved(self, index: int, x: float, y: float) -> None:
        self._move(index, x, y)

    @Slot(int, float, float)
    def _on_nudged(self, index: int, x: float, y: float) -> None:
        self._move(index, x, y, merges=True)

    def _move(self, index: int, x: float, y: float, merges: bool = False) -> None:
        points, labels = self._points()
        place = nearest_point(points, self._place(index))
        self._plot.move_point(index, x, y)
        self._places[index] = x, y
        if place >= 0:
            moved = points.astype(np.float64)
            moved[place] = x, y
            self._apply(moved, labels, "move a point", f"point.{place}" if merges else "")

    @Slot(int)
    def _on_removed(self, index: int) -> None:
        points, labels = self._points()
        place = nearest_point(points, self._place(index))
        self._plot.set_chosen(-1)
        if place >= 0:
            self._apply(np.delete(points, place, axis=0), np.delete(labels, place), "remove a point")

    @Slot(int)
    def _on_class_requested(self, index: int) -> None:
        if index < self._class.count():
            self._class.setCurrentIndex(index)

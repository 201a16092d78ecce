"""The pictures of the reconstruction panel: the results of the methods, the input and the feature map."""

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.inspector.reconstruction.display import Display
from app.inspector.reconstruction.figure import FigurePart
from app.inspector.reconstruction.result_box import ResultBox, captioned
from app.inspector.reconstruction.state_pictures import InputPicture, MapPicture
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.state import InspectorState
from app.inspector.target import Method
from app.widgets.theme.theme import GRID

_SMALLEST_PICTURE = 8 * GRID
"""Width and height of the smallest picture, in pixels."""
_SMALLEST_COLUMN = 24 * GRID
"""Width from which a picture gets a column of its own when several methods are shown, in pixels."""
_SHARE_OF_WINDOW = 0.6
"""Largest height of a picture, as a share of the height of the window."""
_LEAST_GROWTH = 3 * GRID
"""Pictures get larger only by this many pixels at once. It is wider than a scroll bar: otherwise a scroll bar that
appears and disappears would change the size without end."""


class PictureArea(QWidget):
    """Shows one result large beside the input and the map, or several results of the same size.

    Arguments:
        state: the target and its results.
        viewport: the visible part of the input and of all results.
        map_viewport: the visible part of the map.
        display: how they are painted.
    """

    def __init__(
        self,
        state: InspectorState,
        viewport: Viewport,
        map_viewport: Viewport,
        display: Display,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._viewport, self._display = state, viewport, display
        self._map = MapPicture(state, map_viewport)
        self._input = InputPicture(state, viewport, display)
        self._map_box = captioned(self._map, "map", "inspector_map_caption")
        self._input_box = captioned(self._input, "input", "inspector_input_caption")
        self._result_boxes: dict[Method, ResultBox] = {}
        self._size = 0
        self._placed_columns = 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        state.target_changed.connect(self._on_target_changed)
        state.methods_changed.connect(self._on_methods_changed)
        self._on_methods_changed()

    def parts_of(self, name: str) -> list[FigurePart]:
        """Return the pictures behind a name of `PictureMenu`; none if they are not shown.

        Arguments:
            name: "reconstruction", "map", "input", or "pictures" for the input and all reconstructions.
        """
        results = [FigurePart(box.title, box.picture.drawing, box.scale) for box in self._shown_boxes()]
        single = {
            "map": [FigurePart("map", self._map.drawing)],
            "input": [FigurePart("input", self._input.drawing)],
            "reconstruction": results[:1],
        }
        parts = single.get(name) or [*single["input"], *results]
        return [part for part in parts if not part.drawing.image.isNull()]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _shown_boxes(self) -> list[ResultBox]:
        return [self._result_boxes[method] for method in self._state.methods]

    @Slot()
    def _on_target_changed(self) -> None:
        self._map_box.setVisible(self._state.maps is not None)
        for box in self._shown_boxes():
            box.setVisible(self._state.shows_pixels)

    @Slot()
    def _on_methods_changed(self) -> None:
        for method in self._state.methods:
            if method not in self._result_boxes:
                self._result_boxes[method] = ResultBox(self._state, method, self._viewport, self._display)
        for method, box in self._result_boxes.items():
            box.setVisible(method in self._state.methods and self._state.shows_pixels)
            box.refresh()
        self._place()

    def _place(self) -> None:
        """Put the pictures into the grid: one result beside input and map, or all of them in rows."""
        boxes, columns = self._shown_boxes(), self._columns()
        self._placed_columns = columns
        if len(boxes) == 1:
            self._layout.addWidget(boxes[0], 0, 0, 2, 1)
            self._layout.addWidget(self._input_box, 0, 1)
            self._layout.addWidget(self._map_box, 1, 1)
        else:
            for index, box in enumerate((self._input_box, self._map_box, *boxes)):
                self._layout.addWidget(box, index // columns, index % columns)
        self._size = 0
        self._fit()

    def _columns(self) -> int:
        return max(2, (self.width() + GRID) // (_SMALLEST_COLUMN + GRID))

    def _fit(self) -> None:
        """Make the pictures as large as the width of the area and the height of the window allow."""
        boxes, columns = self._shown_boxes(), self._columns()
        highest = int(self.window().height() * _SHARE_OF_WINDOW)
        if len(boxes) == 1:
            # The input and the map have together the height of the result: the result takes two thirds of the width.
            caption = self.fontMetrics().height() + GRID // 2
            large = min((2 * (self.width() - GRID) + caption + GRID) // 3, highest)
            small = (large - caption - GRID) // 2
            stretches = [large, max(self.width() - GRID - large, 1)]
        else:
            if columns != self._placed_columns:
                self._place()
                return
            large = small = min((self.width() - GRID * (columns - 1)) // columns, highest)
            stretches = [1] * columns
        for column in range(self._layout.columnCount()):
            self._layout.setColumnStretch(column, stretches[column] if column < len(stretches) else 0)
        if self._size and 0 <= large - self._size < _LEAST_GROWTH:
            return
        self._size = large
        for box in boxes:
            box.set_picture_size(max(large, _SMALLEST_PICTURE))
        for picture in (self._input, self._map):
            picture.setFixedHeight(max(small, _SMALLEST_PICTURE))

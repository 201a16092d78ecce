"""One example, large: what it is, its pixels, and the way to the next one."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.datasets.example_index import Example, ExampleIndex
from app.formatting import format_count, format_number
from app.widgets.images.colormaps import sample_image
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID, current_theme

_POINT_AT_A_PIXEL = "Point at a pixel to read its value."
_NAME_LENGTH = 40
_CHANNELS = ("red", "green", "blue")


class ExampleView(QWidget):
    """Shows one example of a list. The arrow keys go to its neighbours, Esc goes back.

    Signals:
        moved(): another example of the list is shown.
        closed(position): the user goes back to all examples.
    """

    moved = Signal()
    closed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_example")
        self.setAccessibleName("One example")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._index: ExampleIndex | None = None
        self.position = -1
        self._title = make_label("data_page_example_title", style_class="heading", selectable=True)
        self._place = make_label("data_page_example_place", style_class="muted", ignores_width=True)
        self._pixel = make_label("data_page_pixel", _POINT_AT_A_PIXEL, style_class="muted")
        self._picture = _Picture()
        self._picture.pointed.connect(self._on_pointed)
        self._back = self._make_button("back", "Back", "Back to all examples (Esc)")
        self._previous = self._make_button("previous", "‹", "Previous example (←)")
        self._next = self._make_button("next", "›", "Next example (→)")
        self._back.clicked.connect(self._on_back_clicked)
        self._previous.clicked.connect(self._on_previous_clicked)
        self._next.clicked.connect(self._on_next_clicked)
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(self._back)
        header.addWidget(self._title)
        header.addWidget(self._place, 1)
        header.addWidget(self._previous)
        header.addWidget(self._next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        add_layout(layout, header)
        layout.addWidget(self._picture, 1)
        layout.addWidget(self._pixel)

    @property
    def example(self) -> Example | None:
        """The shown example; None if there is none."""
        return self._index[self.position] if self._index is not None and self.position >= 0 else None

    def show_example(self, index: ExampleIndex | None, position: int) -> None:
        """Show an example.

        Arguments:
            index: the list that the arrow keys go through; None for no example.
            position: in the list.
        """
        self._index, self.position = index, position if index is not None else -1
        example = self.example
        self._previous.setEnabled(position > 0)
        self._next.setEnabled(index is not None and position < len(index) - 1)
        self._pixel.setText(_POINT_AT_A_PIXEL)
        if example is None or index is None:
            self._picture.show_numbers(None)
            return
        numbers = example.inputs
        self._picture.show_numbers(numbers)
        self._title.setText(short(example.class_name or example.name))
        height, width = numbers.shape[-2:]
        name = f"{short(example.name, _NAME_LENGTH)} · " if example.class_name else ""
        place = f"{format_count(position + 1)} of {format_count(len(index))}"
        targets = ", ".join(format_number(float(target)) for target in example.targets[:4])
        wanted = (
            f" · target {targets}" if len(example.targets) and example.dataset.description.target == "label" else ""
        )
        self._place.setText(f"{name}{example.part}{wanted} · {height}×{width} pixels · {place}")
        self._picture.setAccessibleName(f"{self._title.text()}, {self._place.text()}")

    def sizeHint(self) -> QSize:
        return QSize(60 * GRID, 50 * GRID)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        last = len(self._index) - 1 if self._index is not None else -1
        places = {
            Qt.Key.Key_Left: self.position - 1,
            Qt.Key.Key_Up: self.position - 1,
            Qt.Key.Key_Right: self.position + 1,
            Qt.Key.Key_Down: self.position + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.closed.emit(self.position)
        elif Qt.Key(key) in places:
            self._go(places[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def _go(self, position: int) -> None:
        if self._index is not None and 0 <= position < len(self._index):
            self.show_example(self._index, position)
            self.moved.emit()

    def _make_button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"data_page_example_{name}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        return button

    @Slot()
    def _on_back_clicked(self) -> None:
        self.closed.emit(self.position)

    @Slot()
    def _on_previous_clicked(self) -> None:
        self._go(self.position - 1)

    @Slot()
    def _on_next_clicked(self) -> None:
        self._go(self.position + 1)

    @Slot(int, int)
    def _on_pointed(self, row: int, column: int) -> None:
        example = self.example
        if example is None or row < 0:
            self._pixel.setText(_POINT_AT_A_PIXEL)
            return
        self._pixel.setText(describe_pixel(example.inputs, row, column))


def describe_pixel(numbers: np.ndarray, row: int, column: int) -> str:
    """Return the value of a pixel in words.

    Arguments:
        numbers: `(C, H, W)` the example.
        row, column: of the pixel.

    >>> describe_pixel(np.full((1, 2, 2), 0.5), 1, 0)
    'row 1, column 0: 0.500'
    """
    values = [format_number(float(value)) for value in numbers[:, row, column]]
    if len(values) == len(_CHANNELS):
        values = [f"{name} {value}" for name, value in zip(_CHANNELS, values, strict=True)]
    return f"row {row}, column {column}: {', '.join(values)}"


class _Picture(QLabel):
    """Paints an example as large as the room allows. A label, so that screen readers know what it is.

    Signals:
        pointed(row, column): the pixel under the mouse; (-1, -1) if there is none.
    """

    pointed = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("data_page_example_picture")
        self.setMouseTracking(True)
        self._image = QImage()

    def show_numbers(self, numbers: np.ndarray | None) -> None:
        """Show `numbers` `(C, H, W)`; None for nothing."""
        self._image = QImage() if numbers is None else sample_image(numbers)
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * GRID, 8 * GRID)

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 40 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter, rect = QPainter(self), self._rect()
        # Enlarged pixels stay sharp. Smooth the picture only if it gets smaller.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, rect.width() < self._image.width())
        painter.drawImage(rect, self._image)
        painter.setPen(QColor(current_theme().border))
        painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, rect = event.position(), self._rect()
        if self._image.isNull() or not rect.contains(QPointF(place)):
            self.pointed.emit(-1, -1)
            return
        row = int((place.y() - rect.top()) / rect.height() * self._image.height())
        column = int((place.x() - rect.left()) / rect.width() * self._image.width())
        self.pointed.emit(min(row, self._image.height() - 1), min(column, self._image.width() - 1))

    def _rect(self) -> QRectF:
        room = self.size() - QSize(2, 2)
        size = self._image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        return QRectF(left, top, max(size.width(), 1), max(size.height(), 1))

"""The controls of how all pictures are painted: contours, smooth pixels, crop, contrast."""

import math

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSizePolicy, QSlider, QWidget

from app.inspector.layouts import make_row, with_names
from app.inspector.reconstruction.display import LARGEST_CONTRAST, Display
from app.widgets.labels import make_caption, make_label
from app.widgets.layouts import add_layout_at
from app.widgets.theme.theme import GRID

_STEPS = 4
"""Steps of the slider from one contrast to its double."""


class DisplayBar(QWidget):
    """Changes the display of all pictures.

    Arguments:
        display: what is changed.

    Signals:
        crop_toggled(cropped): the user wants to see the receptive field alone, or the whole picture.
    """

    crop_toggled = Signal(bool)

    def __init__(self, display: Display, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = display
        self._contours = _check_box("over the input", "overlay", "Draw the pictures as contours over the input")
        self._contours.toggled.connect(display.set_contours)
        self._smooth = _check_box("smooth", "smooth", "Blend enlarged pixels into each other")
        self._smooth.toggled.connect(display.set_smooth)
        self._crop = _check_box("crop", "crop", "Enlarge the receptive field until it fills the pictures")
        self._crop.toggled.connect(self.crop_toggled)
        self._contrast = with_names(
            QSlider(Qt.Orientation.Horizontal), "inspector_contrast", "Contrast of the pictures"
        )
        self._contrast.setRange(0, round(_STEPS * math.log2(LARGEST_CONTRAST)))
        self._contrast.setMinimumWidth(6 * GRID)
        self._contrast.setToolTip("Contrast: smaller numbers get the full colour. Zero stays in the middle.")
        self._contrast.valueChanged.connect(self._on_contrast_value_changed)
        self._factor = make_label("inspector_contrast_factor", "×1", "muted")
        self._factor.setMinimumWidth(self._factor.fontMetrics().horizontalAdvance("×16.0") + 2)
        boxes = make_row()
        for box in (self._contours, self._smooth, self._crop):
            boxes.addWidget(box)
        boxes.addStretch()
        contrast = make_row()
        contrast.addWidget(make_caption("contrast"))
        contrast.addWidget(self._contrast, 1)
        contrast.addWidget(self._factor)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout_at(layout, boxes, 0, 0)
        add_layout_at(layout, contrast, 1, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def show_uncropped(self) -> None:
        """Take away the check mark of the crop, because the user zoomed by hand."""
        self._crop.blockSignals(True)
        self._crop.setChecked(False)
        self._crop.blockSignals(False)

    @property
    def cropped(self) -> bool:
        """True while the pictures should show the receptive field alone."""
        return self._crop.isChecked()

    @Slot(int)
    def _on_contrast_value_changed(self, value: int) -> None:
        self._display.set_contrast(2.0 ** (value / _STEPS))
        self._factor.setText(f"×{self._display.contrast:.3g}")


def _check_box(text: str, name: str, tip: str) -> QCheckBox:
    box = with_names(QCheckBox(text), f"inspector_{name}", tip)
    box.setToolTip(tip)
    return box

"""The third column of the inspector: from a feature map back to the pixels that made it fire."""

import numpy as np
import qtawesome
from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QSizePolicy, QToolButton, QWidget

from app.inspector.layouts import make_column, make_row, named
from app.inspector.reconstruction.legend import Legend
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.picture_menu import PictureMenu
from app.inspector.reconstruction.reconstruction_images import overlay_image, reconstruction_image
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.target import Target
from app.widgets.formatting import format_number
from app.widgets.images.colormaps import sample_image, symmetric_limit
from app.widgets.labels import make_label
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, current_theme
from tinyml.visualize import Reconstruction

_ROOM_FOR_WORDS = 16 * GRID
"""Pixels that heading, sentences and legend take."""


class ReconstructionPanel(QWidget):
    """Shows the chosen map, the input with the pixels that it can see, and what of them made it fire.

    Signals:
        position_chosen(row, column): the user chose a position of the map.
        strongest_chosen(): the user wants the strongest activation again.
    """

    position_chosen = Signal(int, int)
    strongest_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input: np.ndarray | None = None
        self._reconstruction: Reconstruction | None = None
        self._make_pictures()
        self._make_controls()
        self._arrange()
        self.show_target(None)

    @property
    def reconstruction(self) -> Reconstruction | None:
        """What is shown."""
        return self._reconstruction

    def show_input(self, sample: np.ndarray) -> None:
        """Show another sample (C, H, W)."""
        self._input = sample
        self._input_picture.show_image(sample_image(sample), sample)
        self._menu.offer("input", self._input_picture.image)
        self._paint_reconstruction()

    def show_map(self, image: QImage, values: np.ndarray | None) -> None:
        """Show another picture of the map, (H, W) numbers."""
        self._map_picture.show_image(image, values)
        self._menu.offer("map", image)

    def show_target(self, target: Target | None, shape_text: str = "") -> None:
        """Say what is traced back; the former picture stays until the answer comes, unless there is no target."""
        self._strongest.setEnabled(target is not None and target.position is not None)
        self._heading.setText("Map → pixels" if target is None else f"Map {target.map_index} → pixels")
        for widget in (self._map_box, self._result_box, self._legend, self._overlay, self._strongest):
            widget.setVisible(target is not None)
        self._limit_heights()
        self._map_picture.mark(None if target is None else target.position)
        if target is None:
            self._set_reconstruction(None)
            words = f"This layer gives {shape_text} without places in the image." if shape_text else ""
            self._say(f"{words} Choose a layer with feature maps to trace one back to the pixels.".strip())
            self._where.clear()

    def show_reconstruction(self, reconstruction: Reconstruction) -> None:
        """Show which pixels made the map fire."""
        self._set_reconstruction(reconstruction)
        row, column = reconstruction.position
        kind = "this position" if self._strongest.isEnabled() else "strongest activation"
        self._where.setText(f"{kind}: {format_number(reconstruction.activation)} at row {row}, column {column}")
        self._map_picture.mark(reconstruction.position)
        self._say(reconstruction.blank_reason)

    def show_waiting(self) -> None:
        """Say that the answer takes a moment, and take away the picture of another activation."""
        self._set_reconstruction(None)
        self._where.clear()
        self._say("Tracing back to the pixels…")

    def show_refusal(self, sentence: str) -> None:
        """Say why there is no way back to the pixels."""
        self._set_reconstruction(None)
        self._where.clear()
        self._say(sentence, failed=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()
            self._paint_reconstruction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_heights()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_pictures(self) -> None:
        self._viewport = Viewport(self)
        self._map_picture = Picture(Viewport(self), pickable=True)
        self._map_picture.setObjectName("inspector_map")
        self._map_picture.setAccessibleName("The chosen feature map: click a position, or move it with the arrow keys")
        self._map_picture.picked.connect(self.position_chosen)
        self._map_picture.home_pressed.connect(self.strongest_chosen)
        self._input_picture = named(
            Picture(self._viewport), "inspector_input", "The input, with the pixels that this position can see"
        )
        self._result_picture = named(
            Picture(self._viewport), "inspector_reconstruction", "The pixels that made it fire"
        )
        self._map_box = _captioned(self._map_picture, "map", "inspector_map_caption")
        self._input_box = _captioned(self._input_picture, "input", "inspector_input_caption")
        self._result_box = _captioned(self._result_picture, "what made it fire", "inspector_reconstruction_caption")

    def _make_controls(self) -> None:
        self._heading = make_label("inspector_reconstruction_heading", style_class="heading")
        self._where = make_label("inspector_where", style_class="muted", wraps=True)
        self._sentence = make_label("inspector_sentence", wraps=True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._legend = named(Legend(), "inspector_legend")
        self._overlay = named(QCheckBox("over the input"), "inspector_overlay", "Lay the reconstruction over the input")
        self._overlay.toggled.connect(self._paint_reconstruction)
        self._strongest = self._make_tool("strongest", "Back to the strongest activation of the map (Home)")
        self._strongest.setEnabled(False)
        self._strongest.clicked.connect(self.strongest_chosen)
        self._zoom_out = self._make_tool("zoom_out", "Zoom out (−)")
        self._zoom_out.clicked.connect(self._viewport.zoom_out)
        self._zoom_in = self._make_tool("zoom_in", "Zoom in (+)")
        self._zoom_in.clicked.connect(self._viewport.zoom_in)
        self._zoom_all = self._make_tool("zoom_all", "Show the whole picture (0)")
        self._zoom_all.clicked.connect(self._viewport.show_all)
        self._save = self._make_tool("save", "Save or copy a picture")
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = PictureMenu(("map", "input", "reconstruction"), self)
        self._menu.message.connect(self._on_menu_message)
        self._save.setMenu(self._menu)
        self._paint_icons()

    def _make_tool(self, name: str, words: str) -> QToolButton:
        button = named(QToolButton(), f"inspector_{name}", words)
        button.setAutoRaise(True)
        button.setToolTip(words)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _paint_icons(self) -> None:
        icons = {
            self._strongest: "mdi6.crosshairs-gps",
            self._zoom_out: "mdi6.magnify-minus-outline",
            self._zoom_in: "mdi6.magnify-plus-outline",
            self._zoom_all: "mdi6.fit-to-page-outline",
            self._save: "mdi6.content-save-outline",
        }
        for button, icon in icons.items():
            button.setIcon(qtawesome.icon(icon, color=current_theme().text))

    def _arrange(self) -> None:
        first = make_row(GRID // 2)
        first.addWidget(self._heading, 1)
        for button in (self._strongest, self._zoom_out, self._zoom_in, self._zoom_all, self._save):
            first.addWidget(button)
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._pictures = make_row()
        for box in (self._map_box, self._input_box, self._result_box):
            self._pictures.addWidget(box, 1)
        where = make_row()
        where.addWidget(self._where, 1)
        where.addWidget(self._overlay)
        layout = make_column(self)
        layout.addLayout(first)
        layout.addLayout(self._pictures, 100)
        layout.addWidget(self._sentence)
        layout.addLayout(where)
        layout.addWidget(self._legend)
        layout.addStretch()

    # ------------------------------------------------------------------------------------------------------ showing

    def _set_reconstruction(self, reconstruction: Reconstruction | None) -> None:
        self._reconstruction = reconstruction
        box = None
        if reconstruction is not None:
            (top, bottom), (left, right) = reconstruction.receptive_field
            box = QRect(left, top, right - left, bottom - top)
            image = reconstruction.image
            self._legend.show_limit(symmetric_limit(image), colored=len(image) == 3)
        self._input_picture.show_box(box)
        self._result_picture.show_box(box)
        self._paint_reconstruction()

    @Slot()
    def _paint_reconstruction(self) -> None:
        """Paint the result, alone or over the input."""
        if self._reconstruction is None:
            self._result_picture.show_image(QImage())
            self._menu.offer("reconstruction", QImage())
            return
        array, dark = self._reconstruction.image, current_theme().dark
        if self._overlay.isChecked() and self._input is not None:
            image = sample_image(self._input)
            painter = QPainter(image)
            painter.drawImage(0, 0, overlay_image(array, dark))
            painter.end()
        else:
            image = reconstruction_image(array, dark)
        self._result_picture.show_image(image, array)
        self._menu.offer("reconstruction", image)

    def _limit_heights(self) -> None:
        """Put the pictures beside or below each other, and let none be higher than it is wide.

        Otherwise the words would drift away from the pictures.
        """
        boxes = [box for box in (self._map_box, self._input_box, self._result_box) if not box.isHidden()]
        caption = self.fontMetrics().height() + GRID
        beside = (self.width() - GRID * (len(boxes) - 1)) // len(boxes)
        below = min(self.width(), (self.height() - _ROOM_FOR_WORDS) // len(boxes) - caption - GRID)
        stacked = below > 1.4 * beside
        self._pictures.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
        for box in boxes:
            box.setMaximumHeight(caption + (below if stacked else beside))

    def _say(self, sentence: str, failed: bool = False) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        set_style_property(self._sentence, "danger", failed)

    @Slot(str, bool)
    def _on_menu_message(self, sentence: str, failed: bool) -> None:
        self._say(sentence, failed)


def _captioned(picture: Picture, caption: str, object_name: str) -> QWidget:
    """Put a few words above a picture: below it they would drift away when the picture is small."""
    box = QWidget()
    label = make_label(object_name, caption, "muted")
    label.setToolTip(caption)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    layout = make_column(box, 2)
    layout.addWidget(label)
    layout.addWidget(picture, 1)
    return box

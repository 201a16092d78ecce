"""The third column of the inspector: the chosen feature map, the input and the reconstruction."""

import qtawesome
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSizePolicy, QToolButton, QWidget

from app.formatting import format_number
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.reconstruction.legend import Legend
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.picture_menu import PictureMenu
from app.inspector.reconstruction.state_pictures import InputPicture, MapPicture, ReconstructionPicture
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.requests import Status
from app.inspector.state import InspectorState
from app.widgets.images.colormaps import symmetric_limit
from app.widgets.labels import make_label
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, current_theme

_MARGIN = GRID + GRID // 2
"""Pixels at the left and at the right of the panel."""
_TEXT_HEIGHT = 16 * GRID
"""Pixels that heading, sentences and legend take."""
_SMALLEST_PICTURE = 8 * GRID
"""Width and height of a picture in the smallest panel, in pixels."""


class ReconstructionPanel(QWidget):
    """Shows the chosen feature map, the input with the receptive field, and the reconstruction.

    The user chooses a position in the map, or the strongest activation again.

    Arguments:
        state: the target and its reconstruction.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._make_pictures()
        self._make_controls()
        self._arrange()
        state.target_changed.connect(self._on_target_changed)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)
        self._on_target_changed()
        self._on_reconstruction_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pictures()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_pictures(self) -> None:
        self._viewport = Viewport(self)
        self._map_picture = MapPicture(self._state, Viewport(self))
        self._input_picture = InputPicture(self._state, self._viewport)
        self._reconstruction_picture = ReconstructionPicture(self._state, self._viewport)
        self._map_box = _captioned(self._map_picture, "map", "inspector_map_caption")
        self._input_box = _captioned(self._input_picture, "input", "inspector_input_caption")
        self._reconstruction_box = _captioned(
            self._reconstruction_picture, "reconstruction", "inspector_reconstruction_caption"
        )

    def _make_controls(self) -> None:
        self._heading = make_label("inspector_reconstruction_heading", style_class="heading")
        self._position_text = make_label("inspector_where", style_class="muted", wraps=True)
        self._sentence = make_label("inspector_sentence", wraps=True, selectable=True)
        self._legend = with_names(Legend(), "inspector_legend")
        self._overlay = with_names(
            QCheckBox("over the input"), "inspector_overlay", "Lay the reconstruction over the input"
        )
        self._overlay.toggled.connect(self._reconstruction_picture.set_overlaid)
        self._strongest = self._make_tool_button("strongest", "Back to the strongest activation of the map (Home)")
        self._strongest.setEnabled(False)
        self._strongest.clicked.connect(self._state.choose_strongest)
        self._zoom_out = self._make_tool_button("zoom_out", "Zoom out (−)")
        self._zoom_out.clicked.connect(self._viewport.zoom_out)
        self._zoom_in = self._make_tool_button("zoom_in", "Zoom in (+)")
        self._zoom_in.clicked.connect(self._viewport.zoom_in)
        self._zoom_all = self._make_tool_button("zoom_all", "Show the whole picture (0)")
        self._zoom_all.clicked.connect(self._viewport.show_all)
        self._save = self._make_tool_button("save", "Save or copy a picture")
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = PictureMenu(
            {"map": self._map_picture, "input": self._input_picture, "reconstruction": self._reconstruction_picture},
            self,
        )
        self._menu.message.connect(self._on_menu_message)
        self._save.setMenu(self._menu)
        self._paint_icons()

    def _make_tool_button(self, name: str, tooltip: str) -> QToolButton:
        button = with_names(QToolButton(), f"inspector_{name}", tooltip)
        button.setAutoRaise(True)
        button.setToolTip(tooltip)
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
        header = make_row(GRID // 2)
        header.addWidget(self._heading, 1)
        for button in (self._strongest, self._zoom_out, self._zoom_in, self._zoom_all, self._save):
            header.addWidget(button)
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._pictures = QGridLayout()
        self._pictures.setContentsMargins(0, 0, 0, 0)
        self._pictures.setSpacing(GRID)
        for column, box in enumerate((self._map_box, self._input_box, self._reconstruction_box)):
            self._pictures.addWidget(box, 0, column)
        details = make_row()
        details.addWidget(self._position_text, 1)
        details.addWidget(self._overlay)
        layout = make_column(self)
        layout.setContentsMargins(_MARGIN, GRID, _MARGIN, GRID)
        layout.addLayout(header)
        layout.addLayout(self._pictures)
        layout.addWidget(self._sentence)
        layout.addLayout(details)
        layout.addWidget(self._legend)
        layout.addStretch()

    # ------------------------------------------------------------------------------------------------------ showing

    @Slot()
    def _on_target_changed(self) -> None:
        target = self._state.target
        self._strongest.setEnabled(target is not None and target.position is not None)
        self._heading.setText("Map → pixels" if target is None else f"Map {target.map_index} → pixels")
        for widget in (self._map_box, self._strongest):
            widget.setVisible(target is not None)
        self._show_reconstruction()

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        target, reconstruction, position_text = self._state.target, self._state.reconstruction, ""
        if target is not None and reconstruction is not None:
            self._legend.show_limit(symmetric_limit(reconstruction.image), colored=len(reconstruction.image) == 3)
            row, column = reconstruction.position
            kind = "strongest activation" if target.position is None else "this position"
            position_text = f"{kind}: {format_number(reconstruction.activation)} at row {row}, column {column}"
        self._position_text.setText(position_text)
        self._show_sentence(self._state.sentence, failed=self._state.status is Status.REFUSED)
        self._show_reconstruction()

    def _show_reconstruction(self) -> None:
        """Show the place of the reconstruction, unless there can be none."""
        possible = self._state.target is not None and self._state.status is not Status.REFUSED
        for widget in (self._reconstruction_box, self._legend, self._overlay):
            widget.setVisible(possible)
        self._place_pictures()

    def _place_pictures(self) -> None:
        """Place the pictures so that the reconstruction is as large as possible: in a row, or it below the others."""
        boxes = [box for box in (self._map_box, self._input_box, self._reconstruction_box) if not box.isHidden()]
        width = self.width() - 2 * _MARGIN
        caption = self.fontMetrics().height() + GRID
        height = self.height() - _TEXT_HEIGHT - caption
        in_row = min((width - GRID * (len(boxes) - 1)) // len(boxes), height)
        upper = min((width - GRID) // 2, (height - caption - GRID) // 3)
        lower = min(width, height - caption - GRID - upper)
        below = len(boxes) == 3 and lower > in_row and upper >= _SMALLEST_PICTURE
        for column, box in enumerate(boxes):
            if below and box is self._reconstruction_box:
                self._pictures.addWidget(box, 1, 0, 1, 2)
            else:
                self._pictures.addWidget(box, 0, column)
            size = in_row if not below else lower if box is self._reconstruction_box else upper
            box.setFixedHeight(max(size, _SMALLEST_PICTURE) + caption)

    def _show_sentence(self, sentence: str, failed: bool = False) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        set_style_property(self._sentence, "danger", failed)

    @Slot(str, bool)
    def _on_menu_message(self, sentence: str, failed: bool) -> None:
        self._show_sentence(sentence, failed)


def _captioned(picture: Picture, caption: str, object_name: str) -> QWidget:
    """Return the picture below its caption. Above, the caption stays near a picture smaller than its place."""
    box = QWidget()
    label = make_label(object_name, caption, "muted")
    label.setToolTip(caption)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    layout = make_column(box, 2)
    layout.addWidget(label)
    layout.addWidget(picture, 1)
    return box

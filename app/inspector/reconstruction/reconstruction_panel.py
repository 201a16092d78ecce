"""The third column of the inspector: the pixels behind one activation, by one method or several."""

import qtawesome
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.reconstruction.display import Display
from app.inspector.reconstruction.display_bar import DisplayBar
from app.inspector.reconstruction.explanations import Explanations
from app.inspector.reconstruction.method_bar import MethodBar
from app.inspector.reconstruction.picture_area import PictureArea
from app.inspector.reconstruction.picture_menu import PictureMenu
from app.inspector.reconstruction.state_pictures import rectangle_of_box
from app.inspector.reconstruction.target_bar import TargetBar, TargetLine, describe_target
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.requests import Status
from app.inspector.state import InspectorState
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, current_theme

_MARGIN = GRID + GRID // 2
"""Pixels at the left and at the right of the panel."""


class ReconstructionPanel(QWidget):
    """Shows what the methods have found, beside the input with the receptive field and the chosen feature map.

    The user chooses the methods, the activation, and how the pictures are painted.

    Arguments:
        state: the target and its reconstructions.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._cropping = False
        self._viewport, self._map_viewport, self._display = Viewport(self), Viewport(self), Display(self)
        self._pictures = PictureArea(state, self._viewport, self._map_viewport, self._display)
        self._display_bar = DisplayBar(self._display)
        self._display_bar.crop_toggled.connect(self._on_crop_toggled)
        self._viewport.changed.connect(self._on_viewport_changed)
        self._map_viewport.changed.connect(self._on_map_viewport_changed)
        self._make_header()
        self._arrange()
        state.target_changed.connect(self._on_target_changed)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)
        self._on_target_changed()
        self._on_reconstruction_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_header(self) -> None:
        self._heading = make_label("inspector_reconstruction_heading", style_class="heading", ignores_width=True)
        self._zoom_out = _make_tool_button("zoom_out", "Zoom out (−)")
        self._zoom_out.clicked.connect(self._viewport.zoom_out)
        self._zoom_in = _make_tool_button("zoom_in", "Zoom in (+)")
        self._zoom_in.clicked.connect(self._viewport.zoom_in)
        self._zoom_all = _make_tool_button("zoom_all", "Show the whole picture (0)")
        self._zoom_all.clicked.connect(self._viewport.show_all)
        self._save = _make_tool_button("save", "Save or copy a picture")
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = PictureMenu(self._pictures.parts_of, self.describe, self)
        menu.message.connect(self._on_menu_message)
        self._save.setMenu(menu)
        self._sentence = make_label("inspector_message", wraps=True, selectable=True)
        self._paint_icons()

    def _paint_icons(self) -> None:
        icons = {
            self._zoom_out: "mdi6.magnify-minus-outline",
            self._zoom_in: "mdi6.magnify-plus-outline",
            self._zoom_all: "mdi6.fit-to-page-outline",
            self._save: "mdi6.content-save-outline",
        }
        for button, icon in icons.items():
            button.setIcon(qtawesome.icon(icon, color=current_theme().text))

    def _arrange(self) -> None:
        layout = make_column(self)
        layout.setContentsMargins(_MARGIN, GRID, _MARGIN, GRID)
        add_layout(layout, self._make_top_row())
        layout.addWidget(MethodBar(self._state))
        layout.addWidget(TargetBar(self._state))
        layout.addWidget(self._pictures)
        layout.addWidget(TargetLine(self._state))
        layout.addWidget(self._sentence)
        layout.addWidget(self._display_bar)
        layout.addWidget(Explanations(self._state))
        layout.addStretch()

    def _make_top_row(self) -> QHBoxLayout:
        row = make_row(GRID // 2)
        row.addWidget(self._heading, 1)
        for button in (self._zoom_out, self._zoom_in, self._zoom_all, self._save):
            row.addWidget(button)
        return row

    # ------------------------------------------------------------------------------------------------------ showing

    @Slot()
    def _on_target_changed(self) -> None:
        target = self._state.target
        kind = "Map" if self._state.maps is not None or target is None else "Unit"
        self._heading.setText(f"{kind} → pixels" if target is None else f"{kind} {target.map_index} → pixels")

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        # The box of each method shows its own sentence. Without a target there are no boxes.
        self._show_sentence(self._state.notice or (self._state.sentence if self._state.status is Status.IDLE else ""))
        if self._display_bar.cropped:
            self._crop()

    def _show_sentence(self, sentence: str, failed: bool = False) -> None:
        show_text(self._sentence, sentence)
        set_style_property(self._sentence, "danger", failed)

    def describe(self) -> str:
        """Return the caption of saved pictures: which sample, layer and activation."""
        target, found = self._state.target, self._state.found
        words = [self._state.sample_title]
        if target is not None:
            words.append(target.layer)
        if found is not None:
            words.append(describe_target(self._state, found))
        return " · ".join(filter(None, words))

    # ------------------------------------------------------------------------------------------------------ cropping

    @Slot(bool)
    def _on_crop_toggled(self, cropped: bool) -> None:
        if cropped:
            self._crop()
        else:
            self._viewport.show_all()

    @Slot()
    def _on_viewport_changed(self) -> None:
        if not self._cropping:
            self._display_bar.show_uncropped()
            self._map_viewport.show_part(self._viewport.zoom, self._viewport.centre)

    @Slot()
    def _on_map_viewport_changed(self) -> None:
        if not self._cropping:
            self._viewport.show_part(self._map_viewport.zoom, self._map_viewport.centre)

    def _crop(self) -> None:
        """Enlarge the receptive field until it fills the pictures. The whole map shows where it lies."""
        box, sample = self._state.receptive_field, self._state.sample
        if box is None or sample is None:
            return
        self._cropping = True
        self._viewport.show_pixels(rectangle_of_box(box), sample.shape[2], sample.shape[1])
        self._map_viewport.show_all()
        self._cropping = False

    @Slot(str, bool)
    def _on_menu_message(self, sentence: str, failed: bool) -> None:
        self._show_sentence(sentence, failed)


def _make_tool_button(name: str, tooltip: str) -> QToolButton:
    button = with_names(QToolButton(), f"inspector_{name}", tooltip)
    button.setAutoRaise(True)
    button.setToolTip(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button

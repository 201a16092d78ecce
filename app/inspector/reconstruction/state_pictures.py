"""The three pictures of the inspector's state: the feature map, the input and the reconstruction."""

from PySide6.QtCore import QEvent, QRect, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.inspector.layouts import with_names
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.reconstruction_images import overlay_image, reconstruction_image
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.state import InspectorState
from app.widgets.images.colormaps import sample_image, viridis_image
from app.widgets.theme.theme import current_theme


class MapPicture(Picture):
    """Shows the chosen feature map. The user chooses a position in it, or the strongest activation with Home.

    Arguments:
        state: the map and the position.
        viewport: the visible part.
    """

    def __init__(self, state: InspectorState, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, pickable=True, parent=parent)
        with_names(self, "inspector_map", "The chosen feature map: click a position, or change it with the arrow keys")
        self._state = state
        self.picked.connect(state.choose_position)
        self.home_pressed.connect(state.choose_strongest)
        state.output_changed.connect(self._refresh)
        state.target_changed.connect(self._refresh)
        state.reconstruction_changed.connect(self._refresh)

    @Slot()
    def _refresh(self) -> None:
        values = self._state.map_values
        self.show_image(QImage() if values is None else viridis_image(values, *self._state.color_range), values)
        self.mark(self._state.position)


class InputPicture(Picture):
    """Shows the image that the network received, with a frame around the receptive field.

    Arguments:
        state: the image and the receptive field.
        viewport: the visible part.
    """

    def __init__(self, state: InspectorState, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent=parent)
        with_names(self, "inspector_input", "The input with the receptive field of this position")
        self._state = state
        state.output_changed.connect(self._on_output_changed)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)

    @Slot()
    def _on_output_changed(self) -> None:
        sample = self._state.sample
        self.show_image(QImage() if sample is None else sample_image(sample), sample)

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        self.show_box(_receptive_field(self._state))


class ReconstructionPicture(Picture):
    """Shows the reconstruction, alone or over the input, with a frame around the receptive field.

    Arguments:
        state: the reconstruction and the input.
        viewport: the visible part.
    """

    def __init__(self, state: InspectorState, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent=parent)
        with_names(self, "inspector_reconstruction", "The reconstruction: the pixels that caused the activation")
        self._state = state
        self._overlaid = False
        state.output_changed.connect(self._refresh)
        state.reconstruction_changed.connect(self._refresh)

    @Slot(bool)
    def set_overlaid(self, overlaid: bool) -> None:
        """Show the reconstruction over the input or alone.

        Arguments:
            overlaid: True for over the input.
        """
        self._overlaid = overlaid
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.show_box(_receptive_field(self._state))
        reconstruction, sample, dark = self._state.reconstruction, self._state.sample, current_theme().dark
        if reconstruction is None:
            self.show_image(QImage())
        elif self._overlaid and sample is not None:
            image = sample_image(sample)
            painter = QPainter(image)
            painter.drawImage(0, 0, overlay_image(reconstruction.image, dark))
            painter.end()
            self.show_image(image, reconstruction.image)
        else:
            self.show_image(reconstruction_image(reconstruction.image, dark), reconstruction.image)


def _receptive_field(state: InspectorState) -> QRect | None:
    """Return the receptive field as a rectangle of pixels; None if there is no reconstruction."""
    if state.receptive_field is None:
        return None
    (top, bottom), (left, right) = state.receptive_field
    return QRect(left, top, right - left, bottom - top)

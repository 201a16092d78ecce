"""The pictures of the inspector's state: the feature map, the input and the reconstruction by each method."""

import numpy as np
from PySide6.QtCore import QEvent, QRect, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.inspector.layouts import with_names
from app.inspector.reconstruction.contours import Contour, find_contours
from app.inspector.reconstruction.display import Display
from app.inspector.reconstruction.drawing import Drawing
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.reconstruction_images import color_limit, flatten_channels, reconstruction_image
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.state import InspectorState
from app.inspector.target import Method
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
        image = QImage() if values is None else viridis_image(values, *self._state.color_range)
        self.show_drawing(Drawing(image, marked=self._state.position), values)


class InputPicture(Picture):
    """Shows the image that the network received, with a frame around the receptive field.

    Arguments:
        state: the image and the receptive field.
        viewport: the visible part.
        display: smooth or sharp pixels.
    """

    def __init__(
        self, state: InspectorState, viewport: Viewport, display: Display, parent: QWidget | None = None
    ) -> None:
        super().__init__(viewport, parent=parent)
        with_names(self, "inspector_input", "The input with the receptive field of this position")
        self._state, self._display = state, display
        state.output_changed.connect(self._refresh)
        state.reconstruction_changed.connect(self._refresh)
        display.changed.connect(self._refresh)

    @Slot()
    def _refresh(self) -> None:
        sample = self._state.sample
        image = QImage() if sample is None else sample_image(sample)
        self.show_drawing(Drawing(image, box=_receptive_field(self._state), smooth=self._display.smooth), sample)


class ReconstructionPicture(Picture):
    """Shows the reconstruction by one method, alone or as contours over the input, with a frame.

    Arguments:
        state: the reconstruction and the input.
        method: the method.
        viewport: the visible part.
        display: contours, contrast, smooth or sharp pixels.
    """

    def __init__(
        self,
        state: InspectorState,
        method: Method,
        viewport: Viewport,
        display: Display,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(viewport, parent=parent)
        name = "inspector_reconstruction" if method is Method.DECONVNET else f"inspector_{method.name.lower()}_picture"
        with_names(self, name, f"The pixels behind the activation, by {method.words.name}")
        self._state, self._method, self._display = state, method, display
        self._contours: tuple[Contour, ...] = ()
        self._contours_of: np.ndarray | None = None
        self._contours_with: tuple[float, bool] | None = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the newest result of the method."""
        result, sample = self._state.results.get(self._method), self._state.sample
        if result is None or result.reconstruction is None or result.reconstruction.image.ndim != 3:
            self.show_drawing(Drawing(QImage()))
            return
        values, dark = result.reconstruction.image, current_theme().dark
        limit = color_limit(values, self._display.contrast)
        contours: tuple[Contour, ...] = ()
        if self._display.contours and sample is not None:
            image, contours = sample_image(sample), self._find_contours(values, limit, dark)
        else:
            image = reconstruction_image(values, dark, limit)
        box = rectangle_of_box(result.reconstruction.receptive_field)
        self.show_drawing(Drawing(image, contours, box, smooth=self._display.smooth), values)

    def _find_contours(self, values: np.ndarray, limit: float, dark: bool) -> tuple[Contour, ...]:
        """Return the contours. Those of the same picture are not computed again."""
        if values is not self._contours_of or (limit, dark) != self._contours_with:
            self._contours_of, self._contours_with = values, (limit, dark)
            self._contours = find_contours(flatten_channels(values), limit, dark)
        return self._contours


def rectangle_of_box(box: tuple[tuple[int, int], tuple[int, int]]) -> QRect:
    """Return a box of pixels, (first, last + 1) of the rows and of the columns, as a rectangle."""
    (top, bottom), (left, right) = box
    return QRect(left, top, right - left, bottom - top)


def _receptive_field(state: InspectorState) -> QRect | None:
    """Return the receptive field as a rectangle of pixels; None if there is no reconstruction."""
    return None if state.receptive_field is None else rectangle_of_box(state.receptive_field)

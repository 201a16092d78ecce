"""The picture of one method with its title, its scale, and the sentence about it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inspector.layouts import make_column, with_names
from app.inspector.reconstruction.display import Display
from app.inspector.reconstruction.legend import Legend, Scale, scale_of
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.state_pictures import ReconstructionPicture
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.requests import Status
from app.inspector.state import InspectorState
from app.inspector.target import Method
from app.widgets.labels import make_label, make_paragraph, show_text
from app.widgets.theme.style_properties import set_style_property


class ResultBox(QWidget):
    """Shows what one method has found.

    Arguments:
        state: the results.
        method: the method.
        viewport: the visible part of all pictures.
        display: how all pictures are painted.
    """

    def __init__(self, state: InspectorState, method: Method, viewport: Viewport, display: Display) -> None:
        super().__init__()
        self._state, self._method, self._display = state, method, display
        prefix = "inspector" if method is Method.DECONVNET else f"inspector_{method.name.lower()}"
        self.picture = ReconstructionPicture(state, method, viewport, display)
        self._caption = make_label(f"{prefix}_caption", style_class="muted", ignores_width=True)
        self._legend = with_names(Legend(), f"{prefix}_legend")
        self._meaning = make_paragraph(f"{prefix}_meaning", style_class="muted", selectable=True)
        self._sentence = make_paragraph(f"{prefix}_sentence", selectable=True)
        layout = make_column(self, 2)
        layout.addWidget(self._caption)
        layout.addWidget(self.picture)
        for widget in (self._legend, self._meaning, self._sentence):
            layout.addWidget(widget)
        layout.addStretch()
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        state.reconstruction_changed.connect(self.refresh)
        display.changed.connect(self.refresh)
        self.refresh()

    @property
    def scale(self) -> Scale | None:
        """The scale of the picture; None while none is shown."""
        result = self._state.results.get(self._method)
        if result is None or result.reconstruction is None:
            return None
        return scale_of(result.reconstruction.image, self._method, self._display.contrast, self._display.contours)

    @property
    def title(self) -> str:
        """What the picture is, for its caption."""
        return f"{self._method.words.name}{', random weights' if self._state.random_weights else ''}"

    def set_picture_size(self, size: int) -> None:
        """Change the height of the picture.

        Arguments:
            size: in pixels.
        """
        self.picture.setFixedHeight(size)

    @Slot()
    def refresh(self) -> None:
        """Show the newest result, if the method is chosen."""
        result, scale = self._state.results.get(self._method), self.scale
        if result is None:
            return
        self.picture.refresh()
        self._caption.setText(self.title)
        self._caption.setToolTip(self.title)
        refused = result.status is Status.REFUSED
        self.picture.setVisible(not refused)
        self._legend.setVisible(scale is not None)
        if scale is not None:
            self._legend.show_scale(scale)
        show_text(self._meaning, scale.meaning if scale is not None else "")
        show_text(self._sentence, result.sentence)
        set_style_property(self._sentence, "danger", refused)


def captioned(picture: Picture, caption: str, object_name: str) -> QWidget:
    """Return a picture below its caption. Above, the caption stays near a picture smaller than its place.

    Arguments:
        picture: the picture.
        caption: what it shows.
        object_name: of the caption.
    """
    box = QWidget()
    label = make_label(object_name, caption, "muted", ignores_width=True)
    label.setToolTip(caption)
    layout = make_column(box, 2)
    layout.addWidget(label)
    layout.addWidget(picture)
    layout.addStretch()
    picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box

"""The steps of the reconstruction below its pictures, in a row that scrolls."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QScrollArea, QWidget

from app.inspector.layouts import with_names
from app.inspector.state import InspectorState
from app.inspector.steps.step_strip import StepStrip
from app.inspector.steps.steps import step_pictures
from app.widgets.theme.theme import current_theme


class StepPanel(QScrollArea):
    """Shows the steps of the reconstruction. It is hidden while there is no reconstruction.

    Arguments:
        state: the reconstruction.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._strip = with_names(StepStrip(), "inspector_step_strip", "Steps from the map to the pixels")
        with_names(self, "inspector_step_strip_scroll", "Steps, to scroll")
        self.setWidgetResizable(True)
        self.setWidget(self._strip)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        state.reconstruction_changed.connect(self._on_reconstruction_changed)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_steps()

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        self._show_steps()

    def _show_steps(self) -> None:
        reconstruction = self._state.reconstruction
        self.setVisible(reconstruction is not None)
        if reconstruction is None:
            self._strip.show_pictures(())
        else:
            self._strip.show_pictures(step_pictures(reconstruction, self._state.map_values, current_theme().dark))
        self.setFixedHeight(self._strip.sizeHint().height() + self.horizontalScrollBar().sizeHint().height())

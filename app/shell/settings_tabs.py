"""The settings panel: one tab each for the selected layer, the data and the training."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from app.builder import SettingsForm
from app.document import Document
from app.forms import DataForm, TrainingForm
from app.training import Inspection


class SettingsTabs(QTabWidget):
    """Shows the forms for layer, data and training.

    Arguments:
        document: the document that the forms edit.
        inspection: gives the sample that receptive fields are drawn on; None for no pictures.

    Signals:
        requested(): the panel must come to the front.
        message(sentence): why an edit of a layer is impossible.
    """

    requested = Signal()
    message = Signal(str)

    def __init__(self, document: Document, inspection: Inspection | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_tabs")
        self.setDocumentMode(True)
        self._document = document
        self._layer = SettingsForm(document, inspection)
        self._data, self._training = DataForm(document), TrainingForm(document)
        self.addTab(self._layer, "Layer")
        self.addTab(self._data, "Data")
        self.addTab(self._training, "Training")
        self._layer.message.connect(self.message)
        self._training.augmentation_requested.connect(self.show_data)
        document.selection_changed.connect(self._on_selection_changed)

    def commit(self) -> str:
        """Apply the values that the user has typed but not confirmed.

        Returns the first reason why a value is refused, and shows its tab; returns an empty text if all are applied.
        """
        reasons = [form.commit() for form in (self._layer, self._data, self._training)]
        for index, reason in enumerate(reasons):
            if reason:
                self.requested.emit()
                self.setCurrentIndex(index)
                return reason
        return ""

    @Slot()
    def edit_layer(self) -> None:
        """Show the settings of the selected layer, with the focus in the first field."""
        self.requested.emit()
        self.setCurrentWidget(self._layer)
        self._layer.focus_first_field()

    @Slot()
    def show_data(self) -> None:
        """Show the settings of the data."""
        self.requested.emit()
        self.setCurrentWidget(self._data)

    @Slot()
    def show_training(self) -> None:
        """Show the settings of the training."""
        self.requested.emit()
        self.setCurrentWidget(self._training)

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._document.selection:
            self.setCurrentWidget(self._layer)

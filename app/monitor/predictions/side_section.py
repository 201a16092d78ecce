"""A section beside the curves that shows the predictions of the newest weights, for the runs that it suits."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.forms.section import Section
from app.monitor.predictions.predictions import ClassPredictions
from app.monitor.predictions.predictor import Predictor
from tinyml.data import DataDescription


class SideSection(Section):
    """Shows predicted classes. It hides itself while it does not suit the shown run.

    While it is folded or hidden, it does not ask for predictions. Subclasses say which runs it suits (`_suits`) and
    show the predictions (`_show_predictions`) or a sentence that says why there are none (`_show_message`).

    Arguments:
        name: objectName of the section.
        title: text of the heading.
        content: what is below the heading.
        predictor: computes the predictions, also for other views.
    """

    def __init__(self, name: str, title: str, content: QWidget, predictor: Predictor) -> None:
        super().__init__(name, title, content)
        self._predictor = predictor
        self._short_of_room = False
        predictor.changed.connect(self._refresh)
        self.folded_changed.connect(self._watch)
        self.hide()

    def set_short_of_room(self, short: bool) -> None:
        """Fold, or unfold again, when the page becomes too low or high enough. The user can change it afterwards.

        Arguments:
            short: True if the page is too low for everything.
        """
        if short != self._short_of_room:
            self._short_of_room = short
            self.set_folded(short)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch()

    @Slot()
    def _watch(self) -> None:
        visible = self.isVisible() and not self.folded
        self._predictor.set_watched(self, visible)
        if visible:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        description = self._predictor.description
        self.setHidden(description is None or not self._suits(description))
        if not self.isVisible() or self.folded:
            return
        shown = self._predictor.predictions
        if isinstance(shown, ClassPredictions) and not shown.obstacle:
            self._show_predictions(shown)
        else:
            self._show_message(shown.obstacle if isinstance(shown, ClassPredictions) else self._predictor.message)

    def _suits(self, description: DataDescription) -> bool:
        raise NotImplementedError

    def _show_predictions(self, predictions: ClassPredictions) -> None:
        raise NotImplementedError

    def _show_message(self, message: str) -> None:
        raise NotImplementedError

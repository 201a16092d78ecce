"""F8: from one layer with a problem to the next."""

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document


class ProblemNavigation(QObject):
    """Selects the layers that have problems, one after the other.

    Arguments:
        document: has the problems and the selection.

    Signals:
        layer_selected(): the next layer with a problem is selected.
        data_requested(): no layer has a problem, but the data has one.
    """

    layer_selected = Signal()
    data_requested = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document

    @Slot()
    def select_next(self) -> None:
        """Select the next layer with a problem; after the last one, start again at the first."""
        names = [problem.layer for problem in self._document.problems if problem.index >= 0]
        if names:
            selected = self._document.selection[-1] if self._document.selection else ""
            following = names[(names.index(selected) + 1) % len(names)] if selected in names else names[0]
            self._document.select((following,))
            self.layer_selected.emit()
        elif self._document.data_problem:
            self.data_requested.emit()

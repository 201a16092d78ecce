"""F8 and Shift+F8: from one layer with a problem to the next or the previous one."""

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.document.blocks import innermost_problem


class ProblemNavigation(QObject):
    """Selects the layers that have problems, one after the other.

    Arguments:
        document: has the problems and the selection.

    Signals:
        layer_selected(): another layer with a problem is selected.
        data_requested(): no layer has a problem, but the data has one.
    """

    layer_selected = Signal()
    data_requested = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document

    @Slot()
    def select_next(self) -> None:
        """Select the next layer with a problem; after the last one, start again at the first.

        In a block, the layer inside that is the reason is selected.
        """
        self._select(1)

    @Slot()
    def select_previous(self) -> None:
        """Select the previous layer with a problem; before the first one, start again at the last."""
        self._select(-1)

    def _select(self, distance: int) -> None:
        document = self._document
        layers = document.inference.layers
        faulty = [innermost_problem(layers, problem) for problem in document.problems if problem.index >= 0]
        places = [(block, problem.layer) for block, problem in faulty]
        if places:
            selected = (document.block, document.selection[-1] if document.selection else "")
            first = 0 if distance > 0 else len(places) - 1
            place = (places.index(selected) + distance) % len(places) if selected in places else first
            block, name = places[place]
            document.select((name,), block=block)
            self.layer_selected.emit()
        elif document.data_problem:
            self.data_requested.emit()

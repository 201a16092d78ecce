"""F8: from one layer with a problem to the next."""

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.document.blocks import innermost_problem


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
        """Select the next layer with a problem; after the last one, start again at the first.

        In a block, the layer inside that is the reason is selected.
        """
        document = self._document
        layers = document.inference.layers
        faulty = [innermost_problem(layers, problem) for problem in document.problems if problem.index >= 0]
        places = [(block, problem.layer) for block, problem in faulty]
        if places:
            selected = (document.block, document.selection[-1] if document.selection else "")
            block, name = places[(places.index(selected) + 1) % len(places)] if selected in places else places[0]
            document.select((name,), block=block)
            self.layer_selected.emit()
        elif self._document.data_problem:
            self.data_requested.emit()

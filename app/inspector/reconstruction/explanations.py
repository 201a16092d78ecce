"""What the picture of each chosen method shows, and what it does not show."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.inspector.layouts import make_column
from app.inspector.state import InspectorState
from app.inspector.target import Method
from app.widgets.labels import make_paragraph


class Explanations(QWidget):
    """One paragraph for each chosen method.

    Arguments:
        state: the chosen methods.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        layout = make_column(self)
        self._labels = {method: make_paragraph(f"inspector_words_{method.name.lower()}") for method in Method}
        for method, label in self._labels.items():
            label.setText(explain(method))
            label.setProperty("muted", True)
            layout.addWidget(label)
        state.methods_changed.connect(self._on_methods_changed)
        self._on_methods_changed()

    @Slot()
    def _on_methods_changed(self) -> None:
        for method, label in self._labels.items():
            label.setVisible(method in self._state.methods)


def explain(method: Method) -> str:
    """Return the paragraph about a method.

    Arguments:
        method: the method.
    """
    name = method.words.name
    return f"What {name} shows: {method.words.shows}\nWhat it does not show: {method.words.does_not_show}"

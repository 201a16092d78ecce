"""One line about the health of the shown file: NaN, infinite numbers, dead filters, tensors of zeros or constants."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.models.state.models_state import ModelsState
from app.widgets.labels import make_label
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.style_properties import set_style_property
from tinyml.storage import FileHealth, describe_sizes

_MOST_IN_TIP = 20
_LONGEST = 400


class HealthLine(QWidget):
    """Says what is striking in the numbers of the file, as soon as all of them are read.

    Arguments:
        state: the state of the page.

    Attributes:
        label: the line.
    """

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_health_line")
        self._state = state
        self.label: QLabel = make_label("models_health", "", "muted", selectable=True, ignores_width=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        state.contents_changed.connect(self._on_contents_changed)
        state.completed.connect(self._on_completed)
        state.reader.assessed.connect(self._on_assessed)

    @Slot()
    def _on_contents_changed(self) -> None:
        self._state.reader.forget_health()
        set_style_property(self.label, "warning", False)
        self.label.setText("Health: reading the numbers…")
        self.label.setToolTip("")

    @Slot()
    def _on_completed(self) -> None:
        self._state.reader.assess(self._state.summaries.values())

    @Slot(object)
    def _on_assessed(self, health: FileHealth) -> None:
        serious = any(finding.serious for finding in health.findings)
        set_style_property(self.label, "warning", serious)
        self.label.setText(short(f"Health: {health.sentence}", _LONGEST))
        names = [f"{finding.sentence} {', '.join(finding.tensors[:_MOST_IN_TIP])}" for finding in health.findings]
        self.label.setToolTip(tool_tip("\n".join([describe_sizes(health.sizes), *names])))

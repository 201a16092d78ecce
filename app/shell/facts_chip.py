"""The chip of the toolbar with the facts of the whole network."""

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel

from app.document import Document
from app.formatting import format_count, format_operations
from tinyml.core import describe_count, describe_shape
from tinyml.core.memory import describe_bytes


class FactsChip(QLabel):
    """Shows parameters, operations and receptive field of the network: "54 314 parameters · 1.6 MFLOP/image".

    Where there is little room, it leaves out the facts at the end; at last it writes "54k parameters". The tool tip
    explains all.

    Arguments:
        document: its network is described.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setObjectName("chip_parameters")
        self.setProperty("chip", True)
        self._document = document
        self._texts = [""]
        document.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the current facts."""
        facts = _list_facts(self._document)
        count = _shorten_count(self._document.facts.parameter_count)
        self._texts = [" · ".join(facts[:number]) for number in range(len(facts), 0, -1)]
        self._texts.append(f"{count} parameters")
        self.setToolTip(_explain(self._document))
        self.setAccessibleName(self._texts[0])
        self.setAccessibleDescription(self.toolTip())
        self.updateGeometry()
        self._show_what_fits()

    def sizeHint(self) -> QSize:
        return self._size_for(self._texts[0])

    def minimumSizeHint(self) -> QSize:
        return self._size_for(self._texts[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """Show the longest text that fits."""
        fitting = (text for text in self._texts if self._size_for(text).width() <= self.width())
        text = next(fitting, self._texts[-1])
        if text != self.text():
            self.setText(text)

    def _size_for(self, text: str) -> QSize:
        """Return the size of the chip with another text."""
        metrics, size = self.fontMetrics(), super().sizeHint()
        margins = size.width() - metrics.horizontalAdvance(self.text())
        return QSize(metrics.horizontalAdvance(text) + margins, size.height())


def _shorten_count(count: int) -> str:
    """Write a number with about two digits.

    >>> [_shorten_count(count) for count in (950, 2_314, 54_314, 2_052_000)]
    ['950', '2.3k', '54k', '2.1M']
    """
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            return f"{count / size:.1f}{unit}" if count < 9.95 * size else f"{count / size:.0f}{unit}"
    return str(count)


def _unit(document: Document) -> str:
    """Return the word for one example of the data."""
    return "image" if document.data is not None and len(document.data.example_shape) == 3 else "example"


def _list_facts(document: Document) -> list[str]:
    """Return the facts from the most to the least important."""
    if document.data_pending:
        return ["… parameters"]
    facts = document.facts
    texts = [f"{format_count(facts.parameter_count)} {'parameter' if facts.parameter_count == 1 else 'parameters'}"]
    if facts.operations:
        at_least = "" if facts.complete else "≥ "
        texts.append(f"{at_least}{format_operations(facts.operations)}/{_unit(document)}")
    if facts.receptive_field is not None:
        texts.append(f"sees {describe_shape(facts.receptive_field)}")
    return texts


def _explain(document: Document) -> str:
    """Return a sentence about each fact."""
    facts, unit = document.facts, _unit(document)
    at_least = "" if facts.complete else "at least "
    lines = [
        f"{format_count(facts.parameter_count)} parameters: the numbers that training changes "
        f"({describe_bytes(4 * facts.parameter_count)})."
    ]
    if facts.operations:
        lines.append(
            f"{at_least}{format_operations(facts.operations)} for each {unit}: floating-point operations of one "
            "forward pass. Training takes about three times as many."
        )
    if facts.receptive_field is not None:
        lines.append(
            f"sees {describe_shape(facts.receptive_field)}: the pixels of the image that can change one activation of "
            "the last feature maps (their receptive field)."
        )
    if facts.activation_bytes:
        size = document.project.training.batch_size
        of_batch = f"{describe_bytes(size * facts.activation_bytes)} for a batch of {describe_count(size)}"
        lines.append(
            f"{at_least}{describe_bytes(facts.activation_bytes)} of activations for each {unit}, {of_batch}: the "
            "outputs of all layers, which training needs for the backward pass."
        )
    if not facts.complete and facts.layers:
        lines.append("Layers from the first problem on are not counted.")
    return "\n".join(line[:1].upper() + line[1:] for line in lines)

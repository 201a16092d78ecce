"""The facts of a layer below its explanation: operations, memory, and the pixels of the sample that an output sees."""

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.builder.forms.receptive_field_picture import ReceptiveFieldPicture
from app.document import Document
from app.formatting import format_operations
from app.training import Inspection
from app.widgets.labels import make_paragraph, show_text
from app.widgets.theme.theme import GRID
from tinyml.core import describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.net import LayerFacts


class LayerFactsView(QWidget):
    """Shows the facts of one layer, and its receptive field on the inspection's sample.

    Arguments:
        document: the document with the layer.
        inspection: gives the sample; None for no picture.
        parent: the parent widget.
    """

    def __init__(self, document: Document, inspection: Inspection | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._inspection = document, inspection
        self._facts: LayerFacts | None = None
        self._text = make_paragraph("layer_facts", style_class="muted")
        self._picture = ReceptiveFieldPicture(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._text)
        layout.addWidget(self._picture)
        if inspection is not None:
            inspection.samples_changed.connect(self._on_sample_changed)
            inspection.sample_trace_changed.connect(self._on_sample_changed)

    def show_layer(self, path: tuple[str, ...]) -> None:
        """Show the facts of a layer.

        Arguments:
            path: names of the blocks around the layer, and its own name.
        """
        self._facts = self._document.facts.layer(path)
        data = self._document.data
        image = data is not None and len(data.example_shape) == 3
        text = describe_facts(self._facts, "image" if image else "example") if self._facts is not None else ""
        show_text(self._text, text)
        self._show_picture()

    @Slot()
    def _on_sample_changed(self) -> None:
        if self.isVisible():
            self._show_picture()

    def _show_picture(self) -> None:
        box = self._facts.receptive_box if self._facts is not None else None
        self._picture.show_box(self._example(), box)
        self.setVisible(bool(self._text.text()) or not self._picture.isHidden())

    def _example(self) -> np.ndarray | None:
        """Return the sample `(C, H, W)`; None if it is unknown or belongs to other data than the document's."""
        data, inspection = self._document.data, self._inspection
        if data is None or inspection is None or inspection.samples is None:
            return None
        batch = inspection.samples.unscaled_examples(slice(inspection.index, inspection.index + 1))
        example = np.asarray(batch[0]) if len(batch) else None
        return example if example is not None and example.shape == data.example_shape and example.ndim == 3 else None


def describe_facts(facts: LayerFacts, unit: str) -> str:
    """Return the facts of a layer in one line; empty if none is known.

    Arguments:
        facts: facts of the layer.
        unit: word for one example: "image".

    >>> describe_facts(LayerFacts("conv_1", 208, 313_600, 25_088, ((2, 7), (2, 7))), "image").replace("\\xa0", " ")
    '314 kFLOP · 25 kB of activations for each image · an output sees 5×5 pixels'
    """
    parts: list[str] = []
    if facts.operations is not None:
        parts.append(format_operations(facts.operations))
    if facts.activation_bytes is not None:
        parts.append(f"{describe_bytes(facts.activation_bytes)} of activations for each {unit}")
    if facts.receptive_field is not None:
        parts.append(f"an output sees {describe_shape(facts.receptive_field)} pixels")
    return " · ".join(parts)

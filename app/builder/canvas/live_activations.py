"""The live activations on the cards: the current sample on its way through the network."""

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot

from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.stack_part import StackPart
from app.document import BlockPath, Document
from app.formatting import format_percentage
from app.training import Inspection, SampleTrace
from app.widgets.plain_text import short

_REFRESH_MS = 33


class LiveActivations(StackPart):
    """Shows the activations of the inspection's sample on the cards, at most 30 times a second.

    Arguments:
        document: the document whose network the cards show.
        inspection: the source of the sample and its trace; None for cards without activations.
        card_stack: the cards; it owns this object.

    Signals:
        shown(): the cards show the current activations.
    """

    shown = Signal()

    def __init__(self, document: Document, inspection: Inspection | None, card_stack: CardStack) -> None:
        super().__init__(card_stack)
        self._document = document
        self._inspection = inspection
        self._waiting = False
        self._refresh_timer = QTimer(self)
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.setInterval(_REFRESH_MS)
        self._refresh_timer.timeout.connect(self._on_refresh_timeout)
        if inspection is not None:
            inspection.sample_trace_changed.connect(self._on_inspection_changed)
            inspection.samples_changed.connect(self._on_inspection_changed)

    def show(self) -> None:
        """Show the current activations now, up to the first problem.

        A card shows none if its shape differs from that in the trace.
        """
        self._waiting = False
        sample_trace = self._inspection.visible_trace if self._inspection is not None else None
        outputs: dict[BlockPath, np.ndarray] = {}
        if sample_trace is not None:
            outputs = {(entry.layer.name,): entry.output[0] for entry in sample_trace.trace.entries}
            outputs |= {path: entry.output[0] for path, entry in sample_trace.inside.items()}
        for card in self._card_stack.cards:
            values = outputs.get(card.model.path)
            card.show_activations(values if values is not None and values.shape == card.model.shape else None)
        input_card, example = self._card_stack.input_card, self._example(sample_trace)
        fits = example is not None and example.shape == input_card.model.shape
        input_card.show_activations(example if fits else None)
        self._show_scores(sample_trace)
        self.shown.emit()

    def catch_up(self) -> None:
        """Show what has changed while the cards were hidden."""
        if self._waiting:
            self.show()

    @Slot()
    def _on_inspection_changed(self) -> None:
        # Hidden cards wait until somebody sees them.
        self._waiting = True
        if self._card_stack.isVisible() and not self._refresh_timer.isActive():
            self._refresh_timer.start()

    @Slot()
    def _on_refresh_timeout(self) -> None:
        if self._card_stack.isVisible():
            self.show()

    def _example(self, sample_trace: SampleTrace | None) -> np.ndarray | None:
        """Return the sample `(C, H, W)`. It is known even if the network has a problem and there is no trace."""
        if sample_trace is not None:
            return sample_trace.sample.picture
        batch = None
        if self._inspection is not None and self._inspection.samples is not None:
            index = self._inspection.index
            batch = self._inspection.samples.unscaled_examples(slice(index, index + 1))
        return np.asarray(batch[0]) if batch is not None and len(batch) else None

    def _show_scores(self, sample_trace: SampleTrace | None) -> None:
        """Show on the loss card what the network predicts for the sample, and its label."""
        data, loss_card = self._document.data, self._card_stack.loss_card
        if sample_trace is not None and sample_trace.numbers is not None:
            loss_card.show_activations(sample_trace.numbers, sample_trace.describe_numbers())
            return
        if (
            sample_trace is None
            or data is None
            or max(sample_trace.label, len(sample_trace.scores) - 1) >= len(data.class_names)
        ):
            loss_card.show_activations(None)
            return
        label = short(data.class_names[sample_trace.label]) if sample_trace.label >= 0 else ""
        if not len(sample_trace.scores):
            line = f"the sample is “{label}”, the network cannot answer before its problem is solved" if label else ""
            loss_card.show_activations(None, line)
            return
        predicted, score = data.class_names[sample_trace.prediction], sample_trace.scores[sample_trace.prediction]
        percentage = format_percentage(float(score))
        known = f"the sample is “{label}”, " if label else ""
        line = f"{known}the network says “{short(predicted)}” ({percentage})"
        loss_card.show_activations(sample_trace.scores, line)

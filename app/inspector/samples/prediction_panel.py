"""The prediction for the sample: in a sentence, and as a bar for each class or as a picture."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from app.formatting import format_percentage
from app.inspector.layouts import make_column, make_scroll_area, with_names
from app.inspector.samples.score_list import ScoreList
from app.training import Inspection, SampleTrace
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property


class PredictionPanel(QWidget):
    """Compares the network's output for the sample with its class or its target numbers.

    Arguments:
        inspection: the recorded forward pass of the sample.
    """

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._verdict = make_label("inspector_verdict", wraps=True, selectable=True)
        self._verdict.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._output = with_names(ImageGrid(image_size=96), "inspector_output", "Output for the sample")
        self._scores = with_names(ScoreList(), "inspector_scores", "Class scores")
        self._score_scroll = make_scroll_area(self._scores)
        self._score_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = make_column(self)
        layout.addWidget(self._verdict)
        layout.addWidget(self._output)
        layout.addWidget(self._score_scroll, 1)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        self._on_sample_trace_changed()

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        sample_trace = self._inspection.visible_trace
        if sample_trace is not None and sample_trace.target is None and not len(sample_trace.scores):
            self._show_no_prediction(sample_trace)
            return
        self._verdict.setVisible(sample_trace is not None)
        self._score_scroll.setVisible(sample_trace is not None and sample_trace.target is None)
        self._output.setVisible(sample_trace is not None and sample_trace.output.ndim == 3)
        if sample_trace is None or self._inspection.samples is None:
            return
        if sample_trace.target is None:
            self._show_class(sample_trace)
        else:
            self._verdict.setText(sample_trace.describe_numbers())
        set_style_property(self._verdict, "danger", sample_trace.prediction != sample_trace.label)
        if sample_trace.output.ndim == 3:
            self._output.set_images([GridImage(sample_image(sample_trace.output), tooltip="output of the network")])

    def _show_no_prediction(self, sample_trace: SampleTrace) -> None:
        """Say why there is no prediction: only the layers before a problem are recorded."""
        self._score_scroll.hide()
        self._output.hide()
        names = sample_trace.snapshot.description.class_names
        true = f"true {short(names[sample_trace.label])} · " if sample_trace.label >= 0 else ""
        self._verdict.setText(f"{true}no prediction before the problem is solved")
        set_style_property(self._verdict, "danger", False)
        self._verdict.show()

    def _show_class(self, sample_trace: SampleTrace) -> None:
        names, scores = sample_trace.snapshot.description.class_names, sample_trace.scores
        self._scores.show_scores(names, scores, sample_trace.label)
        true, predicted = short(names[sample_trace.label]), short(names[sample_trace.prediction])
        percentage = format_percentage(float(scores[sample_trace.prediction]))
        self._verdict.setText(f"true {true} · predicted {predicted} ({percentage})")

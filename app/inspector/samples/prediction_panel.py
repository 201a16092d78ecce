"""The prediction for the sample: in a sentence, and as a bar for each class, as numbers or as a picture."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from app.formatting import format_percentage
from app.inspector.layouts import make_column, make_scroll_area, with_names
from app.inspector.samples.number_error import measure_error
from app.inspector.samples.number_table import NumberTable
from app.inspector.samples.score_list import ScoreList
from app.training import Inspection, SampleTrace
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property


class PredictionPanel(QWidget):
    """Compares the network's output for the sample with its class or its target numbers.

    An own example has no true class, so only the prediction is shown. A wrong prediction has the colour of errors; so
    has a number that is farther from its target than the targets usually are from their mean.

    Arguments:
        inspection: the recorded forward pass of the sample.
    """

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._verdict = make_label("inspector_verdict", style_class="heading", wraps=True, selectable=True)
        self._verdict.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._error = make_label("inspector_error", style_class="muted", wraps=True)
        self._output = with_names(ImageGrid(image_size=96), "inspector_output", "Input and output for the sample")
        self._numbers = with_names(NumberTable(), "inspector_numbers", "Target and predicted numbers")
        self._scores = with_names(ScoreList(), "inspector_scores", "Class scores")
        self._score_scroll = make_scroll_area(self._scores)
        self._score_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = make_column(self)
        layout.addWidget(self._verdict)
        layout.addWidget(self._error)
        layout.addWidget(self._output)
        layout.addWidget(self._numbers, 1)
        layout.addWidget(self._score_scroll, 1)
        layout.addStretch()
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        self._on_sample_trace_changed()

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        sample_trace = self._inspection.visible_trace
        numbers = None if sample_trace is None else sample_trace.numbers
        self._verdict.setVisible(sample_trace is not None)
        self._score_scroll.setVisible(sample_trace is not None and len(sample_trace.scores) > 0)
        self._output.setVisible(numbers is not None and numbers.ndim == 3)
        self._error.hide()
        self._numbers.setVisible(numbers is not None and numbers.ndim == 1 and NumberTable.suits(numbers))
        if sample_trace is None or self._inspection.samples is None:
            return
        error = measure_error(sample_trace, self._inspection.samples)
        set_style_property(self._verdict, "danger", sample_trace.is_wrong or (error is not None and error.is_large))
        show_text(self._error, "" if error is None else error.describe())
        if len(sample_trace.scores):
            self._show_class(sample_trace)
        elif numbers is None:
            self._show_no_prediction(sample_trace)
        else:
            self._show_numbers(sample_trace)

    def _show_numbers(self, sample_trace: SampleTrace) -> None:
        numbers, sample = sample_trace.numbers, sample_trace.sample
        assert numbers is not None
        names = sample_trace.snapshot.description.target_names
        name = f"{short(names[0])}: " if len(names) == numbers.size == 1 else ""
        self._verdict.setText(f"{name}{sample_trace.describe_numbers()}")
        if numbers.ndim == 3:
            before = [GridImage(sample_image(sample.picture), "input", "input of the network")]
            after = [GridImage(sample_image(numbers), "output", "output of the network")]
            self._output.set_images(before + after if sample.picture.ndim == 3 else after)
        elif not self._numbers.isHidden():
            self._numbers.show_numbers(names, sample.target, numbers)

    def _show_no_prediction(self, sample_trace: SampleTrace) -> None:
        """Say why there is no prediction: only the layers before a problem are recorded."""
        names = sample_trace.snapshot.description.class_names
        true = f"true {short(names[sample_trace.label])} · " if sample_trace.label >= 0 else ""
        self._verdict.setText(f"{true}no prediction before the problem is solved")

    def _show_class(self, sample_trace: SampleTrace) -> None:
        names, scores = sample_trace.snapshot.description.class_names, sample_trace.scores
        self._scores.show_scores(names, scores, sample_trace.label)
        percentage = format_percentage(float(scores[sample_trace.prediction]))
        predicted = f"predicted {short(names[sample_trace.prediction])} ({percentage})"
        true = f"true {short(names[sample_trace.label])} · " if sample_trace.label >= 0 else ""
        self._verdict.setText(f"{true}{predicted}")

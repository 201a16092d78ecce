"""The canvas, its tools, and what the network says while the user draws."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.samples.drawing.drawing_canvas import DrawingCanvas
from app.inspector.samples.drawing.drawing_tools import DrawingTools
from app.inspector.samples.drawing.drawing_verdict import DrawingVerdict
from app.jobs import LatestJob
from app.training import Inspection, OwnExample, OwnImage
from app.training.drawing import DrawingStyle, OwnDrawing, measure_style
from app.training.drawn_image import draw_image
from app.widgets.layouts import add_layout
from tinyml.data import Dataset


class DrawingPanel(QWidget):
    """Makes an own example of what the user draws. The page follows while the pen moves.

    The next state of the drawing is sent when the prediction for the one before is there, and the last one when the
    pen is lifted. So the newest one wins, and none waits in a queue.

    Arguments:
        inspection: gets the drawing, and answers with its recorded forward pass.

    Attributes:
        canvas: holds the ink.
        drawing_style: how the data are drawn; None until it is measured.

    Signals:
        style_measured(): `drawing_style` is there.
        refused(sentence): an image cannot become a drawing.
    """

    style_measured = Signal()
    refused = Signal(str)

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._samples: Dataset | None = None
        self.drawing_style: DrawingStyle | None = None
        self._drawing: OwnDrawing | None = None
        self._cleared: OwnDrawing | None = None
        self._ended: OwnDrawing | None = None
        self._outdated = False
        self._job = LatestJob(inspection.quick_jobs, self)
        self._job.returned.connect(self._on_style_measured)
        self._image_job = LatestJob(inspection.quick_jobs, self)
        self._image_job.returned.connect(inspection.select_own)
        self._image_job.failed.connect(self.refused)
        self.canvas = with_names(DrawingCanvas(), "inspector_canvas", "Drawing: arrow keys move the pen, Space draws")
        self._tools = DrawingTools(self.canvas)
        self._verdict = DrawingVerdict()
        self._arrange()
        self.canvas.changed.connect(self._on_canvas_changed)
        self.canvas.stroke_ended.connect(self._on_stroke_ended)
        self.canvas.cleared.connect(self._on_cleared)
        self._tools.color_chosen.connect(self._on_color_chosen)
        inspection.samples_changed.connect(self._on_samples_changed)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        inspection.own_examples.changed.connect(self._on_own_examples_changed)
        self._on_samples_changed()

    def _arrange(self) -> None:
        beside = make_column()
        beside.addWidget(self._verdict)
        beside.addStretch()
        beside.addWidget(self._tools)
        row = make_row()
        row.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignTop)
        add_layout(row, beside, 1)
        self.setLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()

    def draw_image(self, image: OwnImage) -> None:
        """Make a drawing of an image, and choose it. `refused` says if that is not possible.

        Arguments:
            image: an image of the user.
        """
        if self.drawing_style is not None:
            self._image_job.start(partial(draw_image, image, self.drawing_style))

    def continue_drawing(self, example: OwnExample) -> None:
        """Put a drawing on the canvas again that was cleared there, but is still the sample.

        Arguments:
            example: the own example that the user has clicked.
        """
        if example is self._ended and example is self._inspection.own:
            self._ended = None
            self._on_sample_trace_changed()

    # ------------------------------------------------------------------------------------------------------ the style

    @Slot()
    def _on_samples_changed(self) -> None:
        self._job.cancel()
        self._image_job.cancel()
        self._samples, self.drawing_style = self._inspection.samples, None
        self._outdated = False
        self._forget()
        if self._samples is not None and len(self._samples.description.example_shape) == 3:
            self.canvas.set_shape(self._samples.description.example_shape)
            self._measure()

    def _measure(self) -> None:
        """Measure how the data are drawn, as soon as the canvas is seen."""
        samples = self._samples
        images = samples is not None and len(samples.description.example_shape) == 3
        if images and self.drawing_style is None and self.isVisible() and not self._job.busy:
            assert samples is not None
            self._job.start(partial(measure_style, samples))

    @Slot(object)
    def _on_style_measured(self, style: DrawingStyle) -> None:
        self.drawing_style = style
        color = _color_of(style, style.ink)
        self.canvas.set_colors(_color_of(style, style.background), color)
        self.canvas.setToolTip(style.describe())
        self._tools.offer_colors(style.has_colors, color)
        self.style_measured.emit()
        if self._outdated:
            self._send()

    @Slot(QColor)
    def _on_color_chosen(self, color: QColor) -> None:
        if self.drawing_style is not None:
            self.canvas.set_colors(_color_of(self.drawing_style, self.drawing_style.background), color)
            self._tools.offer_colors(self.drawing_style.has_colors, color)

    # ---------------------------------------------------------------------------------------------------- the drawing

    @property
    def _awaits_answer(self) -> bool:
        """True while the forward pass of the drawing as it was sent is being computed."""
        shown = self._inspection.visible_trace
        sent = self._drawing is not None and self._inspection.own is self._drawing
        return sent and (shown is None or shown.sample.own is not self._drawing)

    @Slot()
    def _on_canvas_changed(self) -> None:
        self._outdated = True
        if not self._awaits_answer:
            self._send()

    @Slot()
    def _on_cleared(self) -> None:
        """Leave the drawing as it is among the own examples: the next stroke begins another one."""
        self._cleared = self._ended = self._drawing
        self._drawing = None

    @Slot()
    def _on_stroke_ended(self) -> None:
        if self._outdated:
            self._send()

    def _send(self) -> None:
        """Make the drawing as it is now the sample of the page."""
        if self.drawing_style is None:
            return  # `_on_style_measured` sends it
        self._outdated = False
        if self.canvas.is_empty:
            self._show_answer()
            return
        # After clear, undo continues the drawing from before. After a new stroke there is nothing to redo.
        before = self._cleared if self._drawing is None and self.canvas.can_redo else self._drawing
        self._drawing = OwnDrawing(self.canvas.ink(), self.drawing_style)
        own_examples = self._inspection.own_examples
        if before is not None and self._inspection.own is before:
            self._inspection.replace_own(self._drawing)
            return
        if before is not None and before in own_examples.examples:
            own_examples.replace(before, self._drawing)
        self._inspection.select_own(self._drawing)

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        own = self._inspection.own
        if own is not self._ended:
            self._ended = None  # from now on a click on it continues it
        elif own is not None:
            self._show_answer()  # the cleared drawing is still the sample, but its ink stays away
            return
        if isinstance(own, OwnDrawing) and own is not self._drawing:
            self._drawing, self._outdated = own, False
            self.canvas.show_ink(own.ink)
        self._show_answer()
        if self._outdated and not self._awaits_answer:
            self._send()

    def _show_answer(self) -> None:
        shown = self._inspection.visible_trace
        drawn = self._drawing is not None and shown is not None and shown.sample.own is self._drawing
        if drawn or not self._awaits_answer:
            self._verdict.show_trace(shown if drawn and not self.canvas.is_empty else None)

    @Slot()
    def _on_own_examples_changed(self) -> None:
        """Start again if the drawing was removed."""
        if self._drawing is not None and self._drawing not in self._inspection.own_examples.examples:
            self._forget()

    def _forget(self) -> None:
        if self._drawing is not None:
            self._drawing = None
            self.canvas.show_ink(np.zeros_like(self.canvas.ink()))
        self._verdict.show_trace(None)


def _color_of(style: DrawingStyle, numbers: tuple[float, ...]) -> QColor:
    """Return how a pixel of the data looks."""
    levels = [min(max(number, 0.0), 1.0) for number in numbers]
    red, green, blue = levels if style.has_colors else [sum(levels) / len(levels)] * 3
    return QColor.fromRgbF(red, green, blue)

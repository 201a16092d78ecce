"""The section "Embedding": a layer's outputs for a whole part of the data, as points coloured by class."""

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from app.formatting import format_percentage
from app.inspector.embedding.class_legend import ClassLegend
from app.inspector.embedding.embedding_file import save_drawing, save_picture, save_table
from app.inspector.embedding.embedding_model import EmbeddingModel
from app.inspector.embedding.embedding_plot import EmbeddingPlot
from app.inspector.embedding.hover_card import HoverCard
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.part_computation import PARTS, PartResult, PartStatus
from app.inspector.state import InspectorState
from app.inspector.thin_progress import ThinProgress
from app.jobs import LatestJob
from app.training import Inspection
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.picture_export import draw_widgets, paint_widgets
from app.widgets.plain_text import sentence, short
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_FILE_KINDS = {"png": "Picture", "svg": "Drawing", "csv": "Table"}
_LOWEST_PLOT = 28 * GRID


class EmbeddingPanel(QWidget):
    """Shows the embedding of a layer, with a legend and the example under the mouse.

    Arguments:
        state: the layer of the inspector.
        inspection: the data and the weights.

    Attributes:
        model: what is computed and shown.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = EmbeddingModel(state, inspection, self)
        self._shown: PartResult | None = None
        self._export_job = LatestJob(inspection.picture_jobs, self)
        self._export_job.returned.connect(self._on_export_job_returned)
        self._export_job.failed.connect(self._on_export_job_failed)
        self._make_choices()
        self._make_views()
        self._arrange()
        self.model.changed.connect(self._on_changed)
        self.model.sample_changed.connect(self._on_sample_changed)
        self.model.computation.progressed.connect(self._progress.set_share)
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_changed()
        self.model.set_active(self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.set_active(self.isVisible())

    @Slot()
    def export(self) -> None:
        """Ask for a file, and save the embedding in it as a picture or as a table."""
        path = ask_where_to_save(self, "Export embedding", Path("embedding.png"), _FILE_KINDS)
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Save the embedding in the background: as a picture if the name ends in .png or .svg, else as a table.

        Arguments:
            path: the file.
        """
        if self._shown is None:
            return
        kind = path.suffix.lower()
        self._card.clear()
        match kind:
            case ".png":
                save = partial(save_picture, paint_widgets([self._views]))
            case ".svg":
                save = partial(save_drawing, draw_widgets([self._views], "Embedding"))
            case _:
                save = partial(save_table, self._shown)
        self._report("Saving…")
        self._export_job.start(partial(save, path))

    def _make_choices(self) -> None:
        self._layers = with_names(ChoiceBox(), "inspector_embedding_layer", "Layer that is embedded")
        self._layers.activated.connect(self._on_layers_activated)
        self._follows = with_names(
            QCheckBox("follow"), "inspector_embedding_follows", "Embed the layer that the inspector shows"
        )
        self._follows.setToolTip("On: the layer that you choose above. Off: this layer.")
        self._follows.toggled.connect(self.model.set_follows)
        self._parts = with_names(ChoiceBox(), "inspector_embedding_part", "Part of the data that is embedded")
        self._parts.addItems([part.capitalize() for part in PARTS])
        for box in (self._layers, self._parts):
            box.setMinimumContentsLength(6)  # so that the row fits in a narrow window
        self._parts.activated.connect(self._on_parts_activated)
        self._command = with_names(QPushButton(), "inspector_embedding_command")
        self._command.clicked.connect(self._on_clicked)
        self._export = with_names(QPushButton("Export…"), "inspector_embedding_export", "Export the embedding")
        self._export.setToolTip("Save the points as a picture (PNG, SVG) or as a table (CSV)")
        self._export.clicked.connect(self.export)

    def _make_views(self) -> None:
        self._sentence = make_label("inspector_embedding_sentence", style_class="muted", wraps=True, selectable=True)
        self._sentence.setMinimumHeight(self._sentence.fontMetrics().height())
        self._progress = ThinProgress("inspector_embedding_progress", "Progress of the embedding")
        self._saved = make_label("inspector_embedding_report", style_class="muted")
        self._saved.hide()
        self._plot = with_names(EmbeddingPlot(), "inspector_embedding_plot")
        self._plot.setMinimumHeight(_LOWEST_PLOT)
        self._plot.picked.connect(self.model.choose)
        self._plot.hovered.connect(self._on_plot_hovered)
        self._legend = ClassLegend("inspector_embedding_legend")
        self._card = HoverCard()

    def _arrange(self) -> None:
        first = make_row()
        for widget in (self._layers, self._follows, self._parts):
            first.addWidget(widget)
        first.addStretch(1)
        second = make_row()
        second.addWidget(self._sentence, 1)
        second.addWidget(self._command)
        second.addWidget(self._export)
        side = make_column()
        side.addWidget(self._legend)
        side.addStretch(1)
        side.addWidget(self._card)
        self._views = QWidget()
        views = make_row()
        self._views.setLayout(views)
        views.addWidget(self._plot, 1)
        add_layout(views, side)
        column = make_column(self)
        add_layout(column, first)
        add_layout(column, second)
        column.addWidget(self._saved)
        column.addWidget(self._progress)
        column.addWidget(self._views, 1)

    @Slot()
    def _on_changed(self) -> None:
        model, computation = self.model, self.model.computation
        self._show_choices()
        self._sentence.setText(model.sentence)
        running = computation.status is PartStatus.RUNNING
        self._progress.set_running(running)
        self._command.setText("Cancel" if running else "Compute")
        self._command.setAccessibleName("Cancel the embedding" if running else "Embed with the current weights")
        self._command.setVisible(running or computation.status is PartStatus.OFFERED)
        self._export.setEnabled(model.result is not None)
        if self.isVisible() and model.result is not self._shown:
            self._show_points(model.result)

    def _show_choices(self) -> None:
        model = self.model
        layers = list(model.layers)
        with QSignalBlocker(self._layers), QSignalBlocker(self._follows):
            if [self._layers.itemData(index) for index in range(self._layers.count())] != layers:
                self._layers.clear()
                for layer in layers:
                    self._layers.addItem(short(layer), layer)
            self._layers.setCurrentIndex(self._layers.findData(model.computation.layer))
            self._follows.setChecked(model.follows)
        self._parts.setCurrentIndex(PARTS.index(model.computation.part))

    def _show_points(self, result: PartResult | None) -> None:
        earlier, self._shown = self._shown, result
        self._card.clear()
        if result is None:
            nothing = np.zeros(0, np.int64)
            self._plot.show_points(np.zeros((0, 2)), nothing, nothing, nothing.astype(bool), keep_range=True)
            self._legend.show_classes(())
            return
        value, samples, drawn = result.value, result.samples, self.model.drawn
        classes = value.predictions is not None
        labels = samples.labels[drawn] if classes else np.zeros(len(drawn), np.int64)
        wrong = value.predictions[drawn] != labels if classes else np.zeros(len(drawn), bool)
        self._plot.show_points(value.points[drawn], drawn, labels, wrong, keep_range=earlier is result)
        first, second = (format_percentage(float(share)) for share in value.shares)
        names = [(f"component {number} · {share}", share) for number, share in ((1, first), (2, second))]
        self._plot.label_axes((f"{names[0][0]} of the variance", *names[0]), names[1])
        self._legend.show_classes(samples.description.class_names if classes else ())
        self._plot.set_current(self.model.current)

    def _report(self, text: str, danger: bool = False) -> None:
        set_style_property(self._saved, "danger", danger)
        show_text(self._saved, text)

    @Slot()
    def _on_sample_changed(self) -> None:
        self._plot.set_current(self.model.current)

    @Slot(int)
    def _on_layers_activated(self, place: int) -> None:
        self.model.set_layer(self._layers.itemData(place))

    @Slot(int)
    def _on_parts_activated(self, place: int) -> None:
        self.model.computation.set_part(PARTS[place])

    @Slot()
    def _on_clicked(self) -> None:
        computation = self.model.computation
        if computation.status is PartStatus.RUNNING:
            computation.cancel()
        else:
            computation.start()

    @Slot(int)
    def _on_plot_hovered(self, index: int) -> None:
        if index < 0 or self._shown is None:
            self._card.clear()
        else:
            example = self._shown.samples.unscaled_examples(slice(index, index + 1))[0]
            self._card.show_example(example, self.model.describe(index))

    @Slot(object)
    def _on_export_job_returned(self, path: Path) -> None:
        self._report(f"Saved {short(path.name)}.")

    @Slot(str)
    def _on_export_job_failed(self, problem: str) -> None:
        self._report(sentence(f"Could not save the embedding. {problem}"), danger=True)

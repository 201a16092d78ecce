"""The details of the selected tensor: histogram, statistics, pictures, slices, singular values."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.models.details.histogram import Bars, Histogram
from app.models.details.histogram_legend import HistogramLegend
from app.models.details.slice_bar import SliceBar
from app.models.details.spectrum_plot import SpectrumPlot
from app.models.details.statistics_table import StatisticsTable
from app.models.reading.file_contents import bytes_of
from app.models.reading.pictures import PictureRequest, TensorPictures
from app.models.reading.spectrum import Spectrum
from app.models.state.models_state import ModelsState
from app.widgets.images.image_grid import ImageGrid
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short, tool_tip
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.theme import GRID, current_theme
from app.widgets.view_switch import ViewSwitch
from tinyml.core import describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.core.tensor_header import TensorHeader
from tinyml.storage import TensorSummary

_SELECT_ONE = "Histogram and pictures of the selected tensor appear here."
_VIEWS = {2: ("whole", "spectrum"), 3: ("slice",), 4: ("whole", "slice", "spectrum")}
"""The views of a tensor, by its number of axes; a tensor with more axes has slices."""
_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
"""Characters that no file name may have on some system."""


class DetailsPanel(QWidget):
    """Shows the selected tensor of the state.

    Arguments:
        state: the state of the page.

    Attributes:
        title: name of the tensor.
        facts: shape, type and size of the tensor.
        histogram: the histogram.
        note: why there is no histogram.
        views: what is shown below: pictures, one slice, or the singular values.
        slices: chooses the slice.
        explanation: what the pictures show, or why there are none.
        grid: the pictures.
        spectrum: the singular values.
        cell: name, place and value of the clicked number.

    Signals:
        noted(sentence): something that the user should know.
        failed(sentence): something that the user wanted could not be done.
    """

    noted = Signal(str)
    failed = Signal(str)

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_details")
        self._state = state
        self._pictures: TensorPictures | None = None
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._show_selected()

    @property
    def header(self) -> TensorHeader | None:
        """Name, shape and type of the selected tensor; None if none is selected."""
        file = self._state.selected_file
        return file.header.places[self._state.selected][0] if file is not None else None

    @property
    def _is_removed(self) -> bool:
        """True if only the other file of the comparison has the selected tensor."""
        return self._state.selected_file is not None and self._state.selected_file is not self._state.contents

    def apply_theme(self) -> None:
        """Paint the pictures again, in the colours of another theme."""
        self._request()

    def minimumSizeHint(self) -> QSize:
        # Texts wrap, so the height that everything needs depends on the width.
        layout, width = self.layout(), max(self.width(), self.minimumWidth())
        return QSize(self.minimumWidth(), layout.minimumHeightForWidth(width) if layout is not None else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            # The panel around this one asks again for the smallest size.
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "spectrum"):
            self.histogram.apply_theme()
            self.spectrum.apply_theme()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_widgets(self) -> None:
        self.title = make_label("models_tensor_title", style_class="heading", wraps=True, ignores_width=True)
        self.facts = make_label("models_tensor_facts", style_class="muted", wraps=True, ignores_width=True)
        self.note = make_label("models_histogram_note", style_class="muted", wraps=True, ignores_width=True)
        self.explanation = make_label("models_picture_note", style_class="muted", wraps=True, ignores_width=True)
        self.cell = make_label("models_cell", wraps=True, selectable=True, ignores_width=True)
        self.histogram, self.statistics = Histogram(), StatisticsTable()
        self.log_box = QCheckBox("Logarithmic counts")
        self.log_box.setObjectName("models_log_counts")
        self.log_box.setToolTip("Shows rare numbers, too: each bar is as high as the logarithm of its count")
        self.views = ViewSwitch(
            "models_view", (("whole", "Pictures"), ("slice", "Slices"), ("spectrum", "Singular values"))
        )
        self.sources = ViewSwitch("models_source", (("this", "this"), ("other", "other"), ("difference", "difference")))
        self.legend = HistogramLegend()
        self.slices, self.spectrum = SliceBar(), SpectrumPlot()
        self.grid = ImageGrid(positions=True)
        self.grid.setObjectName("models_pictures")
        self.grid.setAccessibleName("Pictures of the selected tensor")
        self.grid.setMinimumHeight(8 * GRID)
        self.copy_button = _make_button("Copy CSV", "models_copy_tensor", "Copy all numbers, separated by commas")
        self.save_button = _make_button("Save NPY…", "models_save_tensor", "Save the tensor as a file of NumPy")

    def _lay_out(self) -> None:
        self.setMinimumWidth(26 * GRID)
        self.histogram.setMaximumHeight(24 * GRID)
        buttons = QHBoxLayout()
        buttons.addWidget(self.log_box, 1)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.facts)
        layout.addWidget(self.note)
        layout.addWidget(self.histogram, 2)
        layout.addWidget(self.legend)
        layout.addWidget(self.statistics)
        add_layout(layout, buttons)
        layout.addWidget(self.views)
        layout.addWidget(self.sources)
        layout.addWidget(self.slices)
        layout.addWidget(self.explanation)
        layout.addWidget(self.grid, 5)
        layout.addWidget(self.spectrum, 5)
        layout.addWidget(self.cell)
        for widget in (self.histogram, self.grid, self.spectrum):
            # They share the room that the texts leave.
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout.addStretch(0)

    def _connect(self) -> None:
        state, reader = self._state, self._state.reader
        state.selected_changed.connect(self._show_selected)
        state.summarised.connect(self._show_statistics)
        state.comparison.summary_changed.connect(self._show_statistics)
        state.comparison.changed.connect(self._on_comparison_changed)
        reader.painted.connect(self._on_painted)
        reader.not_painted.connect(self._show_no_pictures)
        reader.spectrum_read.connect(self._on_spectrum_read)
        reader.spectrum_failed.connect(self._show_no_pictures)
        reader.copied.connect(self._on_copied)
        reader.saved.connect(self._on_saved)
        reader.not_saved.connect(self.failed)
        self.log_box.toggled.connect(self.histogram.set_logarithmic)
        self.views.chosen.connect(self._request)
        self.sources.chosen.connect(self._request)
        self.slices.changed.connect(self._request)
        self.grid.cell_clicked.connect(self._on_cell_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.save_button.clicked.connect(self._on_save_clicked)

    # --------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _show_selected(self) -> None:
        """Show another tensor, or that none is selected."""
        header = self.header
        self._clear_pictures("")
        if header is None:
            for label in (self.title, self.facts):
                show_text(label, "")
        else:
            show_text(self.title, short(header.name))
            self.title.setToolTip(tool_tip(header.name))
            self._show_facts(header)
            axes = len(header.shape)
            offered = _VIEWS.get(axes, ("slice",) if axes > 4 else ()) if header.count else ()
            self.views.rename("whole", "Filters" if axes == 4 else "Heat map")
            self.views.offer(offered)
            self.slices.show_shape(header.shape)
        self.sources.offer(("this", "other", "difference") if self._can_compare() else ())
        for widget in (self.log_box, self.copy_button, self.save_button):
            widget.setVisible(header is not None)
        if header is None:
            self.views.offer(())
        self._show_statistics()
        self._request()

    def _show_facts(self, header: TensorHeader) -> None:
        """Show the shape, type and size of the tensor, and which of two files has it, if only one does."""
        size, file, comparison = bytes_of(header), self._state.selected_file, self._state.comparison
        parts = [describe_shape(header.shape) or "a single number", header.dtype]
        parts += [describe_bytes(size)] if size is not None else []
        if comparison.active and comparison.other is not None and file is not None:
            only = self._is_removed or header.name not in comparison.other.index.places
            parts += [f"only in {short(file.path.name)}"] if only else []
        show_text(self.facts, " · ".join(parts))

    @Slot()
    def _show_statistics(self) -> None:
        """Show the statistics of the tensor, or that they are not read yet."""
        header, other = self.header, self._state.comparison.summary
        summary = self._state.summaries.get(self._state.selected)
        if self._is_removed:
            summary, other = other, None
        counts = summary.histogram if summary else None
        self.histogram.setVisible(counts is not None)
        self.statistics.setVisible(summary is not None and summary.mean is not None)
        if header is None:
            show_text(self.note, _SELECT_ONE)
        elif summary is None:
            show_text(self.note, "Not read yet.")
        else:
            show_text(self.note, summary.note)
            self.statistics.show_summaries(summary, other)
            if counts is not None and summary.edges is not None:
                self.histogram.show_counts(counts, summary.edges, _bars_of(other))
        self._show_legend()

    def _show_legend(self) -> None:
        """Name the two files whose histograms lie over each other."""
        comparison, contents = self._state.comparison, self._state.contents
        both = comparison.summary is not None and not self._is_removed and not self.histogram.isHidden()
        if both and contents is not None and comparison.other is not None:
            self.legend.show_names((contents.path.stem, comparison.other.path.stem))
        else:
            self.legend.show_names(None)

    @Slot()
    def _on_comparison_changed(self) -> None:
        """Offer the pictures of the other file and of the difference."""
        if self.header is None or self._is_removed:
            self._show_selected()
            return
        self._show_facts(self.header)
        before = self.sources.current
        self.sources.offer(("this", "other", "difference") if self._can_compare() else ())
        self._show_statistics()
        if {before, self.sources.current} - {"", "this"}:
            self._request()  # the pictures of this file stay

    def _can_compare(self) -> bool:
        """Return True if the other file has a tensor of the same name and shape."""
        header, comparison = self.header, self._state.comparison
        if header is None or not comparison.active or comparison.other is None or self._is_removed:
            return False
        counterpart = comparison.other.header.places.get(header.name)
        return counterpart is not None and counterpart[0].shape == header.shape

    @Slot()
    def _request(self) -> None:
        """Ask for what the chosen view shows."""
        contents, header, view = self._state.selected_file, self.header, self.views.current
        self.slices.setVisible(view == "slice")
        reader = self._state.reader
        if contents is None or header is None:
            reader.forget_picture()
            reader.forget_spectrum()
        elif view == "spectrum":
            reader.forget_picture()
            self._clear_pictures("Computing the singular values…")
            reader.read_spectrum(contents, header.name)
        else:
            reader.forget_spectrum()
            index, axes = (self.slices.index, self.slices.axes) if view == "slice" else (None, None)
            source = self.sources.current or "this"
            request = PictureRequest(header.name, current_theme().dark, index, source, axes)
            reader.paint(request, contents, self._state.comparison.other if source != "this" else None)

    @Slot(object)
    def _on_painted(self, pictures: TensorPictures) -> None:
        """Show pictures of the tensor.

        If they replace pictures of the same tensor, for example with the colours of another theme, the selected picture
        and the marked pixel stay.
        """
        before = self._pictures
        same = before is not None and (before.name, before.positions, before.axes) == (
            pictures.name,
            pictures.positions,
            pictures.axes,
        )
        self._pictures = pictures
        if not same:
            self.grid.set_current(-1)
            self.grid.set_marked(None)
            show_text(self.cell, "")
        self.spectrum.hide()
        self.grid.set_image_size(pictures.image_size)
        self.grid.set_images(pictures.images)
        self.grid.setVisible(bool(pictures.images))
        show_text(self.explanation, pictures.explanation)

    @Slot(object)
    def _on_spectrum_read(self, spectrum: Spectrum) -> None:
        show_text(self.explanation, spectrum.explanation)
        self.spectrum.show_values(spectrum.values)
        self.spectrum.show()

    @Slot(str)
    def _show_no_pictures(self, sentence: str) -> None:
        self._clear_pictures(sentence)

    @Slot(int, int, int)
    def _on_cell_clicked(self, index: int, row: int, column: int) -> None:
        if self._pictures is not None:
            show_text(self.cell, self._pictures.describe_cell(index, row, column))

    @Slot()
    def _on_copy_clicked(self) -> None:
        if self._state.selected_file is not None:
            self._state.reader.copy_tensor(self._state.selected_file, self._state.selected)

    @Slot(object)
    def _on_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.noted.emit("Copied the numbers of the tensor, separated by commas.")

    @Slot()
    def _on_save_clicked(self) -> None:
        contents, name = self._state.selected_file, self._state.selected
        if contents is None:
            return
        start = contents.path.with_name(f"{short(name).translate(_NAMES)}.npy")
        path = ask_where_to_save(self, "Save tensor", start, {"npy": "NumPy array"})
        if path is not None:
            self._state.reader.save_tensor(contents, name, path)

    @Slot(Path)
    def _on_saved(self, path: Path) -> None:
        self.noted.emit(f"Saved {short(path.name)}.")

    def _clear_pictures(self, explanation: str) -> None:
        self._pictures = None
        self.grid.set_images(())
        self.grid.hide()
        self.spectrum.hide()
        show_text(self.explanation, explanation)
        show_text(self.cell, "")


def _bars_of(summary: TensorSummary | None) -> Bars | None:
    if summary is None or summary.histogram is None or summary.edges is None:
        return None
    return summary.histogram, summary.edges


def _make_button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setProperty("link", True)
    return button

"""The part of the guided tour that draws a digit and asks why the network misreads it."""

from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea, QToolButton, QWidget

from app.inspector.sanity.sanity_panel import SanityPanel
from app.inspector.top_activations.top_panel import TopPanel
from app.shell.main_window import MainWindow
from app.shell.tour_driver import Driver, TourError
from app.training import SampleTrace
from app.widgets.images.image_grid import ImageGrid

Panel = TypeVar("Panel", bound=QWidget)
_LAYER = "relu_2"
"""The layer whose maps are asked."""
_REST_MS = 700
"""After a rest as long as this, the parts of the page that wait for one have their pictures too."""
_LAYOUT_MS = 100
_DIGITS: tuple[tuple[str, tuple[tuple[tuple[float, float], ...], ...]], ...] = (
    ("7", (((0.30, 0.22), (0.70, 0.22), (0.46, 0.80)), ((0.34, 0.52), (0.68, 0.52)))),
    ("1", (((0.28, 0.44), (0.52, 0.18), (0.52, 0.82)), ((0.30, 0.82), (0.74, 0.82)))),
    ("4", (((0.42, 0.20), (0.28, 0.58), (0.72, 0.58)), ((0.60, 0.20), (0.60, 0.84)))),
    ("9", (((0.62, 0.30), (0.44, 0.24), (0.40, 0.42), (0.60, 0.44), (0.62, 0.28), (0.60, 0.80), (0.36, 0.80)),)),
    ("2", (((0.28, 0.24), (0.70, 0.24), (0.30, 0.78), (0.74, 0.78)),)),
    ("0", (((0.36, 0.36), (0.62, 0.36), (0.62, 0.62), (0.36, 0.62), (0.36, 0.36)),)),
)
"""Digits as some people write them: the name, and strokes through places from (0, 0) to (1, 1)."""


class TourOfInspect:
    """Draws digits until one is misread, and looks for the reason as a user does.

    Arguments:
        window: the main window, in which Inspect shows a trained network for digits.
        driver: moves the mouse.
    """

    def __init__(self, window: MainWindow, driver: Driver) -> None:
        self._window, self._driver = window, driver
        self._misled_by = 0

    def draw_a_digit(self) -> None:
        """Digits are drawn with the mouse until the network takes one for another."""
        clear, canvas = "inspector_draw_clear", self._driver.find(QWidget, "inspector_canvas")
        meant, shown = "", self._shown_trace()
        for meant, strokes in _DIGITS:
            button = self._driver.find(QToolButton, clear)
            if button.isEnabled():
                self._driver.click(button)
            for stroke in strokes:
                self._driver.draw(canvas, [QPointF(*place) for place in stroke])
            self._driver.wait_until(self._is_answered, f"the network says what the drawn {meant} is")
            shown = self._shown_trace()
            if _name_of(shown) != meant:
                break
        verdict = self._driver.find(QWidget, "inspector_draw_word").property("text")
        if verdict != _name_of(shown):
            raise TourError(f"The network says {_name_of(shown)}, but the page says {verdict}.")
        self.take_picture("a-misread-digit" if verdict != meant else "a-drawn-digit")

    def find_the_map_that_misled_it(self) -> None:
        """The map without which the network would doubt its answer most is clicked, and its pixels appear."""
        self._window.document.select((_LAYER,))
        grid = self._driver.find(ImageGrid, "inspector_maps")
        self._misled_by = find_misleading_map(self._shown_trace(), _LAYER)
        self._driver.wait_until(lambda: len(grid.images) > self._misled_by, f"the maps of {_LAYER} are shown")
        grid.scroll_to(self._misled_by)
        self._driver.click(grid.viewport(), grid.image_rect(self._misled_by).center().toPoint())
        self._driver.wait_until(self._is_reconstructed, f"map {self._misled_by} is reconstructed")
        over = self._driver.find(QCheckBox, "inspector_overlay")
        self._driver.click(over)
        self.take_picture("the-map-that-misled-it")
        self._driver.click(over)

    def see_its_top_patches(self) -> None:
        """The nine patches of the test set that the map likes most are shown, with their reconstructions."""
        model = self._show_section(TopPanel, "top_activations").model
        self._driver.wait_until(lambda: model.block(self._misled_by) is not None, "the strongest patches are shown")
        self.take_picture("its-top-patches")

    def check_its_sanity(self) -> None:
        """The picture is compared with those of random networks."""
        panel = self._show_section(SanityPanel, "sanity_checks")
        words = self._driver.find(QLabel, "inspector_sanity_words")
        self._driver.wait_until(lambda: panel.checker.checks is not None and bool(words.text()), "the checks are there")
        self._scroll_to(words)
        self.take_picture("sanity-checks")
        self._scroll_to(self._driver.find(QWidget, "inspector_reconstruction_heading"))

    def take_picture(self, name: str) -> None:
        """Save a picture of the page when its slower parts are shown too.

        Arguments:
            name: of the file, without number and suffix.
        """
        self._driver.wait(_REST_MS)
        self._driver.take_picture(name)

    def _show_section(self, kind: type[Panel], name: str) -> Panel:
        """Unfold a section of the page, and return what it shows."""
        heading = self._driver.find(QToolButton, f"inspector_section_{name}_heading")
        self._scroll_to(heading)
        if not heading.isChecked():
            self._driver.click(heading)
        panel = self._window.inspect_page.findChild(kind)
        assert isinstance(panel, kind)
        self._scroll_to(panel)
        return panel

    def _scroll_to(self, widget: QWidget) -> None:
        """Scroll until a widget of the page is visible, as the wheel of the mouse does."""
        self._driver.wait(_LAYOUT_MS)  # what was unfolded just now gets its place first
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()

    def _is_answered(self) -> bool:
        inspection = self._window.inspection
        trace = inspection.sample_trace
        return trace is not None and inspection.own is not None and trace.sample.own is inspection.own

    def _is_reconstructed(self) -> bool:
        shown = self._window.inspect_page.reconstruction
        return shown is not None and (shown.layer, shown.map_index) == (_LAYER, self._misled_by)

    def _shown_trace(self) -> SampleTrace:
        trace = self._window.inspection.sample_trace
        if trace is None:
            raise TourError("Inspect shows no sample.")
        return trace


def find_misleading_map(sample_trace: SampleTrace, layer: str) -> int:
    """Return the map that raises the answer of the network most.

    Each map is set to 0 in turn, as an ablation, and the layers behind it compute again. The map without which the
    score of the answer, before the softmax, falls most below the other scores is the one.

    Arguments:
        sample_trace: the recorded forward pass of a sample with classes.
        layer: name of a layer with feature maps.
    """
    entries = sample_trace.trace.entries
    place = [entry.layer.name for entry in entries].index(layer)
    maps = entries[place].output
    without = np.repeat(maps, maps.shape[1], axis=0)
    for index in range(len(without)):
        without[index, index] = 0
    for later in sample_trace.snapshot.make_net().layers[place + 1 :]:
        without = later(without)
    answer = sample_trace.prediction
    lead = without[:, answer] - np.delete(without, answer, axis=1).max(axis=1)
    return int(lead.argmin())


def _name_of(sample_trace: SampleTrace) -> str:
    return sample_trace.snapshot.description.class_names[sample_trace.prediction]

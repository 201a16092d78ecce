"""The tab "Decision map": what the network says between the points of its data, live, and what each unit says."""

from PySide6.QtCore import QEvent, QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.document import Document
from app.monitor.decisions.decision_plot import DecisionPlot
from app.monitor.decisions.mapper import Mapper
from app.monitor.decisions.point_tools import SYMBOLS, PointTools
from app.training import Session
from app.training.plane_map import MOST_UNITS, PlaneMap
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.colormaps import diverging_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import describe_count

THUMBNAIL_MS = 500
"""Shortest time in milliseconds between two refreshes of the small maps, which cost more than the large one."""
_LOWEST = 22 * GRID
_THUMBNAIL = 48
_UNIT_HINT = "Blue: the unit is negative. Orange: it is positive."


class DecisionPanel(QWidget):
    """The points on the map of the output, or of one unit of a layer. The maps of all units are thumbnails to click.

    Arguments:
        document: the choice of data.
        session: the newest weights.

    Attributes:
        mapper: computes the maps.
        plot: the points on their map.
        thumbnails: the maps of the units of the chosen layer.
        tools: make the points editable.

    Signals:
        obstacle_changed(): `obstacle` may have changed.
    """

    obstacle_changed = Signal()

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision_panel")
        self.setAccessibleName("Decision map")
        self.setMinimumHeight(_LOWEST)
        self.mapper = Mapper(document, session, self)
        self._unit: int | None = None
        self._pace = PacedRefresh(self)
        self._thumbnail_timer = QTimer(self, singleShot=True, interval=THUMBNAIL_MS)
        self._thumbnail_timer.timeout.connect(self._on_thumbnail_timer_timeout)
        self._shown_in_thumbnails: PlaneMap | None = None
        self._make_widgets()
        self.tools = PointTools(document, session, self.mapper, self.plot)
        self._arrange()
        mapper = self.mapper
        mapper.points_changed.connect(self._show_points)
        mapper.map_changed.connect(self._pace.request)
        self._pace.due.connect(self._show_map)
        mapper.obstacle_changed.connect(self.obstacle_changed)
        self._layer.currentIndexChanged.connect(self._on_layer_changed)
        self._output.clicked.connect(self._on_output_clicked)
        self.thumbnails.picked.connect(self._on_thumbnail_picked)
        self._show_map()

    @property
    def obstacle(self) -> str:
        """One sentence that says why there is no decision map; empty if there is one."""
        return self.mapper.obstacle

    @property
    def sentence(self) -> str:
        """What is shown, in words."""
        return self._sentence.text()

    def choose_unit(self, layer: str, unit: int) -> None:
        """Show the map of a unit, as soon as it is computed.

        Arguments:
            layer: name of its layer.
            unit: its number, from 0.
        """
        self._layer.setCurrentIndex(self._layer.findData(layer))
        self.mapper.choose_layer(layer)
        self._unit = unit
        self._show_map()

    def shutdown(self) -> None:
        """End the background thread. The window calls it when it closes."""
        self.mapper.shutdown()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_points()
        self._show_map()
        self.mapper.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._thumbnail_timer.stop()
        self.mapper.set_active(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._shown_in_thumbnails = None
            self._show_map()

    def _make_widgets(self) -> None:
        self.plot = DecisionPlot()
        self.plot.setObjectName("decision_plot")
        self._output = QPushButton("Output")
        self._output.setObjectName("decision_output")
        self._output.setAccessibleName("Show the output of the network")
        self._output.setProperty("segment", True)
        self._output.setCheckable(True)
        self._output.setChecked(True)
        self._layer = ChoiceBox()
        self._layer.setObjectName("decision_layer")
        self._layer.setAccessibleName("Layer whose units have small maps")
        self.thumbnails = ImageGrid(image_size=_THUMBNAIL)
        self.thumbnails.setObjectName("decision_units")
        self.thumbnails.setAccessibleName("Maps of the units of the layer; click one to see it large")
        self.thumbnails.set_placeholder("The maps of the units of a layer appear here after the first epoch.")
        self._sentence = make_label("decision_sentence", style_class="muted", wraps=True)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._output)
        row.addWidget(self._layer, 1)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.setSpacing(GRID // 2)
        add_layout(column, row)
        column.addWidget(self.tools)
        column.addWidget(self._sentence)
        column.addWidget(self.thumbnails, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID)
        for place, widget in enumerate((self.plot, side)):
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            layout.addWidget(widget, 3 - place)

    def hasHeightForWidth(self) -> bool:
        return False  # the sentence scrolls with the page otherwise, as the height is what the page gives

    @Slot()
    def _show_points(self) -> None:
        points = self.mapper.points
        if not self.isVisible():
            return
        if points is None:
            self.plot.clear_points()
            return
        description = points.samples.description
        line = description.example_shape == (1,)
        names = (*description.input_names, *description.target_names) if line else description.input_names
        parts = (points.training, points.training_values), (points.validation, points.validation_values)
        # On a line, the height of a point is its number, so it needs no colour.
        numbers = [(place, values * 0) for place, values in parts] if line else parts
        self.plot.show_points(numbers, points.plane, description.has_classes or line, points.range, names[:2], not line)

    def _offer_layers(self) -> None:
        """Offer the layers of the network; the first nonlinear one shows most, so it is chosen at first."""
        layers = self.mapper.layers
        shown = tuple(self._layer.itemData(place) for place in range(self._layer.count()))
        if layers == shown:
            return
        with QSignalBlocker(self._layer):
            self._layer.clear()
            for layer in layers:
                self._layer.addItem(short(layer), layer)
            if layers:
                chosen = self.mapper.layer if self.mapper.layer in layers else layers[min(1, len(layers) - 1)]
                self._layer.setCurrentIndex(layers.index(chosen))
        layer = self._layer.currentData() or ""
        if layer != self.mapper.layer:
            self._unit = None
        self.mapper.choose_layer(layer)

    @Slot()
    def _show_map(self) -> None:
        self._sentence.setText(self.mapper.message)
        found, points = self.mapper.plane_map, self.mapper.points
        if not self.isVisible():
            return
        plane = found is not None and found.rows > 0
        for widget in (self._output, self._layer, self.thumbnails):
            widget.setVisible(plane)
        if found is None or points is None:
            self.plot.clear_map()
            return
        self._offer_layers()
        if not found.rows:
            self.plot.show_curve(found.places[:, 0], found.output[:, 0])
            self._sentence.setText(f"The curve shows what the network predicts. {self._legend()}")
            return
        before = self._shown_in_thumbnails
        if not self._thumbnail_timer.isActive() or before is None or before.layer != found.layer:
            self._show_thumbnails(found)
        units = found.units if found.layer == self.mapper.layer else None  # those of a layer that is no longer chosen
        known = units is not None and self._unit is not None and self._unit < units.shape[1]
        self._output.setChecked(not known)
        chosen = -1 if self._unit is None else self._unit
        if chosen != self.thumbnails.current:  # which would paint all of them
            self.thumbnails.set_current(chosen)
        if known and self._unit is not None:
            self.plot.show_unit(found.unit_grid(self._unit))
            self._sentence.setText(f"Unit {self._unit + 1} of {short(found.layer)}. {_UNIT_HINT}")
        elif points.samples.description.has_classes:
            self.plot.show_scores(found.grid)
            self._sentence.setText(f"Colour: the predicted class, stronger where the score is higher. {self._legend()}")
        else:
            self.plot.show_numbers(found.grid[..., 0])
            self._sentence.setText(f"Colour: the predicted number, from blue (low) to yellow (high). {self._legend()}")

    @Slot()
    def _on_thumbnail_timer_timeout(self) -> None:
        found = self.mapper.plane_map
        if self.isVisible() and found is not None and found.rows:
            self._show_thumbnails(found)

    def _show_thumbnails(self, found: PlaneMap) -> None:
        """Show the maps of the units, unless they are shown already."""
        if found is self._shown_in_thumbnails:
            return
        self._shown_in_thumbnails = found
        self._thumbnail_timer.start()
        count = 0 if found.units is None else found.units.shape[1]
        dark = current_theme().dark
        # The first row of a picture is the highest one, that of a map the lowest one.
        self.thumbnails.set_images(
            [
                GridImage(
                    _framed(diverging_image(found.unit_grid(unit)[::-2, ::2], dark)),
                    str(unit + 1),
                    self._tip(found, unit),
                )
                for unit in range(count)
            ]
        )
        if found.unit_count > count:
            self._layer.setToolTip(f"The first {MOST_UNITS} of {describe_count(found.unit_count, 'unit')} are shown.")
        else:
            self._layer.setToolTip("")

    def _tip(self, found: PlaneMap, unit: int) -> str:
        return f"unit {unit + 1} of {found.layer}. Click to see it large."

    def _legend(self) -> str:
        points = self.mapper.points
        if points is None:
            return ""
        names = points.samples.description.class_names
        classes = ", ".join(f"{SYMBOLS[place % len(SYMBOLS)]} {short(name)}" for place, name in enumerate(names))
        parts = f"Filled: training points. Hollow: {points.kind} points."
        return f"{classes}. {parts}" if classes else parts

    @Slot()
    def _on_layer_changed(self) -> None:
        self._unit = None
        self.mapper.choose_layer(self._layer.currentData() or "")

    @Slot()
    def _on_output_clicked(self) -> None:
        self._unit = None
        self._show_map()

    @Slot(int)
    def _on_thumbnail_picked(self, unit: int) -> None:
        self._unit = unit
        self._show_map()


def _framed(image: QImage) -> QImage:
    """Draw a frame into a map, without which that of a dead unit could not be seen, and return the map."""
    painter = QPainter(image)
    painter.setPen(QColor(current_theme().border))
    painter.drawRect(0, 0, image.width() - 1, image.height() - 1)
    painter.end()
    return image

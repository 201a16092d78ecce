"""The row of tools above the curves: smoothing, unit of the positions, log axis, follow, learning rate, export."""

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QSlider, QWidget

from app.formatting import format_count
from app.monitor.positions import UNITS, Unit
from app.widgets.labels import make_caption
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID

_STEPS = 5
"""Steps of the slider to each side of its middle; one step doubles or halves the span."""
_UNITS: dict[Unit, tuple[str, str]] = {
    "epoch": ("epoch", "Draw the curves over the epochs"),
    "batch": ("batch", "Draw the curves over the batches"),
    "seconds": ("time", "Draw the curves over the seconds of training, without pauses"),
}
_RATE = "Show the learning rate below the other curves"
_NO_RATE = "This run has no learning rates to show."


class ToolRow(QWidget):
    """How the curves are drawn. In a narrow monitor, the tools stand in two rows.

    Arguments:
        parent: the parent widget.

    Attributes:
        slider: how far the curves are smoothed.
        log_button, follow_button, rate_button: buttons that stay down.
        export_button: saves the curves.

    Signals:
        smoothed(factor): the user wants to smooth over so many times the usual span; 0 for not at all.
        unit_chosen(unit): the user chose what the horizontal axes count, one of `UNITS`.
    """

    smoothed = Signal(float)
    unit_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitor_tools")
        self.slider = self._make_slider()
        self.log_button = self._make_button("log", "log", "Show powers of ten of the loss at equal distances")
        self.follow_button = self._make_button(
            "follow", "follow", "Show the whole run as it grows (double-click a plot, or press A in it)"
        )
        self.follow_button.setChecked(True)
        self.rate_button = self._make_button("rate", "rate", _RATE)
        self.export_button = QPushButton("Export…")
        self.export_button.setObjectName("monitor_export")
        self.export_button.setToolTip("Save the curves as a table (CSV) or as a picture (PNG, SVG)")
        self.export_button.setEnabled(False)
        self._units = QButtonGroup(self)
        self._first, self._second = self._make_first(), self._make_second()
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(GRID)
        self._layout.setVerticalSpacing(GRID // 2)
        self._layout.setColumnStretch(1, 1)
        self._place(two_rows=False)
        self.slider.valueChanged.connect(self._on_value_changed)
        self._units.idClicked.connect(self._on_id_clicked)

    @property
    def factor(self) -> float:
        """How many times the usual span the curves are smoothed over; 0 for not at all."""
        value = self.slider.value()
        return 0.0 if value == self.slider.minimum() else 2.0 ** (value - _STEPS)

    @property
    def unit(self) -> Unit:
        """What the horizontal axes count."""
        return UNITS[self._units.checkedId()]

    def save(self, settings: QSettings) -> None:
        """Save smoothing, unit and kind of axis in the `settings` of the window."""
        settings.setValue("curves/smoothing", self.slider.value())
        settings.setValue("curves/unit", self.unit)
        settings.setValue("curves/log", "yes" if self.log_button.isChecked() else "no")

    def restore(self, settings: QSettings) -> None:
        """Choose what the last session has saved in the `settings`. Values without a meaning change nothing."""
        smoothing, unit = str(settings.value("curves/smoothing")), settings.value("curves/unit")
        if smoothing.isdecimal() and int(smoothing) <= self.slider.maximum():
            self.slider.setValue(int(smoothing))
        if unit in UNITS:
            self._units.button(UNITS.index(unit)).click()
        if settings.value("curves/log") in ("yes", "no"):
            self.log_button.setChecked(settings.value("curves/log") == "yes")

    def show_span(self, span: int) -> None:
        """Say over about how many batches (`span`) the curves are smoothed."""
        text = f"Smoothed over about {format_count(span)} batches" if span > 1 else "Not smoothed"
        if text != self.slider.toolTip():
            self.slider.setToolTip(text)
            self.slider.setAccessibleDescription(text)

    def offer_rate(self, offered: bool) -> None:
        """Let the user show the learning rate only if it is `offered`."""
        if offered != self.rate_button.isEnabled():
            self.rate_button.setEnabled(offered)
            self.rate_button.setToolTip(_RATE if offered else _NO_RATE)

    def sizeHint(self) -> QSize:
        first, second = self._first.sizeHint(), self._second.sizeHint()
        return QSize(first.width() + GRID + second.width(), self._layout.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        width = max(self._first.minimumSizeHint().width(), self._second.minimumSizeHint().width())
        return QSize(width, self._layout.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(two_rows=self.width() < self.sizeHint().width())

    def _place(self, two_rows: bool) -> None:
        place = (1, 0) if two_rows else (0, 1)
        index = self._layout.indexOf(self._second)
        if index >= 0 and self._layout.getItemPosition(index)[:2] == place:  # type: ignore[index]
            return
        self._layout.addWidget(self._first, 0, 0, 1, 2 if two_rows else 1)
        self._layout.addWidget(self._second, *place, 1, 2 if two_rows else 1)

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("monitor_smoothing")
        slider.setAccessibleName("Smoothing of the training curves")
        slider.setRange(0, 2 * _STEPS)
        slider.setValue(_STEPS)
        slider.setPageStep(2)
        slider.setMinimumWidth(6 * GRID)
        slider.setMaximumWidth(14 * GRID)
        return slider

    def _make_button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"monitor_{name}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setProperty("segment", True)
        return button

    def _make_first(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        caption = make_caption("smoothing")
        caption.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row.addWidget(caption)
        row.addWidget(self.slider, 1)
        row.addStretch(0)
        segments = QHBoxLayout()
        segments.setSpacing(0)
        for number, unit in enumerate(UNITS):
            button = self._make_button(f"unit_{unit}", *_UNITS[unit])
            self._units.addButton(button, number)
            segments.addWidget(button)
        self._units.button(0).setChecked(True)
        add_layout(row, segments)
        return whole

    def _make_second(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button in (self.log_button, self.follow_button, self.rate_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.export_button)
        return whole

    @Slot(int)
    def _on_value_changed(self, _value: int) -> None:
        self.smoothed.emit(self.factor)

    @Slot(int)
    def _on_id_clicked(self, number: int) -> None:
        self.unit_chosen.emit(UNITS[number])

"""An entry of a legend in little space."""

from PySide6.QtCore import Qt

from app.monitor.legend import LegendEntry


def ink(entry: LegendEntry) -> int:
    """Return how many pixels of the entry differ from its background, right of the line."""
    image = entry.grab().toImage()
    background = image.pixel(image.width() - 1, 0)
    return sum(image.pixel(x, y) != background for x in range(22, image.width()) for y in range(image.height()))


def test_the_value_is_shown_at_the_smallest_size(qtbot) -> None:
    entry = LegendEntry("training", "#0072B2", Qt.PenStyle.SolidLine)
    qtbot.addWidget(entry)
    entry.set_value("4.00")
    entry.resize(entry.minimumSizeHint())
    assert ink(entry) > 20
    entry.resize(entry.sizeHint())
    assert ink(entry) > 60


def test_a_value_of_wider_digits_fits_too(qtbot) -> None:
    entry = LegendEntry("run 1", "#0072B2", Qt.PenStyle.DashLine, keeps_name=True, symbol="o")
    qtbot.addWidget(entry)
    for value in ("0.1111", "0.2400", "WWWWWW"):
        entry.set_value(value)
        assert entry.sizeHint().width() >= 22 + entry.fontMetrics().horizontalAdvance(entry.text)
    width = entry.sizeHint().width()
    entry.set_value("1")
    assert entry.sizeHint().width() == width, "a shorter value moves nothing"

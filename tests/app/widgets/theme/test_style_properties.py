from pathlib import Path

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from app.widgets.theme.style import style_sheet
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import LIGHT


def test_a_property_changes_the_color_at_once(qtbot) -> None:
    label = QLabel("text")
    qtbot.addWidget(label)
    label.setStyleSheet(style_sheet(LIGHT, Path()))
    label.show()

    def color() -> QColor:
        return label.palette().color(label.foregroundRole())

    before = color()
    set_style_property(label, "danger", True)
    assert color() == QColor(LIGHT.danger)
    set_style_property(label, "danger", False)
    assert color() == before

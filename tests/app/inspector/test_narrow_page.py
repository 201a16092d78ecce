"""The page of a window of 1024×700 pixels: nothing is cut off, and nothing scrolls sideways."""

from PySide6.QtWidgets import QComboBox, QPushButton, QScrollArea, QWidget

from app.inspector.page_sections import PageSection

_WIDTH, _HEIGHT = 958, 606
"""Of the page, beside the rail and between the tool bar and the status bar."""


def test_the_unfolded_sections_fit_into_the_narrow_middle(digits):
    digits.inspector.resize(_WIDTH, _HEIGHT)
    area = digits.inspector.findChild(QScrollArea, "inspect_page_middle")
    for name in ("top_activations", "through_training", "embedding"):
        digits.find(PageSection, f"section_{name}").set_folded(False)
    digits.wait(lambda: area.verticalScrollBar().maximum() > 0)
    digits.wait(lambda: area.horizontalScrollBar().maximum() == 0)
    names = {QPushButton: ("epoch_play", "epoch_live", "top_sheet"), QComboBox: ("top_scope", "epoch_speed")}
    controls: list[QWidget] = [digits.find(kind, name) for kind in names for name in names[kind]]
    for control in controls:
        assert control.width() >= control.minimumSizeHint().width()
        right = control.mapTo(area.viewport(), control.rect().topRight()).x()
        assert right < area.viewport().width()


def test_a_wide_page_has_the_buttons_beside_the_slider(digits):
    digits.inspector.resize(1374, 808)
    digits.find(PageSection, "section_through_training").set_folded(False)
    slider, button = digits.find(QWidget, "epoch_slider"), digits.find(QPushButton, "epoch_live")
    digits.wait(lambda: button.isVisible() and button.geometry().left() > slider.geometry().right())
    digits.inspector.resize(_WIDTH, _HEIGHT)
    digits.find(PageSection, "section_through_training").set_folded(False)
    digits.wait(lambda: button.geometry().top() >= slider.geometry().bottom())

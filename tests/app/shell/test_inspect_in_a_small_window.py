"""The Inspect page in a window of 1024×700."""

from PySide6.QtWidgets import QApplication

from app.widgets.choice_box import ChoiceBox


def test_the_filters_of_the_samples_fit_into_a_small_window(window) -> None:
    window.resize(1024, 700)
    window.pages.show_page("inspect")
    QApplication.processEvents()
    classes = window.findChild(ChoiceBox, "inspector_class_filter")
    row = classes.parentWidget()
    assert row.width() >= row.minimumSizeHint().width()
    assert classes.shown_text() == "all classes"

"""The form for the data and its split."""

from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel

from app.document import DATA_PENDING
from app.forms import DataForm
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_number
from tinyml.core.resources import resource_path


def test_data_is_chosen_and_split(qtbot, document) -> None:
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    assert "10 classes: 0, 1, 2" in find(form, QLabel, "data_summary").text()
    source = find(form, QComboBox, "data_source")
    source.setCurrentIndex(source.findData("circle"))
    source.activated.emit(source.currentIndex())
    assert document.project.data.source == "circle"
    assert document.undo_stack.undoText() == "change data source"
    assert "2 classes" in find(form, QLabel, "data_summary").text()
    type_number(find(form, NumberBox, "data_test"), "0.25")
    assert document.project.data.test == 0.25
    assert "250 test" in find(form, QLabel, "data_split").text()


def test_a_folder_is_chosen_or_refused_with_a_sentence(qtbot, document, monkeypatch, tmp_path) -> None:
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    source = find(form, QComboBox, "data_source")

    def choose(folder: str) -> None:
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
        source.activated.emit(source.count() - 1)

    choose("")
    assert source.currentData() == "digits"
    choose(str(tmp_path))
    assert find(form, QLabel, "data_summary").text() == DATA_PENDING
    qtbot.waitUntil(find(form, QLabel, "data_source_error").isVisible)
    assert document.undo_stack.count() == 0
    assert source.currentData() == "digits"
    assert "10 classes" in find(form, QLabel, "data_summary").text()
    folder = str(resource_path("data", "digits"))
    choose(folder)
    qtbot.waitUntil(lambda: document.project.data.source == folder)
    assert document.data is not None
    assert source.currentData() == folder
    assert not find(form, QLabel, "data_source_error").isVisible()

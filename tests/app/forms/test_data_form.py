"""The form for the data and its split."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel

from app.document import DATA_PENDING
from app.document.edits import change_data
from app.forms import DataForm, SourceChoice
from app.forms.split_bar import SplitBar
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


def test_a_public_set_in_use_has_its_title(qtbot, document) -> None:
    document.apply(change_data(document.project, source="fashion-mnist"))
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    source = find(form, QComboBox, "data_source")
    assert (source.currentText(), source.currentData()) == ("Fashion-MNIST", "fashion-mnist")


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


def test_the_split_is_a_bar_with_the_same_numbers(qtbot, document) -> None:
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    bar = find(form, SplitBar, "data_split_bar")
    assert sum(bar.counts.values()) == document.data.count
    type_number(find(form, NumberBox, "data_test"), "0.25")
    assert f"{bar.counts['test']} test" in find(form, QLabel, "data_split").text()
    assert f"{bar.counts['test']} test" in bar.accessibleDescription()
    assert bar.counts["test"] == 449


def test_two_forms_of_one_document_show_the_same_choice(qtbot, document, tmp_path) -> None:
    first, second = DataForm(document), DataForm(document, "second")
    for form in (first, second):
        qtbot.addWidget(form)
        form.show()
    choice = SourceChoice.of(document)
    assert SourceChoice.of(document) is choice
    choice.choose(str(tmp_path / "missing"))
    for form, prefix in ((first, "data"), (second, "second")):
        assert find(form, QLabel, f"{prefix}_summary").text() == DATA_PENDING
        assert find(form, QComboBox, f"{prefix}_source").currentData() == str(tmp_path / "missing")
    qtbot.waitUntil(lambda: bool(choice.error))
    for form, prefix in ((first, "data"), (second, "second")):
        assert find(form, QLabel, f"{prefix}_source_error").text() == choice.error
        assert find(form, QComboBox, f"{prefix}_source").currentData() == "digits"
    source = find(second, QComboBox, "second_source")
    source.setCurrentIndex(source.findData("circle"))
    source.activated.emit(source.currentIndex())
    assert find(first, QComboBox, "data_source").currentData() == "circle"
    assert not choice.error
    assert not find(first, QLabel, "data_source_error").isVisible()


def test_the_last_choice_wins_wherever_it_is_made(qtbot, document) -> None:
    choice = SourceChoice.of(document)
    choice.choose(str(resource_path("data", "digits")))
    choice.choose("circle")
    assert not choice.pending
    assert document.project.data.source == "circle"
    choice.choose(str(resource_path("data", "digits")))
    document.undo_stack.undo()
    assert not choice.pending
    assert document.project.data.source == "digits"


def test_without_the_source_it_edits_target_and_split(qtbot, document) -> None:
    form = DataForm(document, "page", with_source=False)
    qtbot.addWidget(form)
    form.show()
    assert not find(form, QComboBox, "page_source").isVisible()
    assert not find(form, QLabel, "page_summary").isVisible()
    target = find(form, QComboBox, "page_target")
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_End)
    assert document.project.data.target == "input"

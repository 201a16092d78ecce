import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.widgets.labels import make_caption, make_heading, make_label, make_paragraph, show_text


@pytest.fixture
def added(qtbot):
    def add(label: QLabel) -> QLabel:
        qtbot.addWidget(label)
        return label

    return add


def test_a_label_has_its_name_class_and_behaviour(added) -> None:
    label = added(make_label("note", "a <b>", "muted", wraps=True, selectable=True, ignores_width=True))
    assert (label.objectName(), label.text(), label.property("muted")) == ("note", "a <b>", True)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.wordWrap()
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert label.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored


def test_a_label_that_does_not_wrap_stays_on_one_line(added) -> None:
    label = added(make_label("name", "one\ntwo"))
    assert label.text() == "one two"
    assert not label.wordWrap()


def test_a_heading_is_bold_and_a_paragraph_small(added) -> None:
    normal = added(make_label("normal")).font()
    heading, paragraph = added(make_heading("heading")), added(make_paragraph("text"))
    assert heading.font().weight() > normal.weight()
    assert paragraph.font().pointSizeF() < normal.pointSizeF()


def test_a_caption_keeps_the_width_of_its_text(added) -> None:
    caption = added(make_caption("training"))
    assert caption.minimumSizeHint().width() >= caption.fontMetrics().horizontalAdvance("training")


def test_an_empty_label_is_hidden(added) -> None:
    label = added(make_label("note"))
    show_text(label, "something")
    assert not label.isHidden()
    show_text(label, "")
    assert label.isHidden()

"""Find the editors of a form, type into them, and read the document."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.document import Document


def find(form: QWidget, kind: type, name: str):
    found = form.findChild(kind, name)
    assert found is not None, name
    return found


def settings_of(document: Document, name: str) -> dict:
    return document.inference_of(name).specification.settings


def names_of(document: Document) -> list[str]:
    return [layer.name for layer in document.project.network.layers]


def type_draft(box: QWidget, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


def type_number(box: QWidget, text: str) -> None:
    type_draft(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)

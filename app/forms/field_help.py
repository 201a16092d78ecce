"""The help for a field of a form: one line that explains the field with the keyboard focus."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from app.widgets.labels import make_paragraph
from app.widgets.theme.theme import GRID

_TITLE, _TEXT = "field_title", "field_help"


def set_field_help(editor: QWidget, title: str, text: str) -> None:
    """Give a field the text that `FieldHelp` shows.

    Arguments:
        editor: the widget that edits the field.
        title: title of the field.
        text: explains the field.
    """
    editor.setProperty(_TITLE, title)
    editor.setProperty(_TEXT, text)


class FieldHelp(QFrame):
    """Explains the field that has the keyboard focus, below a form. Without such a field it is hidden.

    It has a fixed place, so that no field moves when the focus does.

    Arguments:
        form: the widget with the fields.
        name: prefix of the objectName of the text: `<name>_field_help`.
    """

    def __init__(self, form: QWidget, name: str) -> None:
        super().__init__(form)
        self.setProperty("footer", True)
        self._form = form
        self._text = make_paragraph(f"{name}_field_help", style_class="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID // 2)
        layout.addWidget(self._text)
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        field = new
        while field is not None and field is not self._form and not field.property(_TEXT):
            field = field.parentWidget()
        inside = field is not None and field is not self._form and self._form.isAncestorOf(field)
        if inside and field is not None:
            self._text.setText(f"{field.property(_TITLE)}: {field.property(_TEXT)}")
        self.setVisible(inside)

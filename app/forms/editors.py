"""Editors for the fields of a settings model: yes or no, a choice, text, JSON, a pair of numbers.

All have the same interface as the editor for numbers in `app.widgets.number_box`: `show_value` shows a value, and the
signal `edited` reports what the user entered.
"""

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.widgets.choice_box import ChoiceBox
from app.widgets.pair_editor import PairEditor
from app.widgets.plain_text import tool_tip
from app.widgets.undo_keys import leaves_undo_to_document


class BooleanEditor(QCheckBox):
    """Edits a `bool`.

    Arguments:
        parent: the parent widget.

    Signals:
        edited(value, continues): the user changed the value. `continues` is True if several changes in a row are one
            undo step.
    """

    edited = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self._on_toggled)

    @Slot(bool)
    def _on_toggled(self, value: bool) -> None:
        self.edited.emit(value, True)

    def show_value(self, value: Any) -> None:
        """Show a value, without a signal.

        Arguments:
            value: the value; one of another type is shown as empty.
        """
        self.blockSignals(True)
        self.setChecked(value is True)
        self.blockSignals(False)


class ChoiceEditor(ChoiceBox):
    """Edits a `Literal`, an enumeration, or a text that is one of several names.

    Arguments:
        titles: the values, and the text on screen for each.
        parent: the parent widget.

    Signals:
        edited(value, continues): the user changed the value. `continues` is True if several changes in a row are one
            undo step.
    """

    edited = Signal(object, bool)

    def __init__(self, titles: Mapping[Any, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._values = list(titles)
        self.addItems(list(titles.values()))
        self.activated.connect(self._on_activated)

    @Slot(int)
    def _on_activated(self, position: int) -> None:
        self.edited.emit(self._values[position], True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def show_titles(self, titles: Mapping[Any, str]) -> None:
        """Show other texts for some of the values.

        Arguments:
            titles: the texts by value.
        """
        for position, value in enumerate(self._values):
            if value in titles and self.itemText(position) != titles[value]:
                self.setItemText(position, titles[value])

    def show_obstacles(self, obstacles: Mapping[Any, str]) -> None:
        """Grey the values that cannot be chosen now, and say why in their tool tips.

        Arguments:
            obstacles: a sentence for each of these values.
        """
        model = self.model()
        assert isinstance(model, QStandardItemModel), "a combo box makes its own model"
        for position, value in enumerate(self._values):
            reason = obstacles.get(value, "")
            model.item(position).setEnabled(not reason)
            self.setItemData(position, tool_tip(reason), Qt.ItemDataRole.ToolTipRole)
            self.setItemData(position, reason, Qt.ItemDataRole.AccessibleDescriptionRole)

    def show_value(self, value: Any) -> None:
        """Show a value, without a signal.

        Arguments:
            value: the value; one of another type is shown as empty.
        """
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)


class TextEditor(QLineEdit):
    """Edits a `str`.

    Arguments:
        parent: the parent widget.

    Signals:
        edited(value, continues): the user changed the value. `continues` is True if several changes in a row are one
            undo step.
    """

    edited = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._on_text_edited)

    @Slot(str)
    def _on_text_edited(self, value: str) -> None:
        self.edited.emit(value, True)

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def show_value(self, value: Any) -> None:
        """Show a value, without a signal.

        Arguments:
            value: the value; one of another type is shown as empty.
        """
        text = value if isinstance(value, str) else ""
        if text != self.text():
            self.setText(text)


class _DraftEditor(QLineEdit):
    """A line of text with a draft: what is typed is applied at the end, and Esc restores the current value.

    A subclass says how a value is written and read.

    Arguments:
        parent: the parent widget.

    Signals:
        edited(value, continues): the user finished the text. `continues` is always False.
        reverted(): Esc restored the text of the current value.
    """

    edited = Signal(object, bool)
    reverted = Signal()
    _shown: Any = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editingFinished.connect(self.commit)

    def _write(self, value: Any) -> str:
        """Return the text for a value."""
        raise NotImplementedError

    def _read(self, text: str) -> Any:
        """Return the value of a text."""
        raise NotImplementedError

    @property
    def has_draft(self) -> bool:
        """True if the text differs from that of the current value."""
        return self.text() != self._write(self._shown)

    @Slot()
    def commit(self) -> None:
        """Apply the typed text."""
        if self.isModified():
            self.setModified(False)
            self.edited.emit(self._read(self.text()), False)

    def drop_draft(self) -> None:
        """Restore the text of the current value, without a signal."""
        self.setText(self._write(self._shown))

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.has_draft:
            self.drop_draft()
            self.reverted.emit()
        else:
            super().keyPressEvent(event)

    def show_value(self, value: Any) -> None:
        """Show the current value, without a signal. Typed text stays if the value is the same as before.

        Arguments:
            value: the current value.
        """
        if value != self._shown or not self.isModified():
            self._shown = value
            self.drop_draft()


class TextListEditor(_DraftEditor):
    """Edits a `tuple[str, ...]`: texts with a semicolon between them. A value of another type is shown as empty.

    Arguments:
        parent: the parent widget.
    """

    _shown = ()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("none")

    def _write(self, value: Any) -> str:
        return "; ".join(value)

    def _read(self, text: str) -> tuple[str, ...]:
        parts = (part.strip() for part in text.split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def show_value(self, value: Any) -> None:
        super().show_value(tuple(str(text) for text in value) if isinstance(value, list | tuple) else ())


class JsonEditor(_DraftEditor):
    """Edits any other value as JSON text. Text that is not JSON is the value itself; the model then refuses it.

    Arguments:
        parent: the parent widget.
    """

    def _write(self, value: Any) -> str:
        return json.dumps(value)

    def _read(self, text: str) -> Any:
        try:
            return json.loads(text, parse_constant=_refuse_constant)
        except ValueError:
            return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class PairFieldEditor(PairEditor):
    """Edits a pair `(rows, columns)`; the base class describes arguments and signals."""

    def show_value(self, value: Any) -> None:
        """Show a value, without a signal.

        Arguments:
            value: the value; one of another type is shown as empty.
        """
        if isinstance(value, int):
            value = (value, value)
        if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, int) for part in value):
            self.set_value((value[0], value[1]))

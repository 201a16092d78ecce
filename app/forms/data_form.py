"""The form for the data of the project: how they are read, prepared and split."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.document import DATA_PENDING, Document
from app.formatting import format_count, format_list
from app.forms.ask_for_source import ask_for_source
from app.forms.data_parts import (
    AugmentationPart,
    ColumnsPart,
    DataPart,
    PreprocessingPart,
    ReadingPart,
    SplitPart,
    TargetPart,
)
from app.forms.field_help import FieldHelp
from app.forms.form_widgets import Page
from app.forms.section import Section
from app.forms.source_choice import SourceChoice
from app.forms.target_description import describe_targets
from app.widgets.labels import make_caption, make_paragraph, show_text
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.data import builtin_descriptions, memory_problem
from tinyml.data.public import public_sets
from tinyml.data.readers import readers

CHOOSE_FILE, CHOOSE_FOLDER = "Choose file…", "Choose folder…"
_PARTS: tuple[Callable[[Document, str], DataPart], ...] = (
    SplitPart,
    ColumnsPart,
    TargetPart,
    ReadingPart,
    PreprocessingPart,
    AugmentationPart,
)


class DataForm(QWidget):
    """Shows and edits the data choice of a project, in sections. A window may have several forms of one document.

    Arguments:
        document: holds the project.
        prefix: prefix of all object names.
        with_source: also show the choice of the data with its description.
        parent: the parent widget.
    """

    def __init__(
        self, document: Document, prefix: str = "data", with_source: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}_form")
        self.setAccessibleName("Data")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        self._choice = SourceChoice.of(document)
        self._source = _SourceBox(f"{prefix}_source", self)
        self._source.activated.connect(self._on_source_activated)
        self._source_error = make_paragraph(f"{prefix}_source_error", style_class="danger")
        self._summary = make_paragraph(f"{prefix}_summary")
        self._about = make_paragraph(f"{prefix}_about", style_class="muted")
        self._reading = make_paragraph(f"{prefix}_reading", DATA_PENDING, "muted")
        self._source_part = self._make_source_part()
        self._source_part.setVisible(with_source)
        self._parts: list[tuple[DataPart, Section]] = []
        self._assemble(prefix)
        self._refresh = VisibleRefresh(self)
        self._refresh.due.connect(self._show)
        document.changed.connect(self._refresh.request)
        document.replaced.connect(self._on_document_replaced)
        self._choice.changed.connect(self._refresh.request)
        self._show()

    def _make_source_part(self) -> QWidget:
        part = QWidget(self)
        label = make_caption("Data")
        label.setBuddy(self._source)
        rows = QGridLayout(part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(GRID)
        rows.setColumnStretch(0, 2)
        rows.setColumnStretch(1, 3)
        rows.addWidget(label, 0, 0)
        rows.addWidget(self._source, 0, 1)
        for row, text in enumerate((self._source_error, self._summary, self._about), start=1):
            rows.addWidget(text, row, 0, 1, 2)
        return part

    def _assemble(self, prefix: str) -> None:
        page = Page(f"{prefix}_scroll", self)
        page.body.addWidget(self._source_part)
        page.body.addWidget(self._reading)
        for part_type in _PARTS:
            part = part_type(self._document, prefix)
            section = Section(f"{part.objectName()}_section", part.title, part)
            self._parts.append((part, section))
            page.body.addWidget(section)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page)
        layout.addWidget(FieldHelp(self, prefix))

    def commit(self) -> str:
        """Apply the text that is typed in a field. Return a sentence if the number is refused, else an empty text.

        While the data are read with other options, the sentence says so.
        """
        self._refresh.catch_up()
        reasons = [part.commit() for part, section in self._parts if not section.isHidden()]
        return next((reason for reason in reasons if reason), DATA_PENDING if self._choice.changing else "")

    @Slot()
    def _show(self) -> None:
        data, project = self._document.data, self._document.project
        self._source.show_source(self._choice.pending or project.data.source)
        self._show_summary()
        show_text(self._reading, DATA_PENDING if self._choice.changing else "")
        for part, section in self._parts:
            section.setVisible(data is not None and part.refresh(data))
            section.show_title(part.title)

    def _show_summary(self) -> None:
        """Describe the data, or say that it is being read or why it cannot be read."""
        data = self._document.data
        problem = self._choice.error or self._document.data_problem
        show_text(self._source_error, "" if self._choice.pending else problem)
        show_text(self._about, data.about if data is not None else "")
        if self._choice.pending or (data is None and self._document.data_pending):
            show_text(self._summary, DATA_PENDING)
        elif data is None:
            show_text(self._summary, "")
        else:
            names = f": {format_list([short(name) for name in data.class_names])}" if data.class_names else ""
            size = f"{format_count(data.count)} examples · {describe_bytes(data.memory)} of memory"
            show_text(self._summary, f"{describe_shape(data.example_shape)} · {size}\n{describe_targets(data)}{names}")
            show_text(self._source_error, problem or memory_problem(data))

    @Slot()
    def _on_document_replaced(self) -> None:
        for part, _ in self._parts:
            part.forget()
        self._refresh.request()

    @Slot(int)
    def _on_source_activated(self, position: int) -> None:
        source = self._source.itemData(position)
        if source is None:
            source = ask_for_source(self, self._document, folders=self._source.itemText(position) == CHOOSE_FOLDER)
        # Without a choice in the dialog, the current source cancels a choice that is still pending.
        self._choice.choose(source or self._document.project.data.source)
        self._show()


class _SourceBox(QComboBox):
    """Lists the built-in sets, other data in use, and the dialogs for other data.

    The data of an item is its source; None for a dialog.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Data")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        for description in builtin_descriptions():
            self.addItem(description.title, description.name)
            self.setItemData(self.count() - 1, description.about, Qt.ItemDataRole.ToolTipRole)
        self._built_in = self.count()
        for text, folders in ((CHOOSE_FILE, False), (CHOOSE_FOLDER, True)):
            help_texts = [reader.help for reader in readers().values() if reader.reads_folder == folders]
            if help_texts:
                self.addItem(text, None)
                self.setItemData(self.count() - 1, tool_tip(" ".join(help_texts)), Qt.ItemDataRole.ToolTipRole)
        self._dialogs = self.count() - self._built_in

    def show_source(self, source: str) -> None:
        """Select a source. A path is added to the list first."""
        position = self.findData(source)
        if position < 0:
            while self.count() > self._built_in + self._dialogs:
                self.removeItem(self._built_in)
            public = public_sets().get(source)
            name = public.title if public is not None else short(Path(source).name or source)
            self.insertItem(self._built_in, name, source)
            self.setItemData(self._built_in, tool_tip(source), Qt.ItemDataRole.ToolTipRole)
            position = self._built_in
        self.setCurrentIndex(position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

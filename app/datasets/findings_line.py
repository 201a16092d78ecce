"""What was found in the data, in sentences: the warnings first, the rest behind a button."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.data.analysis import Finding

_SHOWN_WARNINGS = 2
"""Number of warnings that are visible without a click."""
_WARNING = "⚠ "


class FindingsLine(QWidget):
    """Shows findings: what is as it should be in one line, each of the first warnings in a line of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_findings")
        self._findings: tuple[Finding, ...] = ()
        self._facts = make_label("data_page_facts", wraps=True, selectable=True)
        self._warnings = [
            make_label(f"data_page_warning_{number}", style_class="warning", wraps=True, selectable=True)
            for number in range(_SHOWN_WARNINGS)
        ]
        self._more = make_label("data_page_more_findings", style_class="warning", wraps=True, selectable=True)
        self._button = QPushButton()
        self._button.setObjectName("data_page_more_findings_button")
        self._button.setProperty("link", True)
        self._button.setCheckable(True)
        self._button.toggled.connect(self._on_toggled)
        line = QHBoxLayout()
        line.addWidget(self._button)
        line.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._facts)
        for label in self._warnings:
            layout.addWidget(label)
        layout.addWidget(self._more)
        add_layout(layout, line)
        self.show_findings(())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown."""
        return self._findings

    def show_findings(self, findings: Sequence[Finding], pending: str = "") -> None:
        """Show other findings.

        Arguments:
            findings: what was found.
            pending: a text in place of the facts while the examples are analysed.
        """
        self._findings = tuple(findings)
        facts = " ".join(finding.sentence for finding in findings if finding.severity == "information")
        warnings = [_WARNING + finding.sentence for finding in findings if finding.severity == "warning"]
        self._facts.setText(facts or pending)
        self._facts.setVisible(bool(facts or pending))
        for label, text in zip(self._warnings, [*warnings, *[""] * _SHOWN_WARNINGS], strict=False):
            label.setText(text)
            label.setVisible(bool(text))
        hidden = warnings[_SHOWN_WARNINGS:]
        self._more.setText("\n".join(hidden))
        self._button.setChecked(False)
        text = f"{describe_count(len(hidden), 'more warning')}"
        self._button.setText(text)
        self._button.setAccessibleName(f"Show {text}")
        self._button.setVisible(bool(hidden))
        self._more.setVisible(False)
        self.setVisible(bool(findings or pending))

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        self._more.setVisible(on)
        hidden = self._more.text().count("\n") + 1
        self._button.setText("fewer warnings" if on else describe_count(hidden, "more warning"))

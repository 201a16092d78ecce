"""A card with one diagnosis: what is wrong, how that shows, what helps, and a button that does it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import button_text, sentence, tool_tip
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from tinyml.diagnosis import Diagnosis

_SPOKEN = {"danger": "Serious", "warning": "Warning", "note": "Note"}


class DiagnosisCard(QFrame):
    """Shows one diagnosis. Its bar has the colour of the severity, which the accessible name says in a word.

    Arguments:
        number: counts the cards from 1, for their object names.

    Signals:
        action_requested(): the user pressed the button.
    """

    action_requested = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = f"diagnosis_{number}"
        self.setObjectName(name)
        self.setProperty("advice", True)
        self.diagnosis: Diagnosis | None = None
        self._title = make_label(f"{name}_title", wraps=True)
        self._title.setFont(bold_font(self._title.font()))
        self._evidence = make_label(f"{name}_evidence", wraps=True)
        self._remedy = make_label(f"{name}_remedy", wraps=True)
        self._why = make_label(f"{name}_why", style_class="muted", wraps=True)
        self._why.setFont(small_font(self._why.font()))
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = self._make_button(f"{name}_action", "Follow the advice")
        self._unfold = self._make_button(f"{name}_unfold", "Why?")
        self._unfold.setCheckable(True)
        self._action.clicked.connect(self.action_requested)
        self._unfold.toggled.connect(self._on_unfold_toggled)
        self._lay_out()

    @property
    def unfolded(self) -> bool:
        """True while the explanation is shown."""
        return self._unfold.isChecked()

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Show a diagnosis. The explanation stays unfolded as long as the rule is the same.

        Arguments:
            diagnosis: what to show.
        """
        before = self.diagnosis
        if diagnosis == before:
            return
        self.diagnosis = diagnosis
        self._title.setText(diagnosis.title)
        self._evidence.setText(diagnosis.evidence)
        show_text(self._remedy, diagnosis.remedy)
        self._why.setText(f"{diagnosis.why}\nSource: {diagnosis.source}.")
        if before is None or before.rule != diagnosis.rule:
            self._unfold.setChecked(False)
            self._on_unfold_toggled(False)
        for severity in ("danger", "note"):
            set_style_property(self, severity, diagnosis.severity == severity)
        self.setAccessibleName(f"{_SPOKEN[diagnosis.severity]}: {sentence(diagnosis.title)}")
        self.setAccessibleDescription(sentence(f"{diagnosis.evidence} {diagnosis.remedy}"))

    def show_action(self, text: str, obstacle: str = "") -> None:
        """Show the button.

        Arguments:
            text: what it does; empty for no button.
            obstacle: why it cannot be pressed, as its tooltip; empty if it can.
        """
        self._action.setText(button_text(text))
        self._action.setVisible(bool(text))
        self._action.setEnabled(not obstacle)
        self._action.setToolTip(tool_tip(obstacle))
        self._action.setAccessibleName(sentence(text))
        self._action.setAccessibleDescription(sentence(obstacle))

    def _make_button(self, name: str, spoken: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setAccessibleName(spoken)
        button.setProperty("link", True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        for label in (self._title, self._evidence, self._remedy):
            layout.addWidget(label)
        # One below the other: the column is too narrow for both beside each other.
        for button in (self._action, self._unfold):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._why)

    @Slot(bool)
    def _on_unfold_toggled(self, unfolded: bool) -> None:
        self._unfold.setText("Hide why" if unfolded else "Why?")
        title = sentence(self.diagnosis.title) if self.diagnosis is not None else ""
        self._unfold.setAccessibleName(f"{self._unfold.text()} {title}")
        self._why.setVisible(unfolded)

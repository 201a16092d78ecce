"""The notice that the project has changed since the run, with buttons that apply what can be applied now."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.document import Document
from app.formatting import format_list
from app.training import Session
from app.training.differences import RunDifferences, SettingDifference, compare_with_run
from app.training.setting_text import setting_title
from app.widgets.labels import make_label, make_paragraph, show_text
from app.widgets.plain_text import button_text, short
from app.widgets.theme.theme import GRID
from tinyml.core import TinymlError
from tinyml.learner import CHANGEABLE

_MOST_SHOWN = 4
"""Differences named in one sentence."""
_LONGEST = 60
"""Characters of one difference, which may quote a file."""


class DifferenceNotice(QFrame):
    """Says how the project differs from the shown run. It is hidden if they are equal.

    Arguments:
        document: has the project.
        session: has the run. An active one can take some of the settings.
        parent: the parent widget.
    """

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("difference_notice")
        self.setProperty("advice", True)
        self._document, self._session = document, session
        self._sentences = {
            name: make_label(f"difference_{name}", wraps=True) for name in ("network", "data", "settings", "refusal")
        }
        self._own: QLabel = make_paragraph("difference_own", "", "muted")
        self._buttons: dict[str, QPushButton] = {}
        self._offers: dict[str, SettingDifference] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        for name in ("network", "data", "settings"):
            layout.addWidget(self._sentences[name])
        layout.addWidget(self._own)
        for name in CHANGEABLE:
            button = self._buttons[name] = QPushButton()
            button.setObjectName(f"difference_apply_{name}")
            button.setAccessibleName(f"Apply {setting_title(name)} to this run")
            button.clicked.connect(self._on_clicked)
            layout.addWidget(button)
        layout.addWidget(self._sentences["refusal"])
        self._sentences["refusal"].hide()
        self.hide()

    @Slot()
    def refresh(self) -> None:
        """Compare the project with the run again."""
        differences = compare_with_run(self._document.project, self._session.run)
        self._show_sentences(differences)
        active = self._session.state.active
        pending = self._session.pending
        self._offers = {
            difference.name: difference
            for difference in differences.settings
            if active and difference.applicable and pending.get(difference.name) != difference.here
        }
        for name, button in self._buttons.items():
            offer = self._offers.get(name)
            button.setVisible(offer is not None)
            if offer is not None:
                button.setText(button_text(f"Apply {offer.wish}"))
                button.setToolTip("The run uses it from its next batch on.")
                button.setAccessibleName(f"Apply {offer.wish} to this run")
        self.setVisible(differences != RunDifferences())

    def _show_sentences(self, differences: RunDifferences) -> None:
        active, config = self._session.state.active, self._session.config
        words = {
            "network": ("The network on the Build page has changed since this run", differences.network),
            "data": ("The data have changed since this run", differences.data),
            "settings": (
                "These settings are for the next run" if active else "The settings have changed since this run",
                tuple(str(difference) for difference in differences.settings),
            ),
        }
        for name, (beginning, items) in words.items():
            listed = format_list([short(item, _LONGEST) for item in items], _MOST_SHOWN)
            show_text(self._sentences[name], f"{beginning}: {listed}." if items else "")
        if config is not None:
            training = config.training
            own = f"This run: {training.describe_optimizer()} · batch {training.batch_size} · seed {training.seed}"
            show_text(self._own, f"{own} · epochs {training.epochs} · {len(config.project.network.layers)} layers")

    @Slot()
    def _on_clicked(self) -> None:
        for name, button in self._buttons.items():
            if button is self.sender() and name in self._offers:
                try:
                    self._session.change(name, self._offers[name].here)
                    refusal = ""
                except TinymlError as error:
                    refusal = str(error)
                show_text(self._sentences["refusal"], refusal)

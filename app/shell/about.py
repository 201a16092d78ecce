"""The About dialog: a description of the program, the versions for a bug report, and the licences."""

import platform

import numpy as np
import PySide6
from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

import tinyml
from app.shell.help_text import ABOUT
from tinyml.core.resources import resource_path

SIZE = (640, 460)


def describe_versions() -> str:
    """Return the versions of the program, its libraries and the system, one per line."""
    versions = {
        "TinyML Studio": tinyml.__version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "Qt": qVersion(),
        "PySide6": PySide6.__version__,
        "Qt platform": QGuiApplication.platformName(),
        "System": platform.platform(),
    }
    return "\n".join(f"{name}: {version}" for name, version in versions.items())


class AboutDialog(QDialog):
    """Shows the versions, with a button that copies them, and the licences of all packages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About TinyML Studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        tabs = QTabWidget()
        tabs.setObjectName("about_tabs")
        tabs.setAccessibleName("About TinyML Studio")
        tabs.addTab(self._make_about_page(), "About")
        tabs.addTab(self._make_licence_page(), "Licences")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("about_close")
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        self._copy = QPushButton("Copy versions")
        self._copy.setObjectName("about_copy")
        self._copy.setToolTip("Copy the versions for a bug report.")
        self._copy.clicked.connect(self._on_copy_clicked)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(tabs)
        layout.addWidget(buttons)

    def _make_about_page(self) -> QWidget:
        page = QWidget()
        description = QLabel(ABOUT)
        description.setObjectName("about_description")
        description.setTextFormat(Qt.TextFormat.RichText)
        description.setWordWrap(True)
        self._versions = QLabel(describe_versions())
        self._versions.setObjectName("about_versions")
        self._versions.setAccessibleName("Versions")
        self._versions.setTextFormat(Qt.TextFormat.PlainText)
        self._versions.setWordWrap(True)
        self._versions.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(description)
        layout.addWidget(self._versions)
        layout.addStretch()
        return page

    def _make_licence_page(self) -> QWidget:
        page = QTextBrowser()
        page.setObjectName("about_licences")
        page.setAccessibleName("Licences")
        page.setOpenExternalLinks(True)
        page.document().setDocumentMargin(16)
        page.setMarkdown(resource_path("NOTICES.md").read_text(encoding="utf-8"))
        return page

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._versions.text())
        self._copy.setText("Copied")

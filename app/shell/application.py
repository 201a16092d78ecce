"""The application object: its name, its theme, and the switch between light and dark."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

# qtpy, under qtawesome, asks which binding to use; there is only one.
os.environ.setdefault("QT_API", "pyside6")

import pyqtgraph as pg
from PySide6.QtCore import QLocale, QObject, QSettings, Qt, Slot
from PySide6.QtWidgets import QApplication

from app.widgets.theme.style import style_sheet
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tinyml.core.resources import resource_path

ThemeChoice = Literal["system", "light", "dark"]

SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


def create_application(arguments: Sequence[str] = ()) -> QApplication:
    """Make (or return) the application with its name, style and plot defaults."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0], *arguments])
    # Numbers have a point and no groups in every locale, as in code, papers and files.
    QLocale.setDefault(QLocale.c())
    application.setApplicationName("TinyML Studio")
    application.setOrganizationName("TinyML Studio")
    application.setStyle("Fusion")
    pg.setConfigOptions(antialias=True, imageAxisOrder="row-major")
    return application


def open_settings(path: Path | None = None) -> QSettings:
    """Open the settings of the user, or those in a file of the caller's choice."""
    if path is not None:
        return QSettings(str(path), QSettings.Format.IniFormat)
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "TinyML Studio", "studio")


def remembered_theme(settings: QSettings) -> ThemeChoice:
    """Return the colours that the user chose last; the system's when there is no such choice."""
    stored = settings.value("theme", "system")
    return "light" if stored == "light" else "dark" if stored == "dark" else "system"


class ThemeManager(QObject):
    """Keeps palette and style sheet in step with the colour scheme, the system's or the one the user chose."""

    def __init__(
        self, application: QApplication, choice: ThemeChoice = "system", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._application = application
        self.choice: ThemeChoice = choice
        application.styleHints().colorSchemeChanged.connect(self._apply_theme)
        self.choose(choice)

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay light or dark."""
        self.choice = choice
        # Title bars and native dialogs follow where the platform supports it; the offscreen one and bare X11 do not.
        self._application.styleHints().setColorScheme(SCHEMES[choice])
        self._apply_theme()

    @property
    def dark(self) -> bool:
        """True while the window is dark."""
        if self.choice == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.choice == "dark"

    @Slot()
    def _apply_theme(self) -> None:
        theme = DARK if self.dark else LIGHT
        self._application.setPalette(palette_for(theme))
        self._application.setStyleSheet(style_sheet(theme, resource_path("icons")))

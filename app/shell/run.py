"""Start the program: the window for a person, or the guided tour."""

import json
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.shell.application import ThemeChoice, ThemeManager, create_application, open_settings, remembered_theme
from app.shell.dialogs import show_problem
from app.shell.examples import FIRST_EXAMPLE
from app.shell.interruption import Interruption
from app.shell.main_window import MainWindow
from tinyml.command_line.exit_status import INTERRUPTED


def open_window(
    project: Path | None = None, theme: ThemeChoice | None = None, settings_file: Path | None = None
) -> MainWindow:
    """Make the main window and show it with `project`, or with the first example."""
    application = create_application()
    settings = open_settings(settings_file)
    theme_manager = ThemeManager(application, theme or remembered_theme(settings))
    window = MainWindow(settings, theme_manager)
    theme_manager.setParent(window)
    window.files.load_example(FIRST_EXAMPLE)
    if project is not None:
        window.files.open_path(project)
    window.show()
    window.recovery.offer()
    if window.recovery.problem:
        show_problem(window, "Settings", window.recovery.problem)
    return window


def run_window(project: Path | None, theme: ThemeChoice | None, settings_file: Path | None) -> int:
    """Open the window and return its exit status when it is closed."""
    application = create_application()
    interruption = Interruption(application)
    window = open_window(project, theme, settings_file)
    interruption.interrupted.connect(window.interrupt)
    status = application.exec()
    interruption.close()
    if interruption.happened:
        kept = " The next start offers the changes that were not saved." if window.document.modified else ""
        print(f"\ntinyml-studio: The window was closed by Ctrl+C.{kept}", file=sys.stderr)
        status = INTERRUPTED
    window.deleteLater()
    return status


def run_tour(folder: Path, epochs: int | None, theme: ThemeChoice) -> int:
    """Take the guided tour, print its result as one line of JSON, and return the exit status."""
    from app.shell.tour import INTERRUPTED_TOUR, TOUR_SECONDS, take_tour
    from app.shell.tour_watchdog import ended_after

    qInstallMessageHandler(_drop_complaints_of_the_offscreen_platform)
    application = create_application()
    interruption = Interruption(application)
    # The tour ends itself in time unless the window hangs.
    with ended_after(TOUR_SECONDS + 60), tempfile.TemporaryDirectory() as scratch:
        window = open_window(theme=theme, settings_file=Path(scratch) / "settings.ini")
        result = take_tour(window, folder, epochs, interruption)
        window.close()
        application.processEvents()
    interruption.close()
    print(json.dumps(result))
    if interruption.happened:
        print(f"\ntinyml-studio: {result.get('reason', INTERRUPTED_TOUR)}", file=sys.stderr)
        return INTERRUPTED
    return 0 if result["ok"] else 1


def _drop_complaints_of_the_offscreen_platform(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Pass Qt's messages on, but for those that a platform without a window manager makes at every step."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)

"""The main window: creates the views, connects them, and connects each command to its handler."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, Slot
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from app.builder import BuildPanel, Canvas, Palette, PictureExport, QuickInsert, UnitClicks
from app.datasets import DataPage
from app.document import Document
from app.forms import WithDataLine
from app.inspector import InspectPage
from app.models import ModelsPage
from app.monitor import TrainPage
from app.runs import CheckpointKeeper, RunKeeper
from app.shell.about import AboutDialog
from app.shell.actions import Actions
from app.shell.application import ThemeManager
from app.shell.dialogs import ask, show_text
from app.shell.drafts import Drafts
from app.shell.edit_actions import EditActions
from app.shell.exception_hook import ExceptionHook
from app.shell.file_drops import FileDrops
from app.shell.files import Files
from app.shell.help_text import KEYBOARD_AND_MOUSE
from app.shell.menus import ThemeMenu, fill_menu_bar, insert_file_menus
from app.shell.models_link import ModelsLink
from app.shell.own_images import OwnImages
from app.shell.page_activity import PageActivity
from app.shell.page_requests import PageRequests
from app.shell.page_table import PAGES, page_command
from app.shell.problem_navigation import ProblemNavigation
from app.shell.recent_files import read_list
from app.shell.recovery import Recovery
from app.shell.run_progress import RunProgress
from app.shell.run_recovery import RunRecovery, remember_intervals
from app.shell.settings_tabs import SettingsTabs
from app.shell.status import Status
from app.shell.toolbar import ToolBar
from app.shell.training_actions import TrainingActions
from app.shell.unsaved_changes import STILL_TRAINING
from app.shell.window_layout import FOLD_COMMANDS, WindowLayout
from app.training import Inspection, Session
from app.widgets.page_layout import PageLayout
from app.widgets.plain_text import short

LEAST_CARDS = 6
"""At the start, the cards are made smaller if fewer than this many are visible, the input card included."""
CANVAS_SIZE = 360, 300
"""Panels fold rather than make the canvas smaller than this, in pixels."""


class MainWindow(QMainWindow):
    """The window. It owns the document, the session, the inspection and all views.

    Arguments:
        settings: where layout, theme and recent files are saved.
        theme_manager: applies the colours that the View menu offers.
    """

    def __init__(self, settings: QSettings, theme_manager: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._settings, self.theme_manager = settings, theme_manager
        self.document = Document(parent=self)
        self.session = Session(self.document, self)
        self.inspection = Inspection(self.document, self.session, self)
        self.keeper = RunKeeper(self.session, self.document, Path(settings.fileName()).parent / "runs", self)
        self.files = Files(self.document, self.session, self.keeper.is_safe, settings, self)
        self.training = TrainingActions(self.document, self.session, self)
        self.editing = EditActions(self.document, self)
        self.problems = ProblemNavigation(self.document, self)
        self.recovery = Recovery(self.document, Path(settings.fileName()).parent / "recovery", self)
        self.checkpoints = CheckpointKeeper(self.session, self.keeper, self.document, self)
        self.run_recovery = RunRecovery(self.document, self.session, self.keeper, self.checkpoints, self)
        remember_intervals(self.checkpoints, settings)
        self.progress = RunProgress(self.session, self)
        self._closing = self._interrupted = self._is_shut_down = False
        self.exception_hook = ExceptionHook(self)
        self.pages = WindowLayout(self, settings)
        self._make_views()
        self.drafts = Drafts(
            self.pages,
            (
                ("build", self.canvas.commit),
                ("build", self.settings_tabs.commit),
                ("data", self.data_page.commit),
                ("train", self.train_page.commit),
            ),
        )
        self.file_drops = FileDrops(self)
        self.own_images = OwnImages(self.inspection, self.pages, self)
        self.actions_by_name = Actions(self, self._handlers())
        for part in (self.training, self.editing, self.pages):
            part.attach(self.actions_by_name)
        self._make_frame()
        self._connect_views()
        self._connect_parts()
        self.pages.restore()
        self.canvas.zoom.restore(settings.value("canvas_zoom"))
        self.build_panel.restore(settings)
        self.train_page.restore(settings)
        self.inspect_page.restore(settings)
        self.page_activity = PageActivity(self.document, self.session, self.pages)
        self._show_title()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_views(self) -> None:
        self.palette_view = Palette(self.document)
        self.canvas = Canvas(self.document, self.inspection)
        self.quick_insert = QuickInsert(self.document, self.canvas)
        self.settings_tabs = SettingsTabs(self.document, self.inspection)
        self.data_page = DataPage(self.document)
        self.data_page.show_recent(read_list(self._settings, "recent_data"))
        self.data_page.downloads.set_mirror(str(self._settings.value("download_mirror", "")))
        self.train_page = TrainPage(self.document, self.session, self.keeper)
        self.inspect_page = InspectPage(self.document, self.inspection)
        self.models_page = ModelsPage()
        self.build_panel = BuildPanel(self.document)
        self.pictures = PictureExport(self.document, self.inspection, self)
        build = PageLayout(
            "build",
            WithDataLine(self.document, self.canvas, "build_fit", with_empty=False),
            left=self.palette_view,
            right=self.settings_tabs,
            below=self.build_panel,
            smallest=CANVAS_SIZE,
            folded=("below",),
        )
        self.pages.add_page("data", self.data_page)
        self.pages.add_page("build", build, first_focus=self.canvas)
        self.pages.add_page("train", self.train_page)
        self.pages.add_page("inspect", self.inspect_page)
        self.pages.add_page("models", self.models_page)

    def _make_frame(self) -> None:
        """Make the toolbar, the status bar and the menus."""
        actions = self.actions_by_name
        self.tool_bar = ToolBar(self.document, actions, self)
        self.addToolBar(self.tool_bar)
        self.status = Status(self.document, self.session, self.train_page.monitor, self)
        self.status.follow(self.checkpoints, self.inspection.epochs)
        self.train_page.control.set_checkpoints(self.checkpoints)
        self.setStatusBar(self.status)
        actions.add_canvas_commands(self.canvas, self.palette_view)
        self.canvas.set_actions(actions.by_name)
        self.training.control_by(self.train_page.control, self.drafts.commit)
        menus = fill_menu_bar(self.menuBar(), actions)
        self._recent_menu = insert_file_menus(menus["&File"], actions["save_project"], self.files)
        menus["&View"].insertMenu(actions["full_screen"], ThemeMenu(self.theme_manager, self._settings, menus["&View"]))

    def _connect_views(self) -> None:
        self._requests = PageRequests(self.pages, self)
        settings = self.settings_tabs
        settings.requested.connect(self._on_settings_requested)
        self.models_link = ModelsLink(
            self.models_page,
            self.files,
            self.pages,
            self.document,
            self.session,
            self.inspection,
            self.data_page,
            self.training.continue_training,
            self,
        )
        self.tool_bar.data_clicked.connect(self._requests.show_data)
        self.tool_bar.training_clicked.connect(self._on_training_clicked)
        self.canvas.data_requested.connect(settings.show_data)
        self.canvas.training_requested.connect(settings.show_training)
        self.canvas.settings_requested.connect(settings.edit_layer)
        self._requests.follow_units(UnitClicks(self.document, self.canvas.card_stack), self.train_page)
        self.status.problems_clicked.connect(self.problems.select_next)
        self.status.curve_clicked.connect(self._requests.show_train)
        self.inspection.reading_changed.connect(self.status.show_reading)
        self.data_page.retried.connect(self.inspection.retry)
        self.train_page.data_requested.connect(self._requests.show_data)
        self.train_page.sample_requested.connect(self.inspection.inspect_example)
        self.train_page.sample_requested.connect(self._requests.show_inspect)
        self.train_page.inspect_requested.connect(self._requests.show_inspect)
        self.build_panel.data_requested.connect(self._requests.show_data)
        self.build_panel.training_requested.connect(settings.show_training)
        self.build_panel.picture_requested.connect(self.pictures.ask_and_export)
        for exporter in (self.build_panel, self.pictures):
            exporter.failed.connect(self.files.show_failure)
            exporter.message.connect(self.status.show_message)
        for source in (self.canvas, self.palette_view, settings, self.files, self.training, self.run_recovery):
            source.message.connect(self.status.show_message)

    def _connect_parts(self) -> None:
        self.document.file_changed.connect(self._show_title)
        self.progress.changed.connect(self._show_title)
        self.pages.changed.connect(self._on_pages_changed)
        self.data_page.recent_changed.connect(self._on_recent_data_changed)
        self.data_page.downloads.mirror_changed.connect(self._on_mirror_changed)
        self.pages.window_made.connect(self._on_window_made)
        self.file_drops.dropped.connect(self.files.open_paths)
        self.file_drops.refused.connect(self.status.show_message)
        self.own_images.attach(self.file_drops, self.files, self.inspect_page)
        self.files.data_opened.connect(self._requests.show_data)
        self.files.recent_files.changed.connect(self._on_recent_changed)
        self.problems.layer_selected.connect(self._on_problem_layer_selected)
        self.problems.data_requested.connect(self._requests.show_data)
        self.session.started.connect(self._on_run_started)
        self.session.continued.connect(self._on_run_started)
        self.training.refused.connect(self._on_training_refused)

    def _handlers(self) -> dict[str, Callable[[], object] | QAction]:
        files, training, canvas, drafts = self.files, self.training, self.canvas, self.drafts
        return {
            "new_project": drafts.before(files.new_project),
            "open_project": drafts.before(files.open_project),
            "save_project": drafts.before(files.save_project),
            "save_project_as": drafts.before(files.save_project_as),
            "export_weights": files.export_weights,
            "open_weights": files.open_weights,
            "import_weights": files.weights_import.ask_for_file,
            "export_picture": self.pictures.ask_and_export,
            "quit": self.close,
            "undo": self.editing.undo,
            "redo": self.editing.redo,
            "cut": canvas.commands.cut,
            "copy": canvas.commands.copy,
            "paste": partial(self.file_drops.paste_or, canvas.commands.paste),
            "paste_image": self.file_drops.paste,
            "duplicate": canvas.commands.duplicate,
            "delete": canvas.commands.delete,
            "move_up": canvas.commands.move_up,
            "move_down": canvas.commands.move_down,
            "wrap": canvas.commands.wrap,
            "unwrap": canvas.commands.unwrap,
            "restore_hints": canvas.commands.restore_hints,
            "rename": canvas.rename,
            "select_all": canvas.select_all,
            "find_layer": self._find_layer,
            "quick_insert": self._quick_insert,
            "next_problem": drafts.before(self.problems.select_next),
            "previous_problem": drafts.before(self.problems.select_previous),
            **training.handlers(),
            "zoom_in": canvas.zoom.zoom_in,
            "zoom_out": canvas.zoom.zoom_out,
            "zoom_fit": canvas.zoom.fit,
            "zoom_actual_size": canvas.zoom.show_actual_size,
            **{page_command(page.name): partial(self.pages.show_page, page.name) for page in PAGES},
            **{command: partial(self.pages.fold, side) for command, side in FOLD_COMMANDS.items()},
            "tear_off": self.pages.toggle_tear_off,
            "full_screen": self.pages.toggle_full_screen,
            "reset_layout": self.pages.reset,
            "show_help": self._show_help,
            "about": self._show_about,
        }

    # ------------------------------------------------------------------------------------------------------ commands

    def _find_layer(self) -> None:
        self.pages.show_page("build")
        self.pages.unfold("build", "left")
        self.palette_view.focus_search()

    def _quick_insert(self) -> None:
        self.pages.show_page("build")
        self.canvas.request_insert()

    def _show_help(self) -> None:
        show_text(self, "Keyboard and mouse", KEYBOARD_AND_MOUSE)

    def _show_about(self) -> None:
        AboutDialog(self).open()

    # --------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _show_title(self) -> None:
        # Qt replaces "[*]" by the mark of a modified window; "[*][*]" is the text "[*]".
        name = short(self.document.name).replace("[*]", "[*][*]")
        before = f"{self.progress.prefix} – " if self.progress.prefix else ""
        self.setWindowTitle(f"{before}{name}[*] — TinyML Studio")
        self.setWindowModified(self.document.modified)
        self.pages.show_title(self.windowTitle(), self.document.modified)

    @Slot()
    def _on_recent_changed(self) -> None:
        self.files.fill_recent_menu(self._recent_menu)

    @Slot()
    def _on_recent_data_changed(self) -> None:
        self._settings.setValue("recent_data", list(self.data_page.recent))

    @Slot()
    def _on_mirror_changed(self) -> None:
        self._settings.setValue("download_mirror", self.data_page.downloads.mirror)

    @Slot(str)
    def _on_training_clicked(self, field: str) -> None:
        self.pages.show_page("train")
        self.train_page.focus_setting(field)

    @Slot()
    def _on_settings_requested(self) -> None:
        self.pages.unfold("build", "right")

    @Slot()
    def _on_problem_layer_selected(self) -> None:
        self.pages.show_page("build")
        self.canvas.scroll_to_selection()
        self.canvas.setFocus()

    @Slot()
    def _on_run_started(self) -> None:
        """Show Train, except to a user who inspects the network: Inspect follows the run."""
        if self.pages.active != "inspect":
            self.pages.show_page("train", activate=False)

    @Slot(QWidget)
    def _on_window_made(self, window: QWidget) -> None:
        self.file_drops.watch(window)
        self._show_title()

    @Slot()
    def _on_pages_changed(self) -> None:
        self.inspection.set_active(self.pages.is_shown("build") or self.pages.is_shown("inspect"))

    @Slot(str)
    def _on_training_refused(self, reason: str) -> None:
        self.problems.select_next()
        self.status.show_message(reason)

    # -------------------------------------------------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QStatusTipEvent):
            self.status.show_tip(event.tip())
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            # Qt sends this event also while the window is being made.
            for actions in self.findChildren(Actions):
                actions.refresh_icons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.pages.show_windows()
        if not event.spontaneous() and self.pages.current == "build":
            self.canvas.zoom.show_at_least(LEAST_CARDS)
        if not event.spontaneous():
            self.pages.focus_page(self.pages.current)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.drafts.commit()
        if not self._closing and self.session.state.active:
            event.ignore()
            answers = {"Stop and close": self._close_after_questions}
            ask(self, "Close", STILL_TRAINING, answers, "Stop and close", "close_dialog")
        elif not self._closing and self.document.modified:
            event.ignore()
            self._close_after_questions()
        else:
            self._shut_down()
            super().closeEvent(event)

    def _shut_down(self) -> None:
        """Save the layout and end all threads, once: Qt can close a closed window again."""
        if self._is_shut_down:
            return
        self._is_shut_down = True
        self._settings.setValue("canvas_zoom", self.canvas.zoom.factor)
        for page in (self.build_panel, self.train_page, self.inspect_page):
            page.save(self._settings)
        self.pages.save()
        self.pages.close_windows()
        parts = (self.session, self.keeper, self.document, self.inspection, self.files, self.train_page)
        for part in (*parts, self.models_page, self.data_page, self.build_panel, self.pictures):
            part.shutdown()
        self.editing.shutdown()
        self.recovery.shutdown(keep_changes=self._interrupted)
        self.exception_hook.shutdown()

    @Slot()
    def interrupt(self) -> None:
        """Close without questions, after Ctrl+C in the terminal. The recovery keeps unsaved changes."""
        self._closing = self._interrupted = self.checkpoints.keeps_at_end = True
        self.pages.keep_windows()
        # Dialogs too: their event loops would continue without the window.
        QApplication.closeAllWindows()

    def _close_after_questions(self) -> None:
        self.files.unsaved_changes.when_saved(self._close_now)

    def _close_now(self) -> None:
        self._closing = True
        self.close()

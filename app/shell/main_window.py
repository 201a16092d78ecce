"""The main window: puts the views together and hands every command to whoever does it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QTabWidget, QWidget

from app.builder import Canvas, DataForm, Palette, SettingsForm, TrainingForm
from app.document import Document
from app.inspector import Inspector
from app.models import ModelsView
from app.monitor import Monitor
from app.shell.about import AboutDialog
from app.shell.actions import COMMANDS, Actions
from app.shell.application import ThemeChoice, ThemeManager
from app.shell.dialogs import ask, show_text
from app.shell.exception_hook import ExceptionHook
from app.shell.file_drops import FileDrops
from app.shell.files import Files
from app.shell.help_text import KEYBOARD_AND_MOUSE
from app.shell.recovery import Recovery
from app.shell.status import Status
from app.shell.toolbar import ToolBar
from app.shell.training_actions import TrainingActions
from app.shell.unsaved_changes import STILL_TRAINING
from app.training import Inspection, Session
from app.widgets.plain_text import button_text, short

LAYOUT_VERSION = 1
FRAME = QSize(16, 48)
"""Room for the title bar and borders that the system adds to a window."""
THEMES: tuple[tuple[ThemeChoice, str], ...] = (("system", "Follow the &system"), ("light", "&Light"), ("dark", "&Dark"))


class MainWindow(QMainWindow):
    """The window. It owns the document, the session and the inspection, and everything that shows them.

    Arguments:
        settings: where layout, theme and recent files are kept.
        theme_manager: the colours; the View menu changes them.
    """

    def __init__(self, settings: QSettings, theme_manager: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._settings, self.theme_manager = settings, theme_manager
        self.document = Document(parent=self)
        self.session = Session(self.document, self)
        self.inspection = Inspection(self.document, self.session, self)
        self.files = Files(self.document, self.session, settings, self)
        self.training = TrainingActions(self.document, self.session, self)
        self.recovery = Recovery(self.document, Path(settings.fileName()).parent / "recovery", self)
        self._closing = self._interrupted = False
        self.exception_hook = ExceptionHook(self)
        self._make_views()
        self.actions_by_name = Actions(self, self._handlers())
        self.training.attach(self.actions_by_name)
        self._make_frame()
        self.file_drops = FileDrops(self, *self.docks.values())
        self._connect()
        self._restore_layout()
        self._show_title()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_views(self) -> None:
        self.palette_view = Palette(self.document)
        self.canvas = Canvas(self.document, self.inspection)
        self.settings_tabs = QTabWidget()
        self.settings_tabs.setObjectName("settings_tabs")
        self.settings_tabs.setDocumentMode(True)
        self.layer_form = SettingsForm(self.document)
        self.settings_tabs.addTab(self.layer_form, "Layer")
        self._forms = (self.layer_form, DataForm(self.document), TrainingForm(self.document))
        self.settings_tabs.addTab(self._forms[1], "Data")
        self.settings_tabs.addTab(self._forms[2], "Training")
        self.monitor = Monitor(self.session)
        self.inspector = Inspector(self.document, self.inspection)
        self.models = ModelsView()
        self.setCentralWidget(self.canvas)
        self.docks = {
            "palette": self._make_dock("Palette", self.palette_view),
            "settings": self._make_dock("Settings", self.settings_tabs),
            "monitor": self._make_dock("Monitor", self.monitor),
            "inspector": self._make_dock("Inspector", self.inspector),
            "models": self._make_dock("Models", self.models),
        }
        self._no_title_bars = {name: QWidget(dock) for name, dock in self.docks.items()}
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setDocumentMode(True)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            self.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)

    def _make_dock(self, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{title.lower()}")
        dock.setWidget(widget)
        return dock

    def _make_frame(self) -> None:
        self.tool_bar = ToolBar(self.document, self.actions_by_name, self)
        self.addToolBar(self.tool_bar)
        self.status = Status(self.document, self.session, self)
        self.setStatusBar(self.status)
        self.actions_by_name.add_canvas_commands(self.canvas, self.palette_view)
        self.canvas.set_context_actions(self.actions_by_name.card_menu())
        self.actions_by_name["move_panels"].setCheckable(True)
        self.actions_by_name["full_screen"].setCheckable(True)
        menus: dict[str, QMenu] = {}
        for command in COMMANDS:
            if command.menu not in menus:
                menus[command.menu] = self.menuBar().addMenu(command.menu)
            if command.name.startswith("-"):
                menus[command.menu].addSeparator()
            else:
                menus[command.menu].addAction(self.actions_by_name[command.name])
        # A disabled command says why in its tip.
        menus["&Train"].setToolTipsVisible(True)
        self._fill_file_menu(menus["&File"])
        self._fill_view_menu(menus["&View"])

    def _fill_file_menu(self, menu: QMenu) -> None:
        before = self.actions_by_name["save_project"]
        examples, self._recent_menu = QMenu("Open e&xample", menu), QMenu("Open &recent", menu)
        examples.setObjectName("menu_examples")
        self.files.fill_examples_menu(examples)
        self.files.fill_recent_menu(self._recent_menu)
        menu.insertMenu(before, examples)
        menu.insertMenu(before, self._recent_menu)
        menu.insertSeparator(before)

    def _fill_view_menu(self, menu: QMenu) -> None:
        before = self.actions_by_name["full_screen"]
        menu.insertActions(before, [dock.toggleViewAction() for dock in self.docks.values()])
        menu.insertSeparator(before)
        themes = QMenu("&Colours", menu)
        group = QActionGroup(themes)
        for choice, text in THEMES:
            action = themes.addAction(text)
            action.setObjectName(f"action_theme_{choice}")
            action.setData(choice)
            action.setCheckable(True)
            action.setChecked(choice == self.theme_manager.choice)
            group.addAction(action)
        group.triggered.connect(self._on_theme_triggered)
        menu.insertMenu(before, themes)

    def _connect(self) -> None:
        self.document.file_changed.connect(self._show_title)
        self.document.undo_stack.indexChanged.connect(self._refresh_edit_actions)
        self.document.selection_changed.connect(self._refresh_edit_actions)
        self.document.selection_changed.connect(self._on_selection_changed)
        self.document.changed.connect(self._refresh_edit_actions)
        self.file_drops.dropped.connect(self.files.open_first)
        self.files.weights_opened.connect(self.show_weights)
        self.files.recent_files.changed.connect(self._on_recent_changed)
        self.models.use_weights_requested.connect(self.files.use_weights)
        self.models.opened.connect(self.files.recent_files.remember)
        self.tool_bar.data_clicked.connect(self._show_data_form)
        self.tool_bar.training_clicked.connect(self._on_training_requested)
        self.status.problems_clicked.connect(self.go_to_next_problem)
        self.session.started.connect(self._on_run_started)
        self.session.continued.connect(self._on_run_started)
        self.training.refused.connect(self._on_training_refused)
        self.canvas.data_requested.connect(self._show_data_form)
        self.canvas.training_requested.connect(self._on_training_requested)
        self.canvas.settings_requested.connect(self._on_settings_requested)
        for speaker in (self.canvas, self.palette_view, self.layer_form, self.files, self.training):
            speaker.message.connect(self._show_message)
        self._refresh_edit_actions()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        files, training, canvas = self.files, self.training, self.canvas
        return {
            "new_project": partial(self._with_drafts, files.new_project),
            "open_project": partial(self._with_drafts, files.open_project),
            "save_project": partial(self._with_drafts, files.save_project),
            "save_project_as": partial(self._with_drafts, files.save_project_as),
            "export_weights": files.export_weights,
            "open_weights": files.open_weights,
            "quit": self.close,
            "undo": self.document.undo_stack.undo,
            "redo": self.document.undo_stack.redo,
            "cut": canvas.commands.cut,
            "copy": canvas.commands.copy,
            "paste": canvas.commands.paste,
            "duplicate": canvas.commands.duplicate,
            "delete": canvas.commands.delete,
            "move_up": canvas.commands.move_up,
            "move_down": canvas.commands.move_down,
            "select_all": canvas.select_all,
            "find_layer": self._find_layer,
            "next_problem": partial(self._with_drafts, self.go_to_next_problem),
            "train": partial(self._start_training, training.train),
            "continue_training": partial(self._start_training, training.continue_training),
            "pause": training.pause,
            "step": partial(self._start_training, training.step),
            "stop": training.stop,
            "previous_run": training.show_previous_run,
            "next_run": training.show_next_run,
            "full_screen": self._toggle_full_screen,
            "move_panels": self._toggle_title_bars,
            "reset_layout": self.reset_layout,
            "show_help": self._show_help,
            "about": self._show_about,
        }

    # ------------------------------------------------------------------------------------------------------- drafts

    def _commit_drafts(self) -> str:
        """Finish what is half typed in the forms. Return the first sentence about what is refused, or nothing."""
        sentences = [form.commit() for form in self._forms]
        for position, sentence in enumerate(sentences):
            if sentence:
                self.raise_dock("settings")
                self.settings_tabs.setCurrentIndex(position)
                return sentence
        return ""

    def _start_training(self, start: Callable[[], None]) -> None:
        """Train with the numbers that are on screen, or not at all."""
        sentence = "" if self.session.state.active else self._commit_drafts()
        if sentence:
            self._show_message(sentence)
        else:
            start()

    def _with_drafts(self, command: Callable[[], None]) -> None:
        """Run a command on a project that holds what is half typed, except for what is refused."""
        self._commit_drafts()
        command()

    # ------------------------------------------------------------------------------------------------------- layout

    def reset_layout(self) -> None:
        """Put every panel where it was at the first start."""
        for name, dock in self.docks.items():
            dock.setFloating(False)
            area = Qt.DockWidgetArea.BottomDockWidgetArea
            if name == "palette":
                area = Qt.DockWidgetArea.LeftDockWidgetArea
            elif name == "settings":
                area = Qt.DockWidgetArea.RightDockWidgetArea
            self.addDockWidget(area, dock)
            dock.show()
        self.tabifyDockWidget(self.docks["monitor"], self.docks["inspector"])
        self.tabifyDockWidget(self.docks["inspector"], self.docks["models"])
        self.docks["monitor"].raise_()
        self.resizeDocks([self.docks["palette"], self.docks["settings"]], [216, 300], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["monitor"]], [int(self.height() * 0.33)], Qt.Orientation.Vertical)

    def _restore_layout(self) -> None:
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableSize() - FRAME))
        self.reset_layout()
        geometry, state = self._settings.value("geometry"), self._settings.value("layout")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self.restoreState(state, LAYOUT_VERSION)
        movable = self._settings.value("move_panels", False, type=bool)
        self.actions_by_name["move_panels"].setChecked(bool(movable))
        self._toggle_title_bars()

    def _save_layout(self) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("layout", self.saveState(LAYOUT_VERSION))
        self._settings.setValue("move_panels", self.actions_by_name["move_panels"].isChecked())
        self._settings.sync()

    def _toggle_title_bars(self) -> None:
        """Show the title bars of the panels while they are to be moved; else they only take room."""
        movable = self.actions_by_name["move_panels"].isChecked()
        for name, dock in self.docks.items():
            dock.setTitleBarWidget(None if movable else self._no_title_bars[name])  # type: ignore[arg-type]

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.actions_by_name["full_screen"].setChecked(self.isFullScreen())

    # ---------------------------------------------------------------------------------------------- commands and slots

    @Slot(Path)
    def show_weights(self, path: Path) -> None:
        """Show a safetensors file in Models."""
        self.raise_dock("models")
        self.models.open_file(path)

    def raise_dock(self, name: str) -> None:
        """Bring a panel to the front, also when it was closed."""
        self.docks[name].show()
        self.docks[name].raise_()

    @Slot()
    def go_to_next_problem(self) -> None:
        """Select the layer with the next problem after the selected one, in a circle."""
        problems = [problem for problem in self.document.problems if problem.index >= 0]
        if not problems:
            if self.document.data_problem:
                self._show_data_form()
            return
        names = [problem.layer for problem in problems]
        selected = self.document.selection[-1] if self.document.selection else ""
        following = names[(names.index(selected) + 1) % len(names)] if selected in names else names[0]
        self.document.select((following,))
        self.canvas.setFocus()

    @Slot()
    def _show_title(self) -> None:
        # Qt marks a modified window at "[*]"; written twice it is text.
        name = short(self.document.name).replace("[*]", "[*][*]")
        self.setWindowTitle(f"{name}[*] — TinyML Studio")
        self.setWindowModified(self.document.modified)

    @Slot()
    def _refresh_edit_actions(self) -> None:
        actions, stack = self.actions_by_name, self.document.undo_stack
        actions["undo"].setEnabled(stack.canUndo())
        actions["undo"].setText(f"&Undo: {button_text(stack.undoText())}" if stack.canUndo() else "&Undo")
        actions["redo"].setEnabled(stack.canRedo())
        actions["redo"].setText(f"&Redo: {button_text(stack.redoText())}" if stack.canRedo() else "&Redo")
        for name in ("cut", "copy", "duplicate", "delete", "move_up", "move_down"):
            actions[name].setEnabled(bool(self.document.selection))
        actions["select_all"].setEnabled(bool(self.document.project.network.layers))
        actions["next_problem"].setEnabled(bool(self.document.problems))

    @Slot()
    def _on_recent_changed(self) -> None:
        self.files.fill_recent_menu(self._recent_menu)

    @Slot()
    def _on_selection_changed(self) -> None:
        if self.document.selection:
            self.settings_tabs.setCurrentIndex(0)

    @Slot()
    def _on_settings_requested(self) -> None:
        self.raise_dock("settings")
        self.settings_tabs.setCurrentIndex(0)
        self.layer_form.focus_first_field()

    @Slot()
    def _show_data_form(self) -> None:
        self.raise_dock("settings")
        self.settings_tabs.setCurrentIndex(1)

    @Slot()
    def _on_training_requested(self) -> None:
        self.raise_dock("settings")
        self.settings_tabs.setCurrentIndex(2)

    @Slot()
    def _on_run_started(self) -> None:
        self.raise_dock("monitor")

    @Slot(str)
    def _on_training_refused(self, sentence: str) -> None:
        self.go_to_next_problem()
        self._show_message(sentence)

    @Slot(str)
    def _show_message(self, sentence: str) -> None:
        self.status.show_message(sentence)

    def _find_layer(self) -> None:
        self.raise_dock("palette")
        self.palette_view.focus_search()

    @Slot(QAction)
    def _on_theme_triggered(self, action: QAction) -> None:
        choice = action.data()
        self.theme_manager.choose(choice)
        self._settings.setValue("theme", choice)

    def _show_help(self) -> None:
        show_text(self, "Keyboard and mouse", KEYBOARD_AND_MOUSE)

    def _show_about(self) -> None:
        AboutDialog(self).open()

    # -------------------------------------------------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QStatusTipEvent):
            self.status.show_tip(event.tip())
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for actions in self.findChildren(Actions):
                actions.dress()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._commit_drafts()
        if not self._closing and self.session.state.active:
            event.ignore()
            answers = {"Stop and close": self._close_after_questions}
            ask(self, "Close", STILL_TRAINING, answers, "Stop and close", "close_dialog")
        elif not self._closing and self.document.modified:
            event.ignore()
            self._close_after_questions()
        else:
            self._save_layout()
            self.session.shutdown()
            self.document.shutdown()
            self.inspection.shutdown()
            self.files.shutdown()
            self.monitor.shutdown()
            self.models.shutdown()
            self.recovery.shutdown(keep_changes=self._interrupted)
            self.exception_hook.shutdown()
            super().closeEvent(event)

    @Slot()
    def interrupt(self) -> None:
        """Close without questions, after Ctrl+C in the terminal; changes that were not saved are kept for recovery."""
        self._closing = self._interrupted = True
        # Dialogs too: their event loops would go on without the window.
        QApplication.closeAllWindows()

    def _close_after_questions(self) -> None:
        self.files.unsaved_changes.when_saved(self._really_close)

    def _really_close(self) -> None:
        self._closing = True
        self.close()

"""The page Code: the live script, its marks, and what its buttons do."""

import subprocess
import sys
from time import perf_counter, thread_time

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QTextCursor

from app.builder.code import CodePanel
from app.document import Document, edits
from app.document.templates import templates
from tests.tinyml.net.stacks import stack
from tinyml.scripts import SCRIPT_KINDS
from tinyml.storage import Project

TEMPLATES = {template.name: template.project for template in templates()}


@pytest.fixture
def document(qapp):
    return Document(TEMPLATES["resnet"])


@pytest.fixture
def panel(document, qtbot):
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    qtbot.addWidget(panel.tools)
    panel.resize(700, 240)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: panel.view.toPlainText() != "")
    yield panel
    panel.shutdown()


def lines_of(panel) -> list[str]:
    return panel.view.toPlainText().split("\n")


def marked_text(panel) -> list[str]:
    return [lines_of(panel)[number].strip() for lines in panel.view.marked for number in lines]


def button(panel, name: str):
    return panel.tools.findChild(object, name)


def test_it_shows_the_whole_script(panel, qtbot) -> None:
    assert panel.view.toPlainText() + "\n" == panel.script.text
    assert 'Residual("residual_1"' in panel.script.text
    assert button(panel, "code_tinyml").isChecked()


def test_an_edit_changes_the_script(panel, document, qtbot) -> None:
    document.apply(edits.rename_layer(document.project, "conv_1", "first"))
    qtbot.waitUntil(lambda: 'Conv2D("first"' in panel.view.toPlainText())
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: 'Conv2D("first"' not in panel.view.toPlainText())


def test_the_other_framework_is_one_click_away(panel, qtbot) -> None:
    qtbot.mouseClick(button(panel, "code_pytorch"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "nn.Sequential(OrderedDict" in panel.view.toPlainText())
    assert not button(panel, "code_tinyml").isChecked()
    qtbot.mouseClick(button(panel, "code_tinyml"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "import torch" not in panel.view.toPlainText())


def test_the_line_of_the_selected_layer_is_marked_and_visible(panel, document) -> None:
    document.select(("linear_1",))
    assert [line.split("(")[0] for line in marked_text(panel)] == ["Linear"]
    assert (
        panel.view.cursorRect(QTextCursor(panel.view.document().findBlockByNumber(panel.view.marked[0].start))).y() > 0
    )
    document.select(("conv_2",), block=("residual_2",))
    assert marked_text(panel)[0].startswith('Conv2D("conv_2", (16, 14, 14)')
    document.select(())
    assert marked_text(panel) == []


def test_the_mark_moves_with_its_layer(panel, document, qtbot) -> None:
    document.select(("linear_1",))
    before = panel.view.marked
    document.apply(edits.remove_layers(document.project, ["relu_1"]))
    document.select(("linear_1",))
    qtbot.waitUntil(lambda: panel.view.marked != before and panel.view.marked != ())
    qtbot.waitUntil(lambda: marked_text(panel)[0].startswith('Linear("linear_1"'))


def test_a_click_selects_the_layer_of_the_line(panel, document, qtbot) -> None:
    path = ("residual_1", "conv_2")
    number = panel.script.lines[path].start
    panel.view.scroll_to(number)
    at = panel.view.cursorRect(QTextCursor(panel.view.document().findBlockByNumber(number))).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(20, 0))
    assert (document.block, document.selection) == (("residual_1",), ("conv_2",))
    panel.view.line_chosen.emit(0)
    assert document.selection == ("conv_2",)


def test_the_layers_of_a_standard_block_are_marked_with_their_block(qtbot) -> None:
    document = Document(Project(network=stack("Residual", "Flatten")))
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: ("layer_0",) in panel.script.lines)
    document.select(("conv_1",), block=("layer_0",))
    assert document.selection == ("conv_1",)
    assert marked_text(panel) == ['Residual("layer_0", (1, 8, 8)),  # 1×8×8']
    panel.show_kind("pytorch")
    qtbot.waitUntil(
        lambda: marked_text(panel) == ['("conv_1", nn.Conv2d(1, 1, kernel_size=3, padding=1, bias=False)),  # 1×8×8']
    )
    panel.shutdown()


def test_a_hidden_panel_does_nothing_and_is_up_to_date_when_shown(panel, document, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.findChild(QTimer).isActive())
    panel.hide()
    updates = panel.updates
    document.apply(edits.rename_layer(document.project, "conv_1", "first"))
    assert panel.updates == updates
    panel.show()
    qtbot.waitUntil(lambda: 'Conv2D("first"' in panel.view.toPlainText())
    assert panel.updates == updates + 1


def test_many_edits_need_few_updates(panel, document, qtbot) -> None:
    updates, started = panel.updates, perf_counter()
    for filters in range(1, 60):
        document.apply(edits.change_settings(document.project, "conv_2", {"filters": filters}))
        QCoreApplication.processEvents()
    document.apply(edits.change_settings(document.project, "conv_2", {"filters": 77}))
    qtbot.waitUntil(lambda: "n_filter=77" in panel.view.toPlainText())
    assert panel.updates - updates <= 3 + 10 * (perf_counter() - started)


def test_copy_copies_the_newest_script(panel, document, qtbot) -> None:
    document.apply(edits.rename_layer(document.project, "conv_1", "first"))
    with qtbot.waitSignal(panel.message) as message:
        qtbot.mouseClick(button(panel, "code_copy"), Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert 'Conv2D("first"' in copied
    assert message.args == [f"Copied {copied.count(chr(10))} lines of code."]


@pytest.mark.parametrize("kind", SCRIPT_KINDS)
def test_a_saved_script_is_the_shown_one(panel, qtbot, tmp_path, kind) -> None:
    panel.show_kind(kind)
    path = tmp_path / "net.py"
    with qtbot.waitSignal(panel.message) as message:
        panel.save_to(path)
    assert message.args == ["Saved net.py."]
    qtbot.waitUntil(lambda: panel.script.text == path.read_text(encoding="utf-8"))


def test_a_saved_script_runs(qtbot, tmp_path) -> None:
    panel = CodePanel(Document(TEMPLATES["circle"]))
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.message):
        panel.save_to(tmp_path / "net.py")
    command = [sys.executable, str(tmp_path / "net.py"), "--epochs", "1"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "accuracy" in printed
    panel.shutdown()


def test_a_script_that_cannot_be_saved_says_why(panel, qtbot, tmp_path) -> None:
    with qtbot.waitSignal(panel.failed) as failed:
        panel.save_to(tmp_path / "missing" / "net.py")
    assert failed.args[0].startswith("Could not save")


def test_the_dialog_proposes_the_name_of_the_project(panel, document, tmp_path, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("app.builder.code.code_panel.ask_where_to_save", lambda *arguments: asked.append(arguments[2]))
    document.save(tmp_path / "my.net.tinyml.json")
    panel.save()
    panel.show_kind("pytorch")
    panel.save()
    assert asked == [tmp_path / "my.py", tmp_path / "my_pytorch.py"]


def test_a_network_with_a_problem_says_where_the_script_ends(panel, document, qtbot) -> None:
    document.apply(edits.insert_layer(document.project, 2, "Linear"))
    qtbot.waitUntil(lambda: "# The script ends here." in panel.view.toPlainText())
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: "# The script ends here." not in panel.view.toPlainText())


def test_a_thousand_layers_do_not_block_the_window(qtbot) -> None:
    document = Document(Project(network=stack(*["Conv2D", "ReLu"] * 500)))
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    panel.resize(700, 240)
    panel.show()
    qtbot.waitUntil(lambda: len(panel.script.lines) == 1000)
    script = panel.script
    panel.view.clear()
    started = thread_time()
    panel._on_script_returned(script)
    assert thread_time() - started < 0.5  # 0.03 s in most runs
    started = thread_time()
    document.select(("layer_900",))
    assert thread_time() - started < 0.5
    panel.shutdown()


def test_the_selected_layer_is_visible_when_the_page_opens(document, qtbot) -> None:
    document.select(("linear_1",))
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    qtbot.addWidget(panel.tools)
    panel.resize(700, 120)
    panel.show()
    qtbot.waitUntil(lambda: panel.view.verticalScrollBar().value() > 0)
    assert "linear_1" in lines_of(panel)[panel.view.marked[0].start]
    panel.view.verticalScrollBar().setValue(0)
    document.apply(edits.rename_layer(document.project, "conv_1", "first"))
    qtbot.waitUntil(lambda: 'Conv2D("first"' in panel.view.toPlainText())
    assert panel.view.verticalScrollBar().value() == 0, "an edit leaves the place to the user"
    panel.shutdown()

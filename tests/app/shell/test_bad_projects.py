"""Projects and clipboards with content that the window cannot use: one sentence, and nothing is lost."""

import json

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.builder.clipboard import to_mime_data
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, project_to_json, read_project, save_project


@pytest.fixture(autouse=True)
def empty_clipboard(qapp):
    yield
    qapp.clipboard().clear()


def layers(count, start=0):
    return tuple(LayerSpecification(type="ReLu", name=f"relu_{start + number}") for number in range(count))


def write(path, change):
    """Write the file of an empty project after `change` was called with its content."""
    content = json.loads(project_to_json(Project()))
    change(content)
    path.write_text(json.dumps(content))


def message_of(window):
    """Return the message in the status bar."""
    return window.status.findChild(type(window.status), "status_message")


BROKEN = {
    "newer version": (lambda content: content.update(version=99), "newer TinyML Studio"),
    "1001 layers": (
        lambda content: content["network"].update(layers=[layer.model_dump() for layer in layers(1001)]),
        "at most 1000",
    ),
    "epochs out of range": (lambda content: content["training"].update(epochs=-1), "epochs"),
    "learning rate as text": (lambda content: content["training"].update(learning_rate="fast"), "learning_rate"),
    "validation out of range": (lambda content: content["data"].update(validation=7), "validation"),
    "unknown loss": (lambda content: content["training"].update(loss="hope"), "loss"),
    "unknown key": (lambda content: content.update(surprise=1), "surprise"),
    "layers as text": (lambda content: content["network"].update(layers="many"), "layers"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_bad_project_gives_a_sentence_and_changes_nothing(window, dialog, tmp_path, kind):
    change, named = BROKEN[kind]
    path = tmp_path / "bad.tinyml.json"
    write(path, change)
    before, written = window.document.project, path.read_bytes()
    window.files.open_path(path)
    box = dialog(window, "problem_dialog")
    assert "bad.tinyml.json" in box.text()
    assert named in box.text()
    assert window.document.project == before
    assert window.document.path is None
    assert not window.document.modified
    assert path.read_bytes() == written
    assert window.exception_hook.tracebacks == []


def test_a_project_of_1000_layers_opens_and_is_saved_unchanged(window, tmp_path):
    path, copy = tmp_path / "long.tinyml.json", tmp_path / "copy.tinyml.json"
    save_project(path, Project(network=NetworkSpecification(layers=layers(1000))))
    window.files.open_path(path)
    assert len(window.document.project.network.layers) == 1000
    assert window.canvas.card("relu_999") is not None
    assert window.files.save_to(copy)
    assert copy.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("command", ["paste", "duplicate", "insert"])
def test_layer_1001_is_refused_with_a_sentence(window, qtbot, tmp_path, command):
    path = tmp_path / "long.tinyml.json"
    save_project(path, Project(network=NetworkSpecification(layers=layers(1000))))
    window.files.open_path(path)
    before = window.document.project
    window.document.select(("relu_3",))
    commands = window.canvas.commands
    commands.copy()
    with qtbot.waitSignal(commands.message) as said:
        commands.insert("Tanh") if command == "insert" else getattr(commands, command)()
    assert "1000 layers" in said.args[0]
    assert window.document.project == before
    assert not window.document.modified


def test_a_layer_of_an_unknown_type_is_kept_and_can_be_removed(window, tmp_path):
    path, copy = tmp_path / "unknown.tinyml.json", tmp_path / "copy.tinyml.json"
    warp = LayerSpecification(type="SpaceWarp", name="warp", settings={"speed": 9})
    save_project(path, Project(network=NetworkSpecification(layers=(warp, *layers(1)))))
    window.files.open_path(path)
    assert "SpaceWarp" in window.document.problems[0].sentence
    assert window.files.save_to(copy)
    assert read_project(copy).network.layers[0] == warp
    window.canvas.commands.fix(window.document.problems[0])
    assert [layer.name for layer in window.document.project.network.layers] == ["relu_0"]


def test_a_setting_out_of_range_is_a_problem_of_its_layer_with_a_fix(window, tmp_path):
    path, copy = tmp_path / "range.tinyml.json", tmp_path / "copy.tinyml.json"
    wrong = LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": -3})
    save_project(path, Project(network=NetworkSpecification(layers=(wrong,))))
    window.files.open_path(path)
    problem = window.document.problems[0]
    assert "-3" in problem.sentence
    assert window.files.save_to(copy)
    assert read_project(copy).network.layers == (wrong,)
    window.canvas.commands.fix(problem)
    assert all(other.sentence != problem.sentence for other in window.document.problems)


RUBBISH = ("", "hello", "{", '{"format": "tinyml-layers"}', "\0\1\2", "[1, 2]", "x" * 5_000_000)


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
def test_pasted_rubbish_gives_a_sentence(window, qtbot, text):
    QApplication.clipboard().setText(text)
    before = window.document.project
    with qtbot.waitSignal(window.canvas.commands.message) as said:
        window.canvas.commands.paste()
    assert said.args[0].startswith("The clipboard holds no layers.")
    assert window.document.project == before
    assert not window.findChildren(QMessageBox)


def test_1001_pasted_layers_give_a_sentence(window, qtbot):
    QApplication.clipboard().setMimeData(to_mime_data(layers(1000)))
    text = QApplication.clipboard().text().replace('"layers": [', '"layers": [{"type": "ReLu", "name": "more"},')
    QApplication.clipboard().setText(text)
    before = window.document.project
    with qtbot.waitSignal(window.canvas.commands.message) as said:
        window.canvas.commands.paste()
    assert "1000 layers" in said.args[0]
    assert window.document.project == before

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QToolButton, QWidget

from app.inspector.reconstruction.picture import Picture


def save_as(monkeypatch, *names):
    """Answer file dialogs with these names one after another, and cancel the next one."""
    answers = iter([*names, None])
    chosen = []
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: chosen.append(next(answers)) or chosen[-1] is not None)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(chosen[-1])])


def test_a_picture_is_saved_as_png_at_the_chosen_scale(digits, tmp_path, monkeypatch):
    digits.wait_for_reconstruction("conv_2")
    save_as(monkeypatch, tmp_path / "picture")
    menu = digits.find(QToolButton, "save").menu()
    actions = {action.objectName(): action for action in menu.actions()}
    scales = {action.objectName(): action for action in menu.findChild(QWidget).actions()}
    scales["inspector_scale_4"].trigger()
    actions["inspector_save_reconstruction"].trigger()
    saved = QImage(str(tmp_path / "picture.png"))
    shown = digits.find(Picture, "reconstruction").image
    assert saved.size().toTuple() == (32, 32)
    assert saved.pixel(1, 1) == saved.pixel(2, 2) == shown.pixel(0, 0)
    assert digits.text("sentence") == "Saved picture.png, 32×32 pixels."


def test_a_file_is_not_replaced_without_a_question_if_its_suffix_was_not_typed(digits, tmp_path, monkeypatch):
    (tmp_path / "map.png").write_bytes(b"old")
    asked = []
    monkeypatch.setattr(QMessageBox, "exec", lambda question: asked.append(question.text()))
    save_as(monkeypatch, tmp_path / "map")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_save_input").trigger()
    assert asked == ["map.png already exists."]
    assert (tmp_path / "map.png").read_bytes() == b"old"


def test_a_sentence_says_why_a_picture_cannot_be_saved(digits, tmp_path, monkeypatch):
    digits.wait_for_reconstruction("conv_2")
    save_as(monkeypatch, tmp_path / "no" / "p.png")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_save_map").trigger()
    assert "Could not save" in digits.text("sentence")
    assert digits.find(QWidget, "sentence").property("danger") is True
    assert list(tmp_path.iterdir()) == []


def test_copying_puts_the_picture_on_the_clipboard(digits):
    digits.wait_for_reconstruction("conv_2")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_copy_map").trigger()
    assert QGuiApplication.clipboard().image().size().toTuple() == (64, 64)
    assert digits.text("sentence") == "Copied the map."


def test_nothing_can_be_saved_while_there_is_no_picture(circle):
    menu = circle.find(QToolButton, "save").menu()
    menu.aboutToShow.emit()
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert not any(enabled[f"inspector_save_{name}"] for name in ("map", "input", "reconstruction"))

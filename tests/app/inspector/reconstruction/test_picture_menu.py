from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QToolButton, QWidget

from app.inspector.reconstruction.drawing import FRAME_WIDTH
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
    actions["inspector_captioned"].trigger()
    actions["inspector_save_reconstruction"].trigger()
    saved = QImage(str(tmp_path / "picture.png"))
    shown = digits.find(Picture, "reconstruction").image
    frame = FRAME_WIDTH  # of the receptive field, outside of the pixels
    assert saved.size().toTuple() == (32 + 2 * frame, 32 + 2 * frame)
    corner = [saved.pixel(frame + place, frame + place) for place in (1, 2)]
    assert corner == [shown.pixel(0, 0)] * 2
    assert digits.text("message") == "Saved picture.png, 40×40 pixels."


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
    assert "Could not save" in digits.text("message")
    assert digits.find(QWidget, "message").property("danger") is True
    assert list(tmp_path.iterdir()) == []


def test_copying_puts_the_picture_on_the_clipboard(digits):
    digits.wait_for_reconstruction("conv_2")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_copy_map").trigger()
    captioned = QGuiApplication.clipboard().image()
    assert captioned.height() > 8 * 16
    next(action for action in menu.actions() if action.objectName() == "inspector_captioned").trigger()
    next(action for action in menu.actions() if action.objectName() == "inspector_copy_map").trigger()
    bare = QGuiApplication.clipboard().image()
    assert bare.height() < captioned.height()
    assert digits.text("message") == "Copied the map."


def test_a_saved_picture_tells_sample_map_and_scale(digits):
    found = digits.wait_for_reconstruction("conv_2")
    panel = digits.find(QToolButton, "save").parentWidget()
    caption = panel.describe()
    assert caption.startswith("test example 0 · conv_2 · Activation ")
    assert f"the strongest of map {found.map_index}" in caption
    menu = digits.find(QToolButton, "save").menu()
    actions = {action.objectName(): action for action in menu.actions()}
    actions["inspector_copy_pictures"].trigger()
    pictures = QGuiApplication.clipboard().image()
    actions["inspector_copy_reconstruction"].trigger()
    assert pictures.width() > QGuiApplication.clipboard().image().width()
    assert pictures.height() > 8 * 16


def test_nothing_can_be_saved_while_there_is_no_picture(circle):
    menu = circle.find(QToolButton, "save").menu()
    menu.aboutToShow.emit()
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert not any(enabled[f"inspector_save_{name}"] for name in ("map", "input", "reconstruction"))

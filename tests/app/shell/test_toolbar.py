"""The toolbar shows the actions and the settings of the next run."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from app.document import edits


def test_a_button_has_text_icon_tip_and_state_of_its_action(window) -> None:
    window.resize(1440, 700)
    for name in ("train", "pause", "step", "stop"):
        button, action = window.tool_bar.findChild(QPushButton, f"button_{name}"), window.actions_by_name[name]
        assert button.text() == action.text().replace("&", "").removeprefix("One ").capitalize()
        assert button.toolTip() == action.toolTip()
        assert button.isEnabled() == action.isEnabled()
        action.setEnabled(not action.isEnabled())
        assert button.isEnabled() == action.isEnabled()


def test_the_chips_show_the_settings_of_the_next_run(qtbot, window) -> None:
    window.resize(1440, 450)
    qtbot.waitUntil(lambda: window.tool_bar.width() == 1440)
    window.document.apply(
        edits.change_training(window.document.project, epochs=7, batch_size=5, optimizer="adam", learning_rate=0.01)
    )
    texts = {name: window.findChild(QToolButton, f"chip_{name}").text() for name in ("epochs", "batch", "optimiser")}
    assert (texts["epochs"], texts["batch"]) == ("epochs 7", "batch 5")
    assert "Adam" in texts["optimiser"]
    assert "parameters" in window.findChild(QLabel, "chip_parameters").text()


@pytest.mark.parametrize(
    ("chip", "field"), [("epochs", "epochs"), ("batch", "batch_size"), ("optimiser", "learning_rate")]
)
def test_a_chip_of_the_training_opens_its_field_on_the_train_page(qtbot, window, chip, field) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.pages.show_page("train")
    window.actions_by_name["fold_left"].trigger()
    window.pages.show_page("build")
    window.findChild(QToolButton, f"chip_{chip}").click()
    assert window.pages.current == "train"
    assert window.train_page.isVisible()
    editor = window.train_page.findChild(QWidget, f"train_page_form_{field}")
    qtbot.waitUntil(editor.hasFocus)


def test_the_chip_of_the_data_opens_the_data_page(window) -> None:
    window.findChild(QToolButton, "chip_data").click()
    assert window.pages.current == "data"
    assert window.data_page.isVisible()


def cut_off(window) -> list[str]:
    """Return the widgets of the toolbar that are narrower than they need to be."""
    bar = window.tool_bar
    widgets = [bar.widgetForAction(action) for action in bar.actions()]
    return [w.objectName() for w in widgets if w.isVisible() and w.width() < w.minimumSizeHint().width()]


def test_the_toolbar_says_less_in_a_narrow_window(qtbot, window) -> None:
    pause, chip = window.findChild(QPushButton, "button_pause"), window.findChild(QToolButton, "chip_optimiser")
    facts = window.findChild(QLabel, "chip_parameters")
    texts = {}
    for width in (1440, 1040, 960, 720):
        window.resize(width, 450)
        qtbot.waitUntil(lambda width=width: window.tool_bar.width() == width)
        texts[width] = (pause.text(), chip.text(), "parameters" in facts.text())
        assert pause.accessibleName() == "Pause"
        assert "momentum 0.9" in chip.toolTip()
        qtbot.waitUntil(lambda: cut_off(window) == [])
    assert texts == {
        1440: ("Pause", "SGD 0.03, momentum 0.9", True),
        1040: ("Pause", "SGD 0.03", True),
        960: ("Pause", "SGD 0.03", True),
        720: ("", "SGD 0.03", True),
    }

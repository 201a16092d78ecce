"""The toolbar shows the actions and the settings of the next run."""

from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from app.document import edits


def test_a_button_has_text_icon_tip_and_state_of_its_action(window) -> None:
    for name in ("train", "pause", "step", "stop"):
        button, action = window.tool_bar.findChild(QPushButton, f"button_{name}"), window.actions_by_name[name]
        assert button.text() == action.text().replace("&", "").removeprefix("One ").capitalize()
        assert button.toolTip() == action.toolTip()
        assert button.isEnabled() == action.isEnabled()
        action.setEnabled(not action.isEnabled())
        assert button.isEnabled() == action.isEnabled()


def test_the_chips_show_the_settings_of_the_next_run(window) -> None:
    window.document.apply(
        edits.change_training(window.document.project, epochs=7, batch_size=5, optimizer="adam", learning_rate=0.01)
    )
    texts = {name: window.findChild(QToolButton, f"chip_{name}").text() for name in ("epochs", "batch", "optimiser")}
    assert (texts["epochs"], texts["batch"]) == ("epochs 7", "batch 5")
    assert "Adam" in texts["optimiser"]
    assert "parameters" in window.findChild(QLabel, "chip_parameters").text()


def test_a_chip_opens_its_settings(window) -> None:
    for name, tab in (("data", 1), ("epochs", 2)):
        window.panels.docks["settings"].close()
        window.findChild(QToolButton, f"chip_{name}").click()
        assert window.panels.docks["settings"].isVisible()
        assert window.settings_tabs.currentIndex() == tab

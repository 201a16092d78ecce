"""The dots of the rail and their reasons."""

from PySide6.QtCore import Qt

from app.document import edits
from app.training import SessionState


def reasons(window) -> dict[str, str]:
    return {name: button.reason for name, button in window.pages.rail.buttons.items() if button.reason}


def test_a_new_window_has_no_dots(window) -> None:
    assert reasons(window) == {}


def test_build_has_a_dot_while_the_network_has_problems(window) -> None:
    window.pages.show_page("train")
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    assert reasons(window) == {"build": "1 problem. F8 shows the next one."}
    window.document.undo_stack.undo()
    assert reasons(window) == {}


def test_train_has_a_dot_while_a_run_is_active(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=10_000))
    window.training.train()
    assert reasons(window)["train"] == "A run is training."
    qtbot.waitUntil(lambda: window.session.batches_done > 0)
    window.training.pause()
    qtbot.waitUntil(lambda: window.session.state is SessionState.PAUSED)
    assert reasons(window)["train"] == "A run is paused."
    window.training.stop()
    qtbot.waitUntil(lambda: not window.session.state.active)
    assert "train" not in reasons(window)


def test_inspect_and_models_have_dots_until_the_user_has_seen_the_new_weights(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=1))
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.session.state is SessionState.FINISHED)
    assert set(reasons(window)) == {"inspect", "models"}
    window.pages.show_page("inspect")
    assert set(reasons(window)) == {"models"}
    window.pages.show_page("models")
    window.pages.show_page("build")
    assert reasons(window) == {}


def test_a_page_in_its_own_window_has_no_dot_for_weights(qtbot, window) -> None:
    window.pages.tear_off("inspect")
    window.document.apply(edits.change_training(window.document.project, epochs=1))
    window.training.train()
    qtbot.waitUntil(lambda: window.session.state is SessionState.FINISHED)
    assert set(reasons(window)) == {"models"}

"""A view of one page asks for another page."""

from PySide6.QtCore import QPoint, Qt

from tinyml.storage import example_path, read_project


def test_an_example_on_train_opens_inspect_with_it(window, qtbot) -> None:
    inspection = window.inspection
    window.pages.show_page("train")
    qtbot.waitUntil(lambda: inspection.samples is not None or window.document.data is not None)
    window.train_page.sample_requested.emit("validation", 4)
    assert window.pages.active == "inspect"
    qtbot.waitUntil(lambda: inspection.sample_trace is not None and inspection.sample_trace.index == 4)
    assert inspection.part == "validation"


def test_the_data_page_is_shown_on_request(window) -> None:
    window.pages.show_page("train")
    window.train_page.data_requested.emit()
    assert window.pages.active == "data"


def test_a_click_on_a_unit_on_build_opens_its_decision_map_on_train(window, qtbot) -> None:
    window.document.replace(read_project(example_path("circle")))
    window.pages.show_page("build")
    canvas = window.canvas
    qtbot.waitUntil(lambda: canvas.card("relu_1") is not None and canvas.card("relu_1").activations is not None)
    card = canvas.card("relu_1")
    place = QPoint(card.strip.x() + round(2 * canvas.card_stack.zoom), card.strip.center().y())
    for expected in ("build", "train"):  # the first click selects the card
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=place)
        assert window.pages.active == expected
    decisions = window.train_page.decisions
    assert window.train_page.below.current is decisions
    window.training.train()
    qtbot.waitUntil(lambda: decisions.sentence.startswith("Unit 1 of relu_1"))
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.state.active)

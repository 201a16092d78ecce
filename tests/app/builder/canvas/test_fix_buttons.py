"""The fix buttons on the cards."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.document.edits import change_data, change_settings, change_training, remove_layers


def test_the_fix_button_fixes_the_problem_in_one_undo_step(harness) -> None:
    document = harness.document
    document.apply(remove_layers(document.project, ["flatten_1"]))
    card = harness.card("linear_1")
    assert "needs a vector" in card.model.problem.sentence
    button = card.findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Insert Flatten"
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert harness.names()[3:] == ["flatten_1", "linear_1"]
    assert not document.problems
    assert not button.isVisible()
    assert document.undo_stack.undoText() == "insert Flatten"


def test_the_card_gets_the_focus_after_its_fix(make_harness, document_of) -> None:
    harness = make_harness(document_of(("MaxPool2D", "pool_1", {"window": [50, 50]}), ("Flatten", "flatten_1")))
    harness.click("pool_1")
    button = harness.card("pool_1").findChild(QPushButton, "fix_button_pool_1")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isHidden()
    assert harness.card("pool_1").hasFocus()


def test_the_last_layer_offers_the_number_of_classes(harness) -> None:
    document = harness.document
    document.apply(change_settings(document.project, "linear_1", {"outputs": 7}))
    button = harness.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Set outputs to 10"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems


def test_a_fix_renames_an_unknown_setting(make_harness, document_of) -> None:
    document = document_of(("Flatten", "flatten_1"), ("Linear", "linear_1", {"outptus": 10}))
    harness = make_harness(document)
    button = harness.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Rename it to 'outputs'"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.inference_of("linear_1").specification.settings == {"outputs": 10}
    assert not document.problems


def test_the_loss_card_fixes_a_problem_of_the_training_settings(make_harness, document_of) -> None:
    document = document_of(("Linear", "linear_1", {"outputs": 2}))
    document.apply(change_data(document.project, source="circle"))
    document.apply(change_training(document.project, augment_flip=True))
    harness = make_harness(document)
    button = harness.canvas.card_stack.loss_card.findChild(QPushButton)
    assert button.text() == "Switch flip off"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems
    assert document.undo_stack.undoText() == "switch flip off"

"""The section with the patches: clicks, keys, words and rows."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.inspector.part_computation import PartStatus
from app.inspector.top_activations.block_view import BlockView
from app.inspector.top_activations.example_table import ExampleTable
from app.inspector.top_activations.top_activations import Scope
from app.widgets.choice_box import ChoiceBox


@pytest.fixture
def blocks(top):
    """The patches of the chosen map, painted."""
    found = top.wait_for_search()
    top.wait_for_block(top.model.maps[0])
    assert found.examples.shape == (4, 9)
    return top.harness.find(BlockView, "top_blocks")


def test_a_click_on_a_patch_chooses_its_sample(top, blocks):
    chosen = top.model.maps[0]
    example = top.model.result.value.examples[chosen, 4]
    QTest.mouseClick(blocks.viewport(), Qt.MouseButton.LeftButton, pos=blocks.patch_rect(chosen, 4).center())
    top.harness.wait(lambda: top.harness.inspection.sample_trace.index == example)


def test_the_arrow_keys_and_enter_choose_a_patch(top, blocks):
    chosen = top.model.maps[0]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(blocks, key)
    assert blocks.accessibleDescription() == f"map {chosen}: {top.model.describe(chosen, 4)}"
    example = top.model.result.value.examples[chosen, 4]
    QTest.keyClick(blocks, Qt.Key.Key_Return)
    top.harness.wait(lambda: top.harness.inspection.sample_trace.index == example)


def test_a_click_beside_the_patches_changes_nothing(top, blocks):
    before = top.harness.inspection.index
    QTest.mouseClick(blocks.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert top.harness.inspection.index == before


def test_the_boxes_choose_what_is_searched(top, blocks):
    scope, part = top.harness.find(ChoiceBox, "top_scope"), top.harness.find(ChoiceBox, "top_part")
    scope.activated.emit(1)
    assert top.model.scope is Scope.LAYER
    assert scope.currentText() == "Whole layer"
    assert [scope.itemText(index) for index in range(2)] == ["Chosen map", "Whole layer"]
    assert blocks.maps == (0, 1, 2, 3)
    part.activated.emit(0)
    top.harness.wait(lambda: top.model.result is not None and top.model.result.key.part == "training")
    assert "training examples" in top.harness.text("top_sentence")


def test_the_classes_are_offered_for_class_scores_only(top, blocks):
    classes = top.harness.find(ChoiceBox, "top_class")
    assert classes.isHidden()
    top.model.set_scope(Scope.CLASS)
    assert not classes.isHidden()
    assert [classes.itemText(index) for index in range(classes.count())] == [str(digit) for digit in range(10)]


def test_the_button_cancels_a_search_and_starts_it_again(top, blocks):
    command = top.harness.find(QPushButton, "top_command")
    assert command.isHidden()
    top.model.search.set_part("training")
    assert (command.text(), command.isHidden()) == ("Cancel", False)
    command.click()
    assert top.model.search.status is PartStatus.OFFERED
    assert command.text() == "Search"
    command.click()
    top.wait_for_search()
    assert command.isHidden()


def test_examples_that_are_no_images_are_rows(circle, unfold):
    circle.document.select(("linear_1",))
    top = unfold(circle)
    assert circle.find(ChoiceBox, "top_scope").itemText(0) == "Chosen unit"
    top.model.set_scope(Scope.CLASS)
    found = top.wait_for_search()
    table = circle.find(ExampleTable, "top_rows")
    circle.wait(lambda: not table.isHidden() and table.rowCount() == 9)
    header = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert header == ["example", "class", "activation", "input 1", "input 2"]
    assert table.item(0, 0).text() == str(found.examples[0, 0])
    table.cellClicked.emit(5, 0)
    circle.wait(lambda: circle.inspection.sample_trace.index == found.examples[0, 5])


def test_the_chosen_unit_has_rows_for_examples_that_are_no_images(circle, unfold):
    circle.document.select(("linear_1",))
    top = unfold(circle)
    found = top.wait_for_search()
    state, table = circle.inspector.state, circle.find(ExampleTable, "top_rows")
    other = int(np.flatnonzero(found.examples[:, 0] != found.examples[state.map_index, 0])[0])
    state.choose_map(other)
    assert top.model.maps == (other,)
    assert table.item(0, 0).text() == str(found.examples[other, 0])


def test_every_control_has_a_name(top, blocks):
    for widget in top.panel.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(widget, QLabel) and widget.isVisible():
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()

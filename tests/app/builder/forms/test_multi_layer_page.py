"""The form for several selected layers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.app.builder.forms.form_driver import find


@pytest.mark.parametrize(
    ("name", "key"), [("up", "Alt+Up"), ("down", "Alt+Down"), ("duplicate", "Ctrl+D"), ("delete", "Del")]
)
def test_the_tool_tip_of_a_button_names_its_key(form, name: str, key: str) -> None:
    assert find(form, QPushButton, f"selection_{name}_button").toolTip().endswith(f"({key})")


def test_several_layers_are_counted_and_can_be_moved_and_deleted(form, document) -> None:
    document.select(("conv_1", "relu_1", "pool_1"))
    assert find(form, QLabel, "multi_layer_heading").text() == "3 layers selected"
    assert "conv_1, relu_1, pool_1" in find(form, QLabel, "multi_layer_names").text()
    QTest.mouseClick(find(form, QPushButton, "selection_down_button"), Qt.MouseButton.LeftButton)
    assert document.undo_stack.undoText() == "move 3 layers"
    QTest.mouseClick(find(form, QPushButton, "selection_delete_button"), Qt.MouseButton.LeftButton)
    assert document.undo_stack.undoText() == "delete 3 layers"
    assert [layer.name for layer in document.project.network.layers] == ["flatten_1", "linear_1"]

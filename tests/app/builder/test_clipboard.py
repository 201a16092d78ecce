"""Copy, cut and paste: places and names of the pasted layers."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.builder.clipboard import MIME_TYPE, from_mime_data, holds_layers, to_mime_data
from app.builder.commands import LayerCommands
from app.document import Document
from app.document.edits import change_settings, rename_layer
from tests.app.builder.conftest import SMALL
from tinyml.core import TinymlError
from tinyml.net import LayerSpecification
from tinyml.storage import Project

NAMES = [layer.name for layer in SMALL.layers]


def names_of(document: Document) -> list[str]:
    return [layer.name for layer in document.project.network.layers]


@given(chosen=st.sets(st.sampled_from(NAMES), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_cut_then_paste_is_the_identity(qapp, chosen) -> None:
    document = Document(Project(network=SMALL))
    document.apply(rename_layer(document.project, "relu_1", "kink"))
    document.apply(change_settings(document.project, "linear_1", {"bias": False}))
    chosen = {"kink" if name == "relu_1" else name for name in chosen}
    document.select(tuple(chosen))
    project, selection, input_selected = document.project, document.selection, document.input_selected
    LayerCommands(document).cut()
    assert not chosen & set(names_of(document))
    LayerCommands(document).paste()
    assert document.project == project
    assert (document.selection, document.input_selected) == (selection, input_selected)
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert document.project == project
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.project, document.selection) == (project, selection)
    document.undo_stack.redo()
    LayerCommands(document).paste()
    assert document.project == project, "also after undo and redo of the cut"


def test_layers_cut_from_several_places_are_pasted_together_elsewhere(document) -> None:
    document.select(("conv_1", "pool_1"))
    LayerCommands(document).cut()
    document.select(("linear_1",))
    LayerCommands(document).paste()
    assert names_of(document) == ["relu_1", "flatten_1", "linear_1", "conv_1", "pool_1"]


def test_a_pasted_layer_keeps_its_name_if_that_is_free(document) -> None:
    document.apply(rename_layer(document.project, "conv_1", "edges"))
    document.select(("edges",))
    LayerCommands(document).copy()
    LayerCommands(document).paste()
    assert names_of(document)[:2] == ["edges", "conv_1"], "the name is taken, so the layer gets an automatic name"
    other = Document(Project())
    LayerCommands(other).paste()
    LayerCommands(other).paste()
    assert names_of(other) == ["edges", "conv_1"]


def test_two_pasted_layers_of_one_name_get_two_names(document) -> None:
    layers = [{"type": "ReLu", "name": "bend"}, {"type": "ReLu", "name": "bend"}]
    data = QMimeData()
    data.setText(json.dumps({"format": "tinyml-layers", "layers": layers}))
    QGuiApplication.clipboard().setMimeData(data)
    LayerCommands(document).paste()
    assert names_of(document)[-2:] == ["bend", "relu_2"]


@pytest.mark.parametrize(
    "cut",
    [
        {"positions": [], "left": []},
        {"positions": [0, 0], "left": []},
        {"positions": [-1], "left": []},
        {"positions": [7], "left": ["a"]},
        {"positions": [1, 0], "left": []},
    ],
)
def test_impossible_places_on_the_clipboard_are_refused(cut) -> None:
    layers = [{"type": "ReLu", "name": name} for name in ("a", "b")[: max(len(cut["positions"]), 1)]]
    data = QMimeData()
    data.setData(MIME_TYPE, json.dumps({"format": "tinyml-layers", "layers": layers, "cut": cut}).encode())
    with pytest.raises(TinymlError, match="holds no layers"):
        from_mime_data(data)


def test_new_layers_go_to_the_top_while_the_input_is_selected(harness) -> None:
    harness.document.select(("linear_1",))
    LayerCommands(harness.document).copy()
    QTest.mouseClick(harness.canvas.card_stack.input_card, Qt.MouseButton.LeftButton)
    assert harness.canvas.card_stack.input_card.selected
    harness.canvas.commands.paste()
    assert harness.names()[0] == "linear_2"
    QTest.mouseClick(harness.canvas.card_stack.input_card, Qt.MouseButton.LeftButton)
    harness.palette.focus_search()
    QTest.keyClicks(harness.palette.search, "relu")
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.names()[:4] == ["relu_2", "relu_3", "linear_2", "conv_1"]
    assert not harness.canvas.card_stack.input_card.selected


def test_arrow_keys_and_tab_select_the_input(harness) -> None:
    harness.click("conv_1")
    QTest.keyClick(harness.card("conv_1"), Qt.Key.Key_Up)
    assert harness.document.input_selected
    harness.document.select(())
    harness.canvas.card_stack.input_card.clearFocus()
    harness.canvas.card_stack.input_card.setFocus(Qt.FocusReason.TabFocusReason)
    assert harness.document.input_selected
    assert harness.document.insertion_index == 0


def test_new_layers_go_to_the_end_while_nothing_or_the_loss_is_selected(harness) -> None:
    assert harness.document.insertion_index == len(NAMES)
    QTest.mouseClick(harness.canvas.card_stack.loss_card, Qt.MouseButton.LeftButton)
    harness.canvas.commands.insert("Tanh")
    assert harness.names()[-1] == "tanh_1"


def test_an_empty_clipboard_holds_no_layers() -> None:
    assert not holds_layers(None)
    assert not holds_layers(QMimeData())
    assert holds_layers(to_mime_data([LayerSpecification(type="ReLu", name="relu_1")]))

"""The health line, the curves of the training, and the metadata."""

import json

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from app.models.metadata_dialog import MetadataDialog
from app.models.tensors.history_plot import EpochAxis
from tests.tinyml.storage.tensor_sources import onnx_bytes
from tinyml.core.tensor_file import write_tensors


def test_the_health_line_names_what_is_unusual(qtbot, opened, tmp_path) -> None:
    path = tmp_path / "sick.safetensors"
    write_tensors(
        path,
        {
            "broken": np.array([np.nan, 1.0, np.inf, 1.0]),
            "zero": np.zeros(4),
            "flat": np.full(3, 2.0),
            "fine": np.arange(3.0),
            "single": np.zeros(1),
        },
    )
    view = opened(path)
    label = view.health.label
    qtbot.waitUntil(lambda: "broken" in label.text())
    assert "NaN" in label.text()
    assert "infinit" in label.text()
    assert "'zero'" in label.text()
    assert "'flat'" in label.text()
    assert label.property("warning")
    assert "float64" in label.toolTip()


def test_a_healthy_file(qtbot, opened, make_model) -> None:
    view = opened(make_model())
    qtbot.waitUntil(lambda: view.health.label.text() == "Health: All numbers are finite, and nothing is dead.")
    assert not view.health.label.property("warning")


def test_the_curves_are_shown_where_there_are_some_and_room(qtbot, view, opened, make_model, foreign) -> None:
    view.resize(1200, 800)
    opened(make_model())
    history = view.pane.history
    qtbot.waitUntil(history.isVisible)
    training, validation = (history._curves[name].getData()[1].tolist() for name in ("training", "validation"))
    assert training == [1.0, 1 / 2, 1 / 3, 1 / 4]
    assert validation == [1.5, 0.75, 0.5, 0.375]
    view.resize(1200, 400)
    qtbot.waitUntil(lambda: not history.isVisible())
    view.resize(1200, 800)
    qtbot.waitUntil(history.isVisible)
    opened(foreign)
    assert not history.isVisible()


@pytest.mark.parametrize(("last", "expected"), [(2, {1.0, 2.0}), (4, {1.0, 2.0, 3.0, 4.0})])
def test_the_ticks_of_the_curves_are_whole_epochs(qtbot, last: int, expected: set[float]) -> None:
    ticks = EpochAxis("bottom").tickValues(1, last, 700)
    assert {value for _, values in ticks for value in values} == expected


def test_the_metadata_are_shown_and_copied(qtbot, view, opened, make_model) -> None:
    opened(make_model())
    view.heading.metadata_button.click()
    dialog = view.findChild(MetadataDialog)
    assert '"version"' in dialog.view.toPlainText()
    dialog.findChild(QPushButton, "models_metadata_copy").click()
    copied = json.loads(QGuiApplication.clipboard().text())
    assert copied["tinyml"]["network"]["layers"][0]["name"] == "conv_1"
    dialog.reject()


def test_the_graph_and_the_notes_of_a_file_are_shown(qtbot, view, opened, tmp_path) -> None:
    content = onnx_bytes.model(
        (onnx_bytes.raw_tensor("w", np.ones((2, 2), np.float32)),),
        (onnx_bytes.node("Relu"), onnx_bytes.node("Relu"), onnx_bytes.node("Fused", "com.example")),
        (onnx_bytes.value("image", 1, "N", 3, 224),),
        (onnx_bytes.value("scores", 1, "N"),),
    )
    (tmp_path / "a.onnx").write_bytes(content)
    opened(tmp_path / "a.onnx")
    about = view.heading.about_label.text()
    assert "Graph “graph” of 3 nodes: 2 Relu, 1 com.example::Fused." in about
    assert "Input: image: float32 (N, 3, 224). Output: scores: float32 (N,)." in about
    assert "not in the ONNX standard: com.example::Fused" in about
    view.heading.metadata_button.click()
    dialog = view.findChild(MetadataDialog)
    shown = dialog.view.toPlainText()
    assert "Graph: graph, 3 nodes\nInput: image: float32 (N, 3, 224)\nOutput: scores: float32 (N,)" in shown
    assert "Operation: Relu (2 nodes)" in shown
    assert "not in the ONNX standard" in shown
    assert '"producer": "tests"' in shown
    dialog.reject()


def test_a_file_without_metadata_has_no_button(view, opened, foreign) -> None:
    opened(foreign)
    assert view.heading.metadata_button not in view.heading.actions_row.offered
    assert view.heading.metadata_button.isHidden()


def test_evaluate_and_export_stay_in_the_row_while_others_go_into_the_menu(view, opened, make_model) -> None:
    opened(make_model())
    heading = view.heading
    row, buttons = heading.actions_row, heading.buttons
    row.fit(row.sizeHint().width() * 2)
    everything = row.sizeHint().width()
    assert row.more.isHidden()
    # One button less than all of them, and then only two.
    row.fit(everything - 1)
    assert not row.more.isHidden()
    while not buttons["inspect"].isHidden():
        row.fit(row.sizeHint().width() - 1)
    assert [name for name, button in buttons.items() if not button.isHidden()] == ["evaluate", "export"]

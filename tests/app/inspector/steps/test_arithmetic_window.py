"""The window that shows how the chosen activation is computed."""

import csv
import io

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListWidget, QTableWidget, QWidget

from app.inspector.steps.arithmetic_window import ArithmeticWindow
from app.inspector.steps.window_table import WindowTable
from tinyml.visualize import arithmetic_of

TANH = (
    ("Conv2D", "conv_1", {"filters": 2, "window": 3}),
    ("Tanh", "tanh_1", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)


def opened(harness, layer):
    """Choose a layer, ask for the sum, and return the window when it shows it."""
    harness.document.select((layer,))
    harness.wait(lambda: harness.inspector.state.target is not None and harness.inspector.state.layer == layer)
    harness.inspector.state.show_arithmetic()
    window = harness.inspector.findChild(ArithmeticWindow)
    harness.wait(lambda: window.arithmetic is not None and window.arithmetic.layer == layer)
    return window


def test_the_button_opens_it_with_the_strongest_activation(digits):
    digits.document.select(("conv_2",))
    shown = digits.wait_for_reconstruction("conv_2")
    window = digits.inspector.findChild(ArithmeticWindow)
    assert not window.isVisible()
    digits.find(QAbstractButton, "show_sum").click()
    digits.wait(lambda: window.arithmetic is not None)
    assert window.isVisible()
    assert (window.arithmetic.map_index, window.arithmetic.position) == (shown.map_index, shown.position)
    assert window.arithmetic.computed == pytest.approx(shown.activation, rel=1e-5)
    assert digits.text("arithmetic_heading") == f"conv_2, {window.arithmetic.place}"


def test_the_arrow_keys_step_over_the_maps_that_the_layer_reads(digits):
    window = opened(digits, "conv_2")
    parts, inputs = digits.find(QListWidget, "arithmetic_parts"), digits.find(WindowTable, "arithmetic_inputs")
    assert parts.count() == 4
    for index, part in enumerate(window.arithmetic.parts):
        assert parts.currentRow() == index
        assert inputs.values is part.inputs
        assert digits.find(WindowTable, "arithmetic_weights").values is part.weights
        assert (digits.find(WindowTable, "arithmetic_products").values == part.products).all()
        QTest.keyClick(parts, Qt.Key.Key_Down)


def test_the_largest_products_and_the_rest_add_up(digits):
    window = opened(digits, "linear_1")
    table = digits.find(QTableWidget, "arithmetic_largest")
    assert table.rowCount() == 11
    assert table.item(10, 0).text().startswith("the other ")
    total = sum(float(table.item(row, 3).text().replace("−", "-")) for row in range(11))
    assert total == pytest.approx(window.arithmetic.lines[0].number, abs=0.05)


def test_it_follows_another_map_and_another_place(digits):
    window = opened(digits, "relu_2")
    digits.inspector.state.choose_map(3)
    digits.inspector.state.choose_position(2, 1)
    digits.wait(lambda: (window.arithmetic.map_index, window.arithmetic.position) == (3, (2, 1)))
    assert not digits.find(QListWidget, "arithmetic_parts").isVisible()
    assert "input x" in digits.text("arithmetic_lines")


def test_a_pooling_shows_its_window_and_no_weights(digits):
    window = opened(digits, "pool_1")
    assert window.arithmetic.parts[0].winner is not None
    assert not digits.find(WindowTable, "arithmetic_weights").isVisible()
    assert "largest is bold" in digits.text("arithmetic_part")
    inputs = digits.find(WindowTable, "arithmetic_inputs")
    winner = inputs.model().index(*window.arithmetic.parts[0].winner)
    assert winner.data(Qt.ItemDataRole.FontRole).bold()
    assert "map" in winner.data(Qt.ItemDataRole.ToolTipRole)


def test_text_and_csv_are_copied(digits):
    window = opened(digits, "conv_1")
    digits.find(QAbstractButton, "arithmetic_copy_text").click()
    assert QApplication.clipboard().text().startswith("conv_1, map ")
    digits.find(QAbstractButton, "arithmetic_copy_csv").click()
    rows = list(csv.DictReader(io.StringIO(QApplication.clipboard().text())))
    assert float(rows[-1]["product"]) == window.arithmetic.computed


def test_it_follows_new_weights(digits):
    window = opened(digits, "conv_1")
    before = window.arithmetic
    digits.train()
    digits.wait(lambda: window.arithmetic is not before)
    trace, state = digits.inspector.state.trace, digits.inspector.state
    expected = lambda: arithmetic_of(trace, "conv_1", state.map_index).computed  # noqa: E731
    digits.wait(lambda: window.arithmetic.computed == expected())


def test_a_closed_window_computes_nothing(digits):
    window = opened(digits, "conv_2")
    shown = window.arithmetic
    window.close()
    digits.document.select(("relu_1",))
    digits.wait_for_reconstruction("relu_1")
    assert window.arithmetic is shown


def test_without_a_target_there_is_a_sentence(digits):
    window = opened(digits, "conv_2")
    state = digits.inspector.state
    state.target = None
    state.target_changed.emit()
    assert window.arithmetic is None
    assert "No activation is chosen" in digits.text("arithmetic_sentence")
    assert not digits.find(QAbstractButton, "arithmetic_copy_csv").isEnabled()
    assert digits.find(QWidget, "arithmetic_sentence").property("danger") is True


def test_a_layer_that_no_deconvnet_passes_still_has_a_sum(make_harness, project_of):
    harness = make_harness(project_of(TANH, "digits"))
    harness.wait_for_sample_trace()
    window = opened(harness, "tanh_1")
    assert window.arithmetic.computed == pytest.approx(window.arithmetic.value, rel=1e-5)

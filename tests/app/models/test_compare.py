"""Two files of the list compared: the table, the details, changes of the files."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tinyml.core.tensor_file import write_tensors


def rows(view) -> list[list[str]]:
    model = view.compare_pane.model
    return [[model.index(row, column).data() for column in range(5)] for row in range(model.rowCount())]


def compare(qtbot, view, count: int) -> None:
    """Press Compare, and wait for so many rows."""
    QTest.mouseClick(view.heading.mode._buttons["compare"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.compare_pane.model.rowCount() == count)


def write(path, **tensors):
    write_tensors(path, {name: np.asarray(values, np.float32) for name, values in tensors.items()})
    return path


def test_what_moved_most_comes_first(qtbot, view, opened, tmp_path) -> None:
    one = write(tmp_path / "one.safetensors", a=[1, 0], b=[3, 4], c=[1], new=[1, 2], shape=[1, 2])
    two = write(tmp_path / "two.safetensors", a=[1, 0], b=[3, 0], c=[5], gone=[1], shape=[1, 2, 3])
    opened(one, two)
    compare(qtbot, view, 6)
    shown = rows(view)
    assert [row[0] for row in shown[:3]] == ["c", "b", "a"]
    assert shown[1] == ["b", "2", "0.800", "0.600", "4.00"]
    assert shown[2][2] == "same"
    assert {row[0]: row[2] for row in shown[3:]} == {
        "new": "only in this file",
        "shape": "3 became 2",
        "gone": "only in the other file",
    }
    assert view.compare_pane.counts.text() == "2 changed · 1 same · 1 added · 1 removed · 1 other shape"
    view.compare_pane.changed_box.click()
    assert "a" not in [row[0] for row in rows(view)]
    view.compare_pane.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in rows(view)] == ["b", "c", "new", "shape", "gone"]
    view.compare_pane.filter_field.setText("SHA")
    qtbot.waitUntil(lambda: [row[0] for row in rows(view)] == ["shape"])


def test_a_width_that_the_user_chose_stays(qtbot, view, opened, make_model) -> None:
    opened(make_model("one", 0), make_model("two", 1))
    compare(qtbot, view, 4)
    table = view.compare_pane.table
    fitted = table.columnWidth(0)
    table.horizontalHeader().resizeSection(0, fitted + 23)
    view.compare_pane.filter_field.setText("fc")
    qtbot.waitUntil(lambda: len(rows(view)) == 2)
    table.resize(table.width() + 40, table.height())
    assert table.columnWidth(0) == fitted + 23


def test_the_details_lie_over_each_other(qtbot, view, opened, make_model) -> None:
    one, two = make_model("one", 0), make_model("two", 1)
    opened(one, two)
    compare(qtbot, view, 4)
    details = view.details
    assert view.state.selected == "conv_1.weight"
    qtbot.waitUntil(lambda: details.legend.names == ("one", "two"))
    assert len(details.statistics.texts) == 6
    assert all(this and other for this, other in details.statistics.texts)
    assert details.histogram._outline.getData()[1].max() > 0
    pictures = {}
    for source in ("this", "other", "difference"):
        details.sources.choose(source)
        before = pictures.get("other" if source == "difference" else "this")
        qtbot.waitUntil(lambda before=before: details._pictures is not None and details._pictures is not before)
        qtbot.waitUntil(lambda: not view.state.reader._picture_job.busy)
        pictures[source] = details._pictures
    np.testing.assert_allclose(
        pictures["difference"].values, pictures["this"].values - pictures["other"].values, atol=1e-6
    )
    view.heading.mode.choose("one")
    assert not view.state.comparison.active
    assert details.legend.names is None
    assert [other for _, other in details.statistics.texts] == ["", "", ""]
    assert not details.sources.isVisible()


def test_a_chip_filters_the_comparison_and_a_row_selects_the_tensor(qtbot, view, opened, make_model) -> None:
    opened(make_model("one", 0), make_model("two", 1))
    compare(qtbot, view, 4)
    next(chip for chip in view.chips.chips if chip.layer.name == "fc_1").click()
    assert {row[0] for row in rows(view)} == {"fc_1.weight", "fc_1.bias"}
    view.compare_pane.table.selectRow(1)
    assert view.state.selected == rows(view)[1][0]
    assert view.details.title.text() == rows(view)[1][0]


def test_another_file_can_be_chosen_and_is_marked_in_the_list(qtbot, view, opened, make_model) -> None:
    one, two, three = (make_model(name, seed) for seed, name in enumerate(("one", "two", "three")))
    opened(one, two, three)
    compare(qtbot, view, 4)
    box = view.heading.other_box
    assert [box.itemText(row) for row in range(box.count())] == ["two", "three"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: view.state.comparison.other is not None and view.state.comparison.other.path == three)
    marked = [entry.key for entry in view.file_panel.files.entries if entry.marked]
    assert marked == [str(three)]
    assert view.heading.about_label.text() == "Same network. Trained 4 and 4 epochs on digits."
    view.state.close_file(three)
    assert not view.state.comparison.active


def test_the_table_is_copied_by_key_and_by_button(qtbot, view, opened, tmp_path) -> None:
    one = write(tmp_path / "one.safetensors", **{"a\tb": [3, 4]}, new=[1, 2])
    two = write(tmp_path / "two.safetensors", **{"a\tb": [3, 0]}, gone=[1])
    opened(one, two)
    compare(qtbot, view, 3)
    view.compare_pane.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    expected = (
        "Tensor\tShape\tChange\tRelative L2\tCosine\tLargest change\n"
        "a b\t2\tchanged\t0.8\t0.6\t4.0\n"
        "new\t2\tonly in this file\t\t\t\n"
        "gone\t1\tonly in the other file\t\t\t\n"
    )
    for copy in (
        lambda: qtbot.mouseClick(view.compare_pane.copy_button, Qt.MouseButton.LeftButton),
        lambda: qtbot.keyClick(view.compare_pane.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
    ):
        QGuiApplication.clipboard().clear()
        view.compare_pane.table.setFocus()
        copy()
        qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == expected)
    assert view.message.text == "Copied 3 rows with a header, separated by tabs."


def test_the_tool_tip_says_relative_to_which_file(qtbot, view, opened, make_model) -> None:
    opened(make_model("one", 0), make_model("two{other}", 1))
    compare(qtbot, view, 4)
    tip = view.compare_pane.model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip.replace("\n", " ").startswith(
        "Relative L2: ‖one − two{other}‖ / ‖one‖, how far the numbers moved, relative to their size in one."
    )


def test_a_removed_tensor_is_shown_from_the_file_that_has_it(qtbot, view, opened, tmp_path) -> None:
    gone = np.arange(6.0).reshape(2, 3)
    one = write(tmp_path / "one.safetensors", a=[1, 0], new=[[1, 2]])
    two = write(tmp_path / "two.safetensors", a=[1, 2], gone=gone)
    opened(one, two)
    compare(qtbot, view, 3)
    details, table = view.details, view.compare_pane.table
    table.selectRow(view.compare_pane.model.row_of("new"))
    qtbot.waitUntil(lambda: details.facts.text().endswith("only in one.safetensors"))
    table.selectRow(view.compare_pane.model.row_of("gone"))
    assert details.title.text() == "gone"
    assert details.facts.text().endswith("only in two.safetensors")
    qtbot.waitUntil(lambda: details._pictures is not None and details._pictures.name == "gone")
    np.testing.assert_array_equal(details._pictures.values[0], gone)
    qtbot.waitUntil(details.histogram.isVisible)
    assert details.statistics.texts[0] == ("0 · 5.00", "")
    assert details.legend.names is None
    assert not details.sources.isVisible()
    details.copy_button.click()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "0.0,1.0,2.0\n3.0,4.0,5.0\n")
    view.heading.mode.choose("one")
    assert view.state.selected == "new"
    assert "only in" not in details.facts.text()


def test_files_of_other_networks_have_nothing_in_common(qtbot, view, opened, make_model, foreign) -> None:
    opened(make_model(), foreign)
    compare(qtbot, view, 4 + 7)
    assert view.heading.about_label.text().startswith("No tensor has the same name in both files")
    assert {row[2] for row in rows(view)} == {"only in this file", "only in the other file"}


def test_a_damaged_other_file_is_one_sentence(qtbot, view, opened, make_model) -> None:
    one, two = make_model("one"), make_model("two")
    opened(one, two)
    two.write_bytes(two.read_bytes()[:-4])
    view.heading.mode.choose("compare")
    qtbot.waitUntil(lambda: "not a whole safetensors file" in view.message.text)
    assert view.compare_pane.model.rowCount() == 0


def test_one_file_alone_cannot_be_compared(view, opened, make_model) -> None:
    opened(make_model())
    assert not view.heading.mode.isEnabled()
    view.state.compare_with(None)
    assert not view.state.comparison.active


def test_a_file_that_is_shown_next_is_compared_with_the_one_before(qtbot, view, opened, make_model) -> None:
    one, two = make_model("one", 0), make_model("two", 1)
    opened(one, two)
    compare(qtbot, view, 4)
    view.open_file(two)
    qtbot.waitUntil(lambda: view.contents.path == two and view.state.comparison.other is not None)
    qtbot.waitUntil(lambda: view.state.comparison.other is not None and view.state.comparison.other.path == one)
    qtbot.waitUntil(lambda: view.compare_pane.model.rowCount() == 4)

"""Two files of the list compared: the table, the details, changes of the files."""

import numpy as np
from PySide6.QtCore import Qt
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


def test_the_details_lie_over_each_other(qtbot, view, opened, make_model) -> None:
    one, two = make_model("one", 0), make_model("two", 1)
    opened(one, two)
    compare(qtbot, view, 4)
    details = view.details
    assert view.state.selected == "conv_1.weight"
    qtbot.waitUntil(lambda: details.legend.names == ("one", "two"))
    assert details.statistics.texts[0][1] != ""
    assert len(details.histogram._outlines.opts["height"]) > 0
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
    assert details.statistics.texts[0][1] == ""
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

"""The import of foreign weights: the proposed mapping, its edits, and what is read when it is applied."""

from collections.abc import Callable, Iterator
from copy import copy
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QPushButton, QWidget

import app.forms.weight_import.import_target as module
from app.forms.weight_import import ImportDialog, ImportTarget, import_dialog
from app.forms.weight_import.mapping_model import CONVERSION, REASON, SOURCE
from app.jobs import BackgroundRunner
from app.training import Snapshot
from tinyml.core.tensor_file import write_tensors
from tinyml.data import describe_choice
from tinyml.net import build
from tinyml.storage import example_path, read_project

MakeDialog = Callable[..., ImportDialog]
Tensors = dict[str, np.ndarray]


@pytest.fixture
def target() -> ImportTarget:
    project = read_project(example_path("circle"))
    return ImportTarget(project, describe_choice(project.data))


@pytest.fixture
def state_dict(target: ImportTarget) -> Tensors:
    """Weights of the same network, as PyTorch names those of an `nn.Sequential`."""
    net = build(target.project.network, target.description.example_shape, np.random.default_rng(3))
    return {
        f"{number // 2 * 2}.{('weight', 'bias')[number % 2]}": tensor.copy()
        for number, tensor in enumerate(net.named_tensors.values())
    }


@pytest.fixture
def make_dialog(qtbot, target: ImportTarget, tmp_path: Path) -> Iterator[MakeDialog]:
    runner, window = BackgroundRunner(), QWidget()
    qtbot.addWidget(window)

    def make(tensors: Tensors, wanted: ImportTarget | None = None) -> ImportDialog:
        write_tensors(tmp_path / "foreign.safetensors", tensors)
        dialog = ImportDialog(tmp_path / "foreign.safetensors", wanted or target, runner, window)
        dialog.show()
        qtbot.waitUntil(lambda: not dialog.busy)
        return dialog

    yield make
    runner.shutdown()


def label(dialog: ImportDialog, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    return "" if found.isHidden() else found.text()


def button(dialog: ImportDialog, name: str) -> QPushButton:
    return dialog.findChild(QPushButton, name)


def cell(dialog: ImportDialog, row: int, column: int) -> str:
    return dialog.model.index(row, column).data()


def choose(dialog: ImportDialog, row: int, words: str) -> None:
    """Choose the first entry of a row that begins with some words."""
    choice = next(each for each in dialog.model.choices(row) if each.text.startswith(words))
    assert dialog.model.setData(dialog.model.index(row, SOURCE), choice)


def apply(qtbot, dialog: ImportDialog) -> Snapshot:
    with qtbot.waitSignal(dialog.imported) as signal:
        button(dialog, "import_apply").click()
    return signal.args[0]


def test_a_state_dict_is_proposed_whole_and_applied(qtbot, make_dialog, state_dict, target, tmp_path) -> None:
    dialog = make_dialog(state_dict)
    total = len(state_dict)
    assert label(dialog, "import_summary") == f"{total} of {total} parameters are assigned."
    assert label(dialog, "import_problems") == ""
    assert label(dialog, "import_unused_title") == ""
    assert cell(dialog, 0, SOURCE) == "0.weight"
    assert cell(dialog, 0, CONVERSION) == "as it is"
    assert cell(dialog, 0, REASON) == "order and shape"
    snapshot = apply(qtbot, dialog)
    assert not dialog.isVisible()
    assert snapshot.source == tmp_path / "foreign.safetensors"
    assert snapshot.fits(target.project.network, target.description)
    assert snapshot.preprocessing is not None
    assert all(np.array_equal(*pair) for pair in zip(snapshot.tensors.values(), state_dict.values(), strict=True))


def test_other_types_and_transposed_tensors_are_converted(qtbot, make_dialog, state_dict) -> None:
    names = list(state_dict)
    first, last = names[0], names[-2]
    stored = {**state_dict, first: state_dict[first].astype(np.float64), last: state_dict[last].T.copy()}
    dialog = make_dialog(stored)
    row = len(names) - 2
    assert cell(dialog, 0, CONVERSION) == "float64 to float32"
    assert not button(dialog, "import_apply").isEnabled()
    assert "needs" in label(dialog, "import_problems")
    choose(dialog, row, f"{last} – transposed")
    choose(dialog, row + 1, names[-1])
    assert cell(dialog, row, CONVERSION) == "transposed"
    snapshot = apply(qtbot, dialog)
    assert all(np.array_equal(*pair) for pair in zip(snapshot.tensors.values(), state_dict.values(), strict=True))


def test_a_missing_tensor_is_a_problem_until_the_present_numbers_are_kept(
    qtbot, make_dialog, state_dict, target
) -> None:
    net = build(target.project.network, target.description.example_shape, np.random.default_rng(8))
    present = Snapshot(
        target.project.network, target.project.data, target.project.training, target.description, net.named_tensors
    )
    names = list(state_dict)
    tensors = {name: tensor for name, tensor in state_dict.items() if name != names[1]}
    dialog = make_dialog(
        {**tensors, "head.weight": np.zeros((7, 9), np.float32)},
        ImportTarget(target.project, target.description, present, "the weights of a.safetensors"),
    )
    assert "the weights of a.safetensors" in label(dialog, "import_about")
    assert [cell(dialog, 1, column) for column in (SOURCE, CONVERSION)] == ["choose …", "gets nothing"]
    assert "No tensor of this shape is left" in label(dialog, "import_problems")
    assert label(dialog, "import_unused_title") == "Not used: 2 tensors of the file"
    choose(dialog, 0, names[0])
    shown = dialog.findChild(QListView, "import_unused").model()
    assert [shown.index(row, 0).data() for row in range(shown.rowCount())] == ["head.weight   7×9"]
    choose(dialog, 1, "Keep")
    assert cell(dialog, 1, CONVERSION) == "kept"
    total = len(names)
    assert (
        label(dialog, "import_summary")
        == f"{total - 1} of {total} parameters are assigned. 1 keeps the present numbers."
    )
    kept = list(net.named_tensors)[1]
    snapshot = apply(qtbot, dialog)
    assert np.array_equal(snapshot.tensors[kept], net.named_tensors[kept])
    first = next(iter(snapshot.tensors))
    assert np.array_equal(snapshot.tensors[first], state_dict[names[0]])


@pytest.mark.parametrize("keeps", [True, False])
def test_kept_numbers_keep_their_preprocessing(qtbot, make_dialog, state_dict, target, keeps: bool) -> None:
    project = target.project
    net = build(project.network, target.description.example_shape, np.random.default_rng(8))
    # An object of its own: the data of now would be prepared with an equal one at best.
    fitted = copy(module.load_splits(project.data).train.preprocessing)
    present = Snapshot(
        project.network, project.data, project.training, target.description, net.named_tensors, preprocessing=fitted
    )
    dialog = make_dialog(state_dict, ImportTarget(project, target.description, present))
    if keeps:
        choose(dialog, 0, "Keep")
    snapshot = apply(qtbot, dialog)
    assert (snapshot.preprocessing is fitted) is keeps
    assert snapshot.mixed is keeps


def test_a_tensor_is_taken_from_the_parameter_that_had_it(qtbot, make_dialog, state_dict) -> None:
    dialog = make_dialog(state_dict)
    shapes = [pair.shape for pair in dialog.model.mapping.pairs]
    row, other = next((a, b) for b in range(len(shapes)) for a in range(b) if shapes[a] == shapes[b])
    wanted = cell(dialog, other, SOURCE)
    assert any("now for" in each.text for each in dialog.model.choices(row))
    choose(dialog, row, wanted)
    assert (cell(dialog, row, SOURCE), cell(dialog, row, REASON)) == (wanted, "your choice")
    assert cell(dialog, other, SOURCE) == "choose …"
    assert not button(dialog, "import_apply").isEnabled()
    button(dialog, "import_reset").click()
    qtbot.waitUntil(button(dialog, "import_apply").isEnabled)
    assert cell(dialog, other, SOURCE) == wanted


def test_the_keyboard_opens_the_choices_and_chooses(qtbot, make_dialog, state_dict) -> None:
    dialog = make_dialog(state_dict)
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.isVisible()
    box = dialog.findChild(QComboBox, "import_source")
    assert box.accessibleName() == f"Tensor of the file for {dialog.model.mapping.pairs[0].target}"
    assert box.currentText() == "0.weight"
    qtbot.waitUntil(lambda: box.view().isVisible())
    qtbot.keyClick(box.view(), Qt.Key.Key_Home)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cell(dialog, 0, SOURCE) == "present numbers")


def test_an_editor_without_a_choice_decides_nothing(qtbot, make_dialog, state_dict) -> None:
    dialog = make_dialog({name: tensor for name, tensor in state_dict.items() if name != "0.bias"})
    before = dialog.model.mapping
    dialog.table.edit_row(1)
    box = dialog.findChild(QComboBox, "import_source")
    assert box.currentIndex() == -1
    dialog.table.commitData(box)
    assert dialog.model.mapping is before


def test_an_editor_that_loses_the_focus_changes_no_reason(make_dialog, state_dict) -> None:
    dialog = make_dialog(state_dict)
    before = dialog.model.mapping
    dialog.table.edit_row(0)
    dialog.table.commitData(dialog.findChild(QComboBox, "import_source"))
    assert dialog.model.mapping is before
    assert cell(dialog, 0, REASON) == "order and shape"
    choose(dialog, 0, "Keep")
    kept = dialog.model.mapping
    choose(dialog, 0, "Keep")
    assert dialog.model.mapping is kept


def test_the_present_tensor_is_the_first_choice_of_many(make_dialog, state_dict) -> None:
    last = list(state_dict)[-1]
    others = {f"#extra.{number:04}": np.zeros_like(state_dict[last]) for number in range(1_001)}
    dialog = make_dialog({**others, **state_dict})
    row = len(state_dict) - 1
    assert cell(dialog, row, SOURCE) == last
    assert [each.source for each in dialog.model.choices(row)[:2]] == [None, last]


def test_everything_kept_is_nothing_to_apply(make_dialog, state_dict) -> None:
    dialog = make_dialog(state_dict)
    for row in range(dialog.model.rowCount()):
        choose(dialog, row, "Keep")
    assert not button(dialog, "import_apply").isEnabled()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(qtbot, make_dialog, state_dict, number) -> None:
    state_dict["0.weight"][0, 0] = number
    dialog = make_dialog(state_dict)
    button(dialog, "import_apply").click()
    qtbot.waitUntil(lambda: "1 number that is NaN or infinite" in label(dialog, "import_message"))
    assert "'0.weight'" in label(dialog, "import_message")
    assert dialog.isVisible()
    assert button(dialog, "import_apply").isEnabled()


def test_a_file_that_changed_meanwhile_is_refused_and_read_again(qtbot, make_dialog, state_dict, tmp_path) -> None:
    dialog = make_dialog(state_dict)
    write_tensors(tmp_path / "foreign.safetensors", {**state_dict, "0.weight": np.zeros((5, 5), np.float32)})
    button(dialog, "import_apply").click()
    qtbot.waitUntil(lambda: "has changed: '0.weight' is another tensor now" in label(dialog, "import_message"))
    button(dialog, "import_reset").click()
    qtbot.waitUntil(lambda: not dialog.busy)
    assert label(dialog, "import_message") == ""
    assert cell(dialog, 0, SOURCE) == "choose …"


def test_a_damaged_file_gives_its_sentence(qtbot, make_dialog, state_dict, tmp_path) -> None:
    dialog = make_dialog(state_dict)
    (tmp_path / "foreign.safetensors").write_bytes(b"\x10")
    button(dialog, "import_reset").click()
    qtbot.waitUntil(lambda: "foreign.safetensors" in label(dialog, "import_message"))
    assert not button(dialog, "import_apply").isEnabled()
    assert label(dialog, "import_summary") == ""


def test_a_slow_import_shows_progress_and_can_be_cancelled(
    qtbot, make_dialog, state_dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_continue, ended, imported = Event(), Event(), []

    def slow(_path, _net, _mapping, progress) -> None:
        try:
            progress(0.5)
            may_continue.wait(30)
            progress(0.6)
        finally:
            ended.set()

    # A report that follows another one too soon is dropped, so only one is made before the test continues.
    load = module.load_splits
    monkeypatch.setattr(module, "load_splits", lambda choice, _progress: load(choice))
    monkeypatch.setattr(module, "apply_mapping", slow)
    dialog = make_dialog(state_dict)
    dialog.imported.connect(imported.append)
    button(dialog, "import_apply").click()
    bar = dialog.findChild(QWidget, "import_progress")
    qtbot.waitUntil(lambda: bar.value() == 750)
    assert not dialog.table.isEnabled()
    assert button(dialog, "import_close").text() == "Cancel import"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert label(dialog, "import_message") == "The import was cancelled. Nothing has changed."
    may_continue.set()
    qtbot.waitUntil(ended.is_set)
    assert button(dialog, "import_apply").isEnabled()
    assert imported == []
    button(dialog, "import_close").click()
    assert not dialog.isVisible()


def test_a_long_list_of_unused_tensors_is_cut(make_dialog, state_dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_dialog, "_MOST_UNUSED", 2)
    extra = {f"x{number}": np.zeros(number + 90, np.float32) for number in range(5)}
    dialog = make_dialog({**state_dict, **extra})
    assert label(dialog, "import_unused_title") == "Not used: 5 tensors of the file"
    shown = dialog.findChild(QListView, "import_unused").model()
    assert [shown.index(row, 0).data() for row in range(3)] == ["x0   90", "x1   91", "… and 3 others"]
    assert shown.rowCount() == 3


def test_names_of_any_kind_are_shown_as_text(make_dialog, state_dict) -> None:
    dialog = make_dialog({**state_dict, "<b>x\u202e": np.zeros(3, np.float32)})
    shown = dialog.findChild(QListView, "import_unused").model()
    assert shown.index(0, 0).data() == "<b>x\\u202e   3"

"""The details of a tensor: slices, singular values, copies."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.models.details import details_panel
from app.models.reading import slices, spectrum, tensor_files
from app.models.reading.file_contents import read_contents
from app.models.reading.pictures import PictureRequest, paint
from app.models.reading.spectrum import read_spectrum
from app.models.reading.tensor_files import save_tensor, tensor_as_csv
from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors


@pytest.fixture
def saved(tmp_path):
    """Return a function that writes one tensor "t" to a file and reads the header."""

    def save(tensor: np.ndarray):
        path = tmp_path / "t.safetensors"
        write_tensors(path, {"t": tensor})
        return read_contents(path)

    return save


def test_spin_boxes_choose_a_slice(qtbot, view, opened, tmp_path) -> None:
    path = tmp_path / "deep.safetensors"
    tensor = np.arange(2 * 3 * 4 * 5 * 6, dtype=np.float64).reshape(2, 3, 4, 5, 6)
    write_tensors(path, {"deep": tensor})
    opened(path)
    details = view.details
    assert details.views.offered == ("slice",)
    qtbot.waitUntil(lambda: len(details.grid.images) == 1)
    assert [box.maximum() for box in details.slices.boxes] == [1, 2, 3]
    for box, value in zip(details.slices.boxes, (1, 2, 3), strict=True):
        box.setValue(value)
    qtbot.waitUntil(lambda: details.explanation.text().startswith("[1, 2, 3, :, :]: 5 rows × 6 columns."))
    details.grid.cell_clicked.emit(0, 4, 5)
    assert details.cell.text() == f"deep[1, 2, 3, 4, 5] = {tensor.max():g}"


def test_any_two_axes_are_shown(qtbot, view, opened, tmp_path) -> None:
    path = tmp_path / "deep.safetensors"
    tensor = np.arange(2 * 3 * 4 * 5, dtype=np.float64).reshape(2, 3, 4, 5)
    write_tensors(path, {"deep": tensor})
    opened(path)
    details = view.details
    details.views.choose("slice")
    rows, columns = details.slices.sides
    assert [box.currentText() for box in (rows, columns)] == ["rows: axis 2", "columns: axis 3"]
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: details.explanation.text().startswith("[:, 0, 0, :]: 2 rows × 5 columns."))
    for box, value in zip(details.slices.boxes, (2, 1), strict=True):
        box.setValue(value)
    qtbot.waitUntil(lambda: details.explanation.text().startswith("[:, 2, 1, :]"))
    np.testing.assert_array_equal(details._pictures.values[0], tensor[:, 2, 1, :])
    details.grid.cell_clicked.emit(0, 1, 4)
    assert details.cell.text() == f"deep[1, 2, 1, 4] = {tensor[1, 2, 1, 4]:g}"
    # The axis of the rows becomes that of the columns, so the two change places.
    columns.setFocus()
    qtbot.keyClick(columns, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: "Rows are axis 3, columns axis 0." in details.explanation.text())
    assert rows.currentText() == "rows: axis 3"
    np.testing.assert_array_equal(details._pictures.values[0], tensor[:, 2, 1, :].T)
    details.grid.cell_clicked.emit(0, 4, 1)
    assert details.cell.text() == f"deep[1, 2, 1, 4] = {tensor[1, 2, 1, 4]:g}"


@pytest.mark.parametrize("axes", [(a, b) for a in range(3) for b in range(3) if a != b])
@pytest.mark.parametrize("longest", [4096, 3])
def test_every_slice_is_the_one_of_numpy(saved, monkeypatch, axes, longest) -> None:
    monkeypatch.setattr(slices, "_LONGEST_STRIDE", longest)  # 3: each number of a far axis is read alone
    tensor = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    contents = saved(tensor)
    other = 3 - sum(axes)
    painted = paint(PictureRequest("t", False, (2,), "this", axes), (contents.path, contents.header))
    expected = np.take(tensor, 2, axis=other)
    np.testing.assert_array_equal(painted.values[0], expected if axes[0] < axes[1] else expected.T)


def test_a_slice_that_would_read_too_much_is_cut(saved, monkeypatch) -> None:
    monkeypatch.setattr(slices, "_MOST_READ", 6 * 5 * 2)
    tensor = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    contents = saved(tensor)
    painted = paint(PictureRequest("t", False, (0,), "this", (0, 1)), (contents.path, contents.header))
    np.testing.assert_array_equal(painted.values[0], tensor[:2, :, 0])
    assert "Only the first 2 × 5 are shown." in painted.explanation
    monkeypatch.setattr(slices, "_LONGEST_STRIDE", 3)
    monkeypatch.setattr(slices, "_MOST_ALONE", 9)
    painted = paint(PictureRequest("t", False, (1,), "this", (1, 0)), (contents.path, contents.header))
    np.testing.assert_array_equal(painted.values[0], tensor[:3, :3, 1].T)


def test_a_slice_of_a_large_tensor_reads_only_the_slice(saved, monkeypatch, qapp) -> None:
    contents = saved(np.random.default_rng(0).normal(size=(7, 30, 40)).astype(np.float32))
    painted = paint(PictureRequest("t", False, (6,)), (contents.path, contents.header))
    with pytest.raises(StorageError, match="has no tensor 'u'"):
        paint(PictureRequest("u", False, (6,)), (contents.path, contents.header))
    assert painted.values.shape == (1, 30, 40)


def test_singular_values(qtbot, view, opened, make_model) -> None:
    opened(make_model())
    view.state.select("fc_1.weight")
    details = view.details
    assert details.views.offered == ("whole", "spectrum")
    details.views.choose("spectrum")
    qtbot.waitUntil(details.spectrum.isVisible)
    assert details.explanation.text().startswith("Singular values of the 3×144 matrix")
    assert not details.grid.isVisible()
    view.state.select("fc_1.bias")
    qtbot.waitUntil(lambda: "A vector has no picture" in details.explanation.text())
    assert not details.spectrum.isVisible()


def test_the_rank_and_the_energy_of_known_matrices(saved) -> None:
    diagonal = read_spectrum(saved(np.diag([3.0, 1.0, 0.0])), "t")
    assert diagonal.values == pytest.approx([3.0, 1.0, 0.0])
    assert "1 of 3 carry 90%" in diagonal.explanation
    assert diagonal.explanation.endswith("the rank is 2.")
    assert read_spectrum(saved(np.zeros((2, 3))), "t").explanation == "All singular values of the 2×3 matrix are 0."
    filters = read_spectrum(saved(np.ones((4, 2, 3, 3))), "t")
    assert filters.values[0] == pytest.approx(np.sqrt(72))


def test_matrices_without_singular_values(saved, monkeypatch) -> None:
    with pytest.raises(StorageError, match="holds NaN or infinite numbers"):
        read_spectrum(saved(np.array([[1.0, np.inf]])), "t")
    monkeypatch.setattr(spectrum, "MOST_NUMBERS", 5)
    with pytest.raises(StorageError, match="2×3 is too large for singular values here"):
        read_spectrum(saved(np.ones((2, 3))), "t")


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (np.array(0.1, np.float32), "0.1\n"),
        (np.array([1, -2], np.int64), "1,-2\n"),
        (np.array([[0.1, np.nan], [1e-30, 2.0]], np.float32), "0.1,nan\n1e-30,2.0\n"),
        (np.arange(8.0).reshape(2, 2, 2), "0.0,1.0\n2.0,3.0\n4.0,5.0\n6.0,7.0\n"),
        (np.zeros((2, 0)), ""),
    ],
)
def test_a_tensor_as_csv(saved, tensor, text) -> None:
    assert tensor_as_csv(saved(tensor), "t") == text


def test_a_tensor_that_is_too_large_for_the_clipboard(saved, monkeypatch) -> None:
    monkeypatch.setattr(tensor_files, "MOST_COPIED", 3)
    with pytest.raises(StorageError, match="t has 4 numbers, too many for the clipboard"):
        tensor_as_csv(saved(np.zeros(4)), "t")


@pytest.mark.parametrize("tensor", [np.array(2.5), np.arange(7, dtype=np.int16), np.arange(60.0).reshape(3, 4, 5)])
def test_a_tensor_is_saved_as_numpy_reads_it(saved, monkeypatch, tmp_path, tensor) -> None:
    monkeypatch.setattr(tensor_files, "_PIECE", 4)
    path = save_tensor(saved(tensor), "t", tmp_path / "t.npy")
    loaded = np.load(path, allow_pickle=False)
    assert loaded.dtype == tensor.dtype
    np.testing.assert_array_equal(loaded, tensor)


def test_copy_and_save_in_the_panel(qtbot, view, opened, make_model, monkeypatch, tmp_path) -> None:
    opened(make_model())
    view.state.select("conv_1.bias")
    view.details.copy_button.click()
    qtbot.waitUntil(lambda: view.message.text.startswith("Copied the numbers"))
    assert QGuiApplication.clipboard().text().count(",") == 3
    target = tmp_path / "bias.npy"
    monkeypatch.setattr(details_panel, "ask_where_to_save", lambda *_arguments: target)
    view.details.save_button.click()
    qtbot.waitUntil(lambda: view.message.text == "Saved bias.npy.")
    assert np.load(target).shape == (4,)
    monkeypatch.setattr(details_panel, "ask_where_to_save", lambda *_arguments: tmp_path / "no folder" / "x.npy")
    view.details.save_button.click()
    qtbot.waitUntil(lambda: "no folder" in view.message.text)


def test_logarithmic_counts(qtbot, view, opened, make_model) -> None:
    opened(make_model())
    histogram = view.details.histogram
    counts = view.state.summaries[view.state.selected].histogram
    np.testing.assert_array_equal(histogram._bars.opts["height"], counts)
    view.details.log_box.click()
    np.testing.assert_allclose(histogram._bars.opts["height"], np.log10(1 + counts))


def test_a_slice_that_is_not_wanted_any_more_is_not_read_to_its_end(
    qtbot, view, opened, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deep.safetensors"
    write_tensors(path, {"deep": np.zeros((2, 3, 4), np.float32)})
    opened(path)
    reader, may_continue, begun = view.state.reader, threading.Event(), []
    qtbot.waitUntil(lambda: not reader._picture_job.busy)
    read_row = slices._read_row

    def wait_and_read(file, name: str, start: int, count: int, step: int) -> np.ndarray:
        begun.append(start)
        if start == 0:
            may_continue.wait(30)
        return read_row(file, name, start, count, step)

    monkeypatch.setattr(slices, "_read_row", wait_and_read)
    reader.paint(PictureRequest("deep", False, (0,)), view.contents)
    qtbot.waitUntil(lambda: begun == [0])
    with qtbot.waitSignal(reader.painted):
        reader.paint(PictureRequest("deep", False, (1,)), view.contents)
        may_continue.set()
    assert begun == [0, 12, 16, 20]

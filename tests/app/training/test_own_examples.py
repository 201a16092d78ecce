"""Images and rows that the user gives to a network."""

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from app.document import Document
from app.document.edits import change_data
from app.training import Inspection, OwnImage, OwnRow
from app.training.own_examples import (
    describe_image_obstacle,
    input_columns,
    read_image_file,
    row_of,
)
from app.training.sample_trace import prepare_own, trace_sample
from tinyml.core import DataError
from tinyml.data import DataChoice, Dataset, load
from tinyml.data.preprocessing import ColumnEncoding, Scaling, TableEncoding

COLUMNS = (ColumnEncoding(name="size"), ColumnEncoding(name="colour", categories=("blue", "red")))


@pytest.fixture
def table() -> Dataset:
    """Two rows of a table, standardised: (1.5, red) and (missing, blue)."""
    data = Dataset.from_arrays([[1.5, 0, 1], [0.1, 1, 0]], [10.0, 30.0])
    stored = data.stored_inputs.copy()
    stored[1, 0] = np.nan
    description = replace(data.description, encoding=TableEncoding(columns=COLUMNS), target_names=("price",))
    scaling = Scaling(offset=(1.0, 0.0, 0.0), scale=(2.0, 1.0, 1.0), fill=(0.5, 0.0, 0.0))
    targets = Scaling(offset=(20.0,), scale=(10.0,))
    return replace(data, description=description, stored_inputs=stored, scaling=scaling, target_scaling=targets)


def png(array: np.ndarray, name: str = "own.png") -> OwnImage:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return OwnImage(name, buffer.getvalue())


def test_a_sample_of_a_table_becomes_the_row_that_it_comes_from_and_back(table) -> None:
    first, second = row_of(table, 0), row_of(table, 1)
    assert (first.values, second.values) == (("1.5", "red"), ("", "blue"))
    assert second.title == "–, blue"
    for index, row in enumerate((first, second)):
        sample = prepare_own(table, row)
        assert np.array_equal(sample.input, table.examples(slice(index, index + 1)))
        assert (sample.label, sample.target, sample.index) == (-1, None, -1)


def test_points_without_columns_get_names(table) -> None:
    circle = load("circle")
    row = row_of(circle, 3)
    assert [column.name for column in row.columns] == ["input 1", "input 2"]
    assert np.array_equal(prepare_own(circle, row).input, circle.examples(slice(3, 4)))
    assert not row.fits(table.description)
    assert input_columns(load("digits").description) == ()


def test_a_text_that_is_no_number_is_refused(table) -> None:
    with pytest.raises(DataError, match="no number"):
        OwnRow(COLUMNS, ("many", "red")).encode(table)


def test_an_image_of_any_size_and_colour_is_prepared_as_the_data(tmp_path) -> None:
    digits = load("digits")
    for shape in ((8, 8), (100, 37), (20, 30, 3), (5, 5, 4)):
        image = png(np.random.default_rng(0).integers(0, 255, shape, np.uint8))
        path = tmp_path / "own.png"
        path.write_bytes(image.content)
        assert read_image_file(path).content == image.content
        assert np.array_equal(prepare_own(digits, image).input, digits.preprocessing.prepare_image(path))


def test_an_image_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(DataError, match=r"'big\.png' has 30\xa0000 × 30\xa0000 pixels"):
        OwnImage("big.png", content + struct.pack(">I4sI", 0, b"IDAT", 0)).encode(load("digits"))


def test_what_is_no_image_gets_a_sentence() -> None:
    whole = png(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)).content
    for content in (b"", b"GIF89a", whole[: len(whole) // 2]):
        with pytest.raises(DataError, match=r"'own\.png' is (empty|no image|damaged)"):
            OwnImage("own.png", content).encode(load("digits"))


def test_data_that_takes_no_image_says_so(table) -> None:
    assert "takes 3 numbers, not an image" in describe_image_obstacle(table.description)
    arrays = replace(load("digits").description, encoding=None)
    assert "unknown how an image becomes its numbers" in describe_image_obstacle(arrays)
    assert describe_image_obstacle(load("digits").description) == ""


@pytest.fixture
def inspection(document, session):
    inspection = Inspection(document, session)
    yield inspection
    inspection.shutdown()
    inspection.deleteLater()


def wait_for_own(qtbot, inspection) -> None:
    qtbot.waitUntil(
        lambda: inspection.sample_trace is not None and inspection.sample_trace.sample.own is inspection.own
    )


def test_the_chosen_own_example_is_traced_and_the_samples_come_back(qtbot, inspection) -> None:
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    row = row_of(inspection.samples, 5)
    inspection.select_own(row)
    wait_for_own(qtbot, inspection)
    expected = trace_sample(inspection.snapshot, inspection.samples, 5)
    assert np.array_equal(inspection.sample_trace.scores, expected.scores)
    assert not inspection.sample_trace.is_wrong
    changed = OwnRow(row.columns, ("0", row.values[1]))
    inspection.replace_own(changed)
    wait_for_own(qtbot, inspection)
    assert inspection.own_examples.examples == (changed,)
    assert inspection.sample_trace.trace.input[0, 0] == 0
    inspection.own_examples.remove(changed)
    qtbot.waitUntil(lambda: inspection.sample_trace.index == 0)
    assert inspection.own is None


def test_own_examples_that_do_not_fit_other_data_are_dropped_with_a_sentence(
    qtbot, document: Document, inspection
) -> None:
    qtbot.waitUntil(lambda: inspection.samples is not None)
    said: list[str] = []
    inspection.own_examples.notice.connect(said.append)
    inspection.select_own(row_of(inspection.samples, 0))
    inspection.select_own(row_of(inspection.samples, 1))
    assert len(inspection.own_examples.examples) == 2
    document.apply(change_data(document.project, seed=3))
    qtbot.waitUntil(lambda: inspection.samples is not None)
    assert len(inspection.own_examples.examples) == 2
    document.apply(change_data(document.project, source="digits"))
    qtbot.waitUntil(lambda: inspection.samples is not None and inspection.samples.description.name == "digits")
    assert inspection.own_examples.examples == ()
    assert said == ["2 own examples were dropped, because they do not fit the new data."]
    assert inspection.own is None


def test_an_image_that_comes_too_early_waits_for_the_data(qtbot, document, session) -> None:
    document.apply(change_data(document.project, source="digits"))
    inspection = Inspection(document, session)
    try:
        image = png(np.zeros((20, 20), np.uint8))
        inspection.own_examples.read_image(lambda: image)
        qtbot.waitUntil(lambda: inspection.own is image)
    finally:
        inspection.shutdown()
        inspection.deleteLater()


def test_an_autoencoder_compares_an_own_image_with_itself() -> None:
    digits = load("digits").with_target("input")
    sample = prepare_own(digits, png(np.full((9, 9), 255, np.uint8)))
    assert sample.target is not None
    assert np.array_equal(sample.target, np.ones((1, 8, 8)))
    assert DataChoice(target="input").target == digits.description.target

"""What the page knows of a dataset: counts, facts and examples."""

import numpy as np
import pytest

from app.datasets import preview
from app.datasets.preview import load_preview
from tests.tinyml.data.readers.throwaway_reader import number_reader
from tinyml.core import DataError
from tinyml.data import DataChoice, load


def test_classes_are_counted_in_all_parts() -> None:
    digits = load("digits")
    shown = load_preview(DataChoice(source="digits", validation=0.3, test=0.3))
    assert [entry.count for entry in shown.classes] == np.bincount(digits.labels).tolist()
    assert [entry.name for entry in shown.classes] == list(digits.description.class_names)
    assert shown.images == ()
    image = shown.classes[3].images[0]
    assert (image.width(), image.height()) == (8, 8)


def test_the_images_of_a_class_belong_to_it() -> None:
    digits = load("digits")
    of_class = {tuple(np.rint(255 * example.ravel()).astype(int)) for example in digits.examples(digits.labels == 7)}
    shown = load_preview(DataChoice(source="digits"))
    for image in shown.classes[7].images:
        pixels = [image.pixelColor(x, y).red() for y in range(8) for x in range(8)]
        assert any(np.abs(np.array(pixels) - other).max() <= 1 for other in of_class)


def test_the_facts_are_those_of_all_examples() -> None:
    digits = load("digits")
    facts = load_preview(DataChoice(source="digits")).facts
    assert f"mean {digits.inputs.mean(dtype=float):.3f}." in facts
    assert facts.startswith("Numbers from 0 to 1")
    counts = np.bincount(digits.labels)
    assert f"{counts.max() / counts.min():.2f} times" in facts


def test_points_and_targets_become_a_plot() -> None:
    circle = load_preview(DataChoice(source="circle"))
    assert circle.points.shape == (700, 2)
    inside = ((circle.points - 0.5) ** 2).sum(axis=1) < 0.5 / np.pi
    assert {circle.classes[label].name for label in circle.labels[inside]} == {"inside"}
    sine = load_preview(DataChoice(source="sine"))
    assert sine.classes == ()
    x, y = sine.points.T
    assert np.abs(y - np.sin(2 * np.pi * x)).mean() < 0.2


def test_autoencoders_have_images_without_classes() -> None:
    shown = load_preview(DataChoice(source="digits", target="input"))
    assert shown.classes == ()
    assert len(shown.images) == preview.MOST_IMAGES


def test_points_without_classes_are_still_points() -> None:
    shown = load_preview(DataChoice(source="circle", target="input"))
    assert shown.classes == ()
    assert not shown.labels.any()


def test_other_examples_become_a_table() -> None:
    shown = load_preview(DataChoice(source="sine", target="input"))
    assert shown.columns == ("input 1",)
    assert len(shown.rows) == preview.MOST_ROWS
    assert shown.points is None


def test_a_table_ends_with_the_class(tmp_path) -> None:
    folder = tmp_path / "readers"
    folder.mkdir()
    with number_reader(folder):
        table = tmp_path / "table.numbers"
        table.write_text("\n".join(f"{row},0.5,{-row},{row % 3}" for row in range(60)))
        shown = load_preview(DataChoice(source=str(table)))
    names = [entry.name for entry in shown.classes]
    assert shown.columns[-1] == "class"
    assert {row[-1] for row in shown.rows} == set(names)
    assert all(len(row) == len(shown.columns) for row in shown.rows)


def test_data_that_cannot_be_split_is_refused_with_a_sentence(tmp_path) -> None:
    with pytest.raises(DataError, match="no file or folder"):
        load_preview(DataChoice(source=str(tmp_path / "missing")))


def test_many_classes_are_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(preview, "MOST_CLASSES", 4)
    assert len(load_preview(DataChoice(source="digits")).classes) == 4

"""What the page knows of a dataset: counts, findings and examples."""

import numpy as np
import pytest

from app.datasets import preview
from app.datasets.example_index import ExampleIndex
from app.datasets.preview import load_details
from app.datasets.row_table import row_texts
from tinyml.core import DataError
from tinyml.data import DataChoice, Preprocessing, load


def load_preview(choice):
    return preview.load_preview(choice, lambda _share: None)


def test_classes_are_counted_in_all_parts() -> None:
    digits = load("digits")
    shown = load_preview(DataChoice(source="digits", validation=0.3, test=0.3))
    assert [entry.count for entry in shown.classes] == np.bincount(digits.labels).tolist()
    assert [entry.name for entry in shown.classes] == list(digits.description.class_names)
    assert shown.views == ("class", "all", "mean")
    image = shown.classes[3].images[0]
    assert (image.width(), image.height()) == (8, 8)


@pytest.mark.parametrize("scale", ["automatic", "standardise"])
def test_the_images_of_a_class_belong_to_it_and_are_not_scaled(scale) -> None:
    digits = load("digits")
    shown = load_preview(DataChoice(source="digits", preprocessing=Preprocessing(scale=scale)))
    images = zip(shown.classes[7].images, shown.classes[7].numbers, strict=True)
    for image, number in images:
        assert digits.labels[number] == 7
        pixels = [image.pixelColor(x, y).red() for y in range(8) for x in range(8)]
        assert np.abs(np.array(pixels) - 255 * digits.examples(np.array([number])).ravel()).max() <= 1


def test_the_findings_are_those_of_all_examples() -> None:
    details = load_details(load_preview(DataChoice(source="digits")), lambda _share: None)
    assert any(finding.kind == "balance" for finding in details.analysis.findings)
    assert details.columns == ()
    assert [name for name, _ in details.means] == [str(digit) for digit in range(10)]


def test_points_and_targets_become_a_plot() -> None:
    circle = load_preview(DataChoice(source="circle"))
    assert circle.points.shape == (700, 2)
    assert circle.views == ("points", "columns", "rows")
    inside = ((circle.points - 0.5) ** 2).sum(axis=1) < 0.5 / np.pi
    assert {circle.classes[label].name for label in circle.labels[inside]} == {"inside"}
    sine = load_preview(DataChoice(source="sine"))
    assert sine.classes == ()
    x, y = sine.points.T
    assert np.abs(y - np.sin(2 * np.pi * x)).mean() < 0.2


def test_scaled_points_are_shown_in_the_units_of_the_data() -> None:
    plain = load_preview(DataChoice(source="circle")).points
    scaled = load_preview(DataChoice(source="circle", preprocessing=Preprocessing(scale="standardise"))).points
    np.testing.assert_array_equal(plain, scaled)


def test_autoencoders_have_images_without_classes() -> None:
    shown = load_preview(DataChoice(source="digits", target="input"))
    assert shown.classes == ()
    assert shown.views == ("all", "mean")
    means = load_details(shown, lambda _share: None).means
    assert [name for name, _ in means] == ["all examples"]


def test_points_without_classes_are_still_points() -> None:
    shown = load_preview(DataChoice(source="circle", target="input"))
    assert shown.classes == ()
    assert not shown.labels.any()


def test_other_examples_become_a_table(tmp_path) -> None:
    assert load_preview(DataChoice(source="sine", target="input")).views == ("columns", "rows")
    table = tmp_path / "flowers.csv"
    lines = [
        f"{row / 7:.2f},{row % 5},{'red' if row % 2 else 'blue'},{'rose' if row % 3 else 'tulip'}" for row in range(60)
    ]
    table.write_text("\n".join(["length,width,colour,kind", *lines]), encoding="utf-8")
    shown = load_preview(DataChoice(source=str(table)))
    assert shown.views == ("columns", "rows", "class")
    rows = {row.name: row for row in load_details(shown, lambda _share: None).columns}
    assert list(rows) == ["length", "width", "colour", "kind"]
    assert (rows["length"].kind, rows["length"].role) == ("number", "input")
    assert rows["length"].bars.sum() == 60
    assert (rows["colour"].kind, rows["colour"].values) == ("category", "2 categories")
    assert sorted(rows["colour"].bars.sum(axis=0).tolist()) == [30, 30]
    assert rows["kind"].role == "target"
    assert rows["kind"].bars.sum() == 60
    texts = row_texts(ExampleIndex(shown.splits)[3])
    assert texts[:4] == ("0.43", "3", "red", "tulip")


def test_data_that_cannot_be_split_is_refused_with_a_sentence(tmp_path) -> None:
    with pytest.raises(DataError, match="no file or folder"):
        load_preview(DataChoice(source=str(tmp_path / "missing")))


def test_many_classes_are_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(preview, "MOST_CLASSES", 4)
    assert len(load_preview(DataChoice(source="digits")).classes) == 4


def test_a_cancelled_preview_stops(monkeypatch) -> None:
    def stop(_share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        preview.load_preview(DataChoice(source="digits"), stop)

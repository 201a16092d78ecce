"""The whole analysis: of images, points, tables, regressions and autoencoders; bounded memory; cancel."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tinyml.command_line.contact_sheet import paint_contact_sheet
from tinyml.data import DataChoice, Dataset, Preprocessing, Splits, builtin_names, prepare_splits, scale_splits, split
from tinyml.data.analysis import PART_NAMES, analyse

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", builtin_names())
@pytest.mark.parametrize("target", ["label", "input"])
def test_every_built_in_set_is_described_without_a_warning_about_leaks(name: str, target: str) -> None:
    choice = DataChoice.model_validate({"source": name, "target": target})
    splits = prepare_splits(choice)
    found = analyse(splits)
    assert found.part_counts == tuple(len(part) for part in splits)
    assert found.class_counts.sum() == (sum(found.part_counts) if found.class_names else 0)
    assert not [finding for finding in found.warnings if finding.kind in ("leak", "contradiction", "empty_class")]
    assert (found.images is None) == (len(found.example_shape) < 3)
    assert all(
        sentence.endswith(".") and (sentence[0].isupper() or sentence[0].isdigit()) for sentence in found.sentences()
    )


@pytest.mark.parametrize("kind", ["folder", "table"])
def test_a_class_with_one_example_is_mentioned_once(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "data"
    if kind == "folder":
        for number in range(12):
            folder = source / ("dog" if number == 5 else "cat")
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(RNG.integers(0, 256, (6, 6, 3), np.uint8)).save(folder / f"{number}.png")
    else:
        rows = [f"{number},{'dog' if number == 5 else 'cat'}" for number in range(12)]
        source = tmp_path / "data.csv"
        source.write_text("\n".join(["size,class", *rows]))
    said = analyse(prepare_splits(DataChoice(source=str(source)))).sentences()
    assert sum("only one" in sentence or "one row" in sentence for sentence in said) == 1, said


def test_large_numbers_are_written_with_groups_of_digits() -> None:
    prices = np.linspace(108_188, 585_540, 40, dtype=np.float32)
    dataset = Dataset.from_arrays(np.arange(40, dtype=np.float32).reshape(40, 1), prices.reshape(40, 1))
    (target,) = (each.sentence for each in analyse(split(dataset, DataChoice())).findings if each.kind == "target")
    assert "goes from 108\xa0188 to 585\xa0540" in target


def test_a_picture_in_two_parts_is_a_warning_and_comes_first() -> None:
    images = RNG.integers(0, 256, (200, 3, 6, 6), np.uint8)
    labels = RNG.integers(0, 2, 200)
    splits = split(replace(Dataset.from_arrays(images, labels, test_count=40), divisor=255), DataChoice())
    stored = splits.train.stored_inputs.copy()
    copied, original = splits.test.rows, splits.train.rows
    assert copied is not None
    assert original is not None
    stored[copied[5]] = stored[original[9]]
    splits = type(splits)(*(replace(part, stored_inputs=stored) for part in splits))
    found = analyse(splits)
    assert found.findings[0].kind in ("leak", "contradiction")
    (leak,) = found.duplicates.leaks
    assert (leak.part, leak.count, leak.examples) == ("test", 1, ((int(copied[5]), int(original[9])),))
    assert found.noun == "image"


def test_a_table_has_columns_with_histograms_by_class() -> None:
    inputs = RNG.normal(size=(150, 4)).astype(np.float32)
    inputs[::7, 2] = np.nan
    data = Dataset.from_arrays(np.zeros((150, 4), np.float32), RNG.integers(0, 3, 150), class_names="abc")
    description = replace(data.description, input_names=("a", "b", "c", "d"))
    splits = split(replace(data, description=description, stored_inputs=inputs), DataChoice())
    found = analyse(scale_splits(splits, Preprocessing(scale="standardise")))
    assert [column.name for column in found.columns] == ["a", "b", "c", "d"]
    assert found.group_names == ("a", "b", "c")
    assert found.columns[2].missing == 22
    assert [int(column.counts.sum()) for column in found.columns] == [150, 150, 128, 150]
    assert found.columns[0].mean == pytest.approx(float(inputs[:, 0].mean()), abs=1e-6), "before scaling"
    assert any(finding.kind == "missing" and "stands for each" in finding.sentence for finding in found.findings)


def test_a_regression_has_histograms_of_the_targets_and_correlations() -> None:
    inputs = RNG.normal(size=(200, 3)).astype(np.float32)
    targets = np.stack([inputs[:, 0] * 3, RNG.normal(size=200)], axis=1).astype(np.float32)
    splits = split(Dataset.from_arrays(inputs, targets), DataChoice())
    found = analyse(scale_splits(splits, Preprocessing(scale_targets="standardise")))
    assert found.correlations is not None
    assert found.correlations.shape == (3, 2)
    assert found.correlations[0, 0] == pytest.approx(1)
    assert abs(found.correlations[1, 1]) < 0.3
    assert [column.counts.sum(axis=1).tolist() for column in found.targets] == [[140, 20, 40]] * 2
    assert found.targets[0].maximum == pytest.approx(float(targets[:, 0].max())), "in the units of the data"
    assert found.group_names == PART_NAMES
    assert any(finding.kind == "copy_of_target" for finding in found.warnings)


def test_the_sentences_of_the_reader_are_among_the_findings() -> None:
    data = Dataset.from_arrays(RNG.random((40, 2)), RNG.integers(0, 2, 40))
    data = replace(data, description=replace(data.description, findings=("3 files were left out.",)))
    assert "3 files were left out." in analyse(split(data, DataChoice())).sentences()


def test_a_few_possible_rows_repeat_without_a_warning() -> None:
    inputs = RNG.integers(0, 2, (300, 3)).astype(np.float32)
    found = analyse(split(Dataset.from_arrays(inputs, inputs[:, 0].astype(int)), DataChoice()))
    assert found.duplicates.leaks
    assert not [finding for finding in found.warnings if finding.kind == "leak"]


def test_the_same_data_and_more_memory_than_a_few_chunks_are_not_needed() -> None:
    images = RNG.integers(0, 256, (20_000, 3, 32, 32), np.uint8)
    splits = split(replace(Dataset.from_arrays(images, RNG.integers(0, 10, 20_000)), divisor=255), DataChoice())
    tracemalloc.start()
    found = analyse(splits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
    assert found.memory == images.nbytes + 8 * 20_000


def test_an_exception_from_the_progress_cancels_at_any_moment() -> None:
    splits = prepare_splits(DataChoice(source="digits"))
    shares: list[float] = []
    analyse(splits, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    class StoppedError(Exception):
        pass

    for place in range(len(shares)):
        left = iter([None] * place)

        def stop(share: float, left: object = left) -> None:
            if next(left, "end") == "end":  # type: ignore[call-overload]
                raise StoppedError

        with pytest.raises(StoppedError):
            analyse(splits, stop)


def test_matrices_and_very_wide_inputs_are_analysed_too() -> None:
    matrices = RNG.random((60, 4, 5))
    found = analyse(split(Dataset.from_arrays(matrices, RNG.integers(0, 2, 60)), DataChoice()))
    assert [column.name for column in found.columns][:2] == ["input 1", "input 2"]
    assert len(found.columns) == 20
    wide = np.zeros((10, 20_001), np.float32)
    found = analyse(split(Dataset.from_arrays(wide, RNG.integers(0, 2, 10)), DataChoice()))
    assert found.columns == ()


def test_parts_without_examples_are_no_problem() -> None:
    data = Dataset.from_arrays(RNG.random((10, 2)), np.arange(10) % 2)
    found = analyse(split(data, DataChoice(validation=0)))
    assert found.part_counts == (8, 0, 2)
    images = Dataset.from_arrays(RNG.random((10, 1, 4, 4)), np.arange(10) % 2)
    assert analyse(split(images, DataChoice(validation=0))).images is not None


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """Small data of any kind, with missing, infinite and equal numbers."""
    count = draw(st.integers(1, 12))
    shape = draw(st.sampled_from([(1,), (3,), (2, 2), (1, 2, 3), (3, 4, 1)]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    stored = rng.integers(0, draw(st.integers(1, 4)), (count, *shape)).astype(np.float32)
    targets = draw(st.sampled_from([rng.integers(0, 3, count), rng.random((count, 2)), stored]))
    data = Dataset.from_arrays(stored, targets)
    if len(shape) == 1:
        odd = draw(st.sampled_from([0.0, np.nan, np.inf, -3e38, 1e-45]))
        data = replace(data, stored_inputs=np.where(rng.random(stored.shape) < 0.3, np.float32(odd), stored))
    return replace(data, divisor=255, stored_inputs=stored.astype(np.uint8)) if draw(st.booleans()) else data


@settings(max_examples=150, deadline=None)
@given(data=datasets(), places=st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_any_data_is_analysed_and_painted(data: Dataset, places: list[int]) -> None:
    part = np.array(places[: len(data)])
    part[0] = 0  # `split` never returns an empty training part
    splits = Splits(*(data.take(np.flatnonzero(part == number)) for number in range(3)))
    found = analyse(splits)
    assert sum(found.part_counts) == len(data)
    assert all(sentence.endswith(".") for sentence in found.sentences())
    assert paint_contact_sheet(splits, found).size
    for column in (*found.columns, *found.targets):
        assert column.counts.sum() == column.count == len(data) - column.missing

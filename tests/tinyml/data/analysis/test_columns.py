"""Facts about the columns of a table, compared with NumPy, and the sentences about them."""

import math

import numpy as np
import pytest

from tinyml.data.analysis.column_findings import column_findings, correlation_findings, target_findings
from tinyml.data.analysis.columns import ColumnSummary, correlation, summarise_column

RNG = np.random.default_rng(0)


def summary(name: str, values: object, groups: object = None) -> ColumnSummary:
    numbers = np.array(values, np.float64)
    where = np.zeros(len(numbers), int) if groups is None else np.array(groups)
    return summarise_column(name, numbers, where, int(where.max()) + 1)


def test_a_column_agrees_with_numpy() -> None:
    values = RNG.normal(5, 2, 3000).astype(np.float32).astype(np.float64)
    groups = RNG.integers(0, 3, 3000)
    values[::10] = np.nan
    known = ~np.isnan(values)
    found = summary("age", values, groups)
    assert (found.count, found.missing) == (2700, 300)
    expected = (np.nanmin(values), np.nanmax(values), np.nanmean(values), np.nanstd(values))
    assert (found.minimum, found.maximum, found.mean, found.deviation) == pytest.approx(expected)
    assert found.distinct == len(np.unique(values[known]))
    assert found.counts.sum() == 2700
    for group in range(3):
        counts, edges = np.histogram(values[known & (groups == group)], found.edges)
        np.testing.assert_allclose(edges, found.edges)
        assert np.abs(counts - found.counts[group]).sum() <= 2  # a number on an edge may be on either side
    assert not found.is_constant


def test_a_few_whole_numbers_have_a_bin_each() -> None:
    found = summary("legs", [2, 4, 4, 6, 6, 6], [0, 0, 1, 1, 1, 1])
    assert found.edges.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]
    assert found.counts.tolist() == [[1, 0, 1, 0, 0], [0, 0, 1, 0, 3]]
    assert found.distinct == 3


@pytest.mark.parametrize(
    "values",
    [[3.0], [-3e38], [-1e38, 1e38], [1e-45, 2e-45], [16_777_216.0, 16_777_217.0], [0.0, np.nan, 1e30], [5.0] * 9],
)
def test_extreme_numbers_have_a_histogram_without_a_loss(values: list[float]) -> None:
    found = summary("x", values)
    assert found.counts.sum() == found.count == sum(not math.isnan(value) for value in values)
    assert (np.diff(found.edges) > 0).all()


def test_a_column_without_numbers() -> None:
    found = summary("empty", [np.nan, np.nan])
    assert (found.count, found.missing, found.distinct, found.counts.shape) == (0, 2, 0, (1, 0))
    assert math.isnan(found.mean)
    assert not found.is_constant


def test_correlations_agree_with_numpy() -> None:
    x = RNG.normal(size=400)
    y = 0.3 * x + RNG.normal(size=400)
    assert correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1])
    x[:50] = np.nan
    assert correlation(x, y) == pytest.approx(np.corrcoef(x[50:], y[50:])[0, 1])
    assert correlation(x, np.full(400, 3.0)) == 0
    assert correlation(np.full(400, np.nan), y) == 0
    assert correlation(y, -2 * y + 1) == pytest.approx(-1)


def test_constant_empty_and_missing_columns_are_named() -> None:
    columns = [
        summary("same", [7.0] * 5),
        summary("nothing", [np.nan] * 5),
        summary("gaps", [1.0, np.nan, 3.0, np.nan, 2.0]),
        summary("whole", [1.0, 2.0, 3.0, 4.0, 0.5]),
    ]
    found = {finding.kind: finding for finding in column_findings(columns, are_scaled=True, fills_missing=True)}
    assert found.keys() == {"constant_inputs", "empty_inputs", "missing"}
    assert found["constant_inputs"].sentence.startswith("The input 'same' is always the same")
    assert found["empty_inputs"].sentence.startswith("The input 'nothing' has no number at all.")
    assert found["missing"].sentence.startswith("2 numbers of the inputs 'gaps' are missing. The mean of the training")
    assert (found["constant_inputs"].severity, found["missing"].severity) == ("warning", "information")


def test_a_code_for_a_missing_number_is_far_away_from_the_others() -> None:
    ages = RNG.normal(40, 10, 1000)
    ages[3] = 9999
    column = summary("age", ages)
    assert column.far == 1
    (finding,) = column_findings([column], are_scaled=True, fills_missing=False)
    assert "1 number of the input 'age' is far away from the others (the largest is 9\xa0999" in finding.sentence
    assert summary("age", RNG.normal(40, 10, 100_000)).far == 0


def test_inputs_of_different_size_should_be_scaled() -> None:
    columns = [summary("income", [20_000.0, 50_000.0]), summary("share", [0.1, 0.9])]
    (finding,) = column_findings(columns, are_scaled=False, fills_missing=False)
    assert finding.sentence.startswith(
        "The input 'income' goes up to 50\xa0000, 'share' only up to 0.9. Training works"
    )
    assert column_findings(columns, are_scaled=True, fills_missing=False) == []
    assert column_findings(columns[1:], are_scaled=False, fills_missing=False) == []
    (finding,) = column_findings(columns[:1], are_scaled=False, fills_missing=False)
    assert finding.severity == "warning"


def test_an_input_that_copies_the_target_is_named() -> None:
    found = correlation_findings(["area", "price_euro"], ["price"], np.array([[0.7], [-0.99999]]))
    assert [finding.sentence[:61] for finding in found] == [
        "The input 'price_euro' says nearly the same as the target 'pr"
    ]
    assert correlation_findings(["area"], ["price"], np.array([[0.99]])) == []
    assert correlation_findings(["area"], [], None) == []


def test_target_numbers_are_described_and_a_constant_one_is_a_warning() -> None:
    ranged, constant = target_findings([summary("y", [1.0, 2.0, 3.0]), summary("z", [4.0, 4.0])])
    assert ranged.sentence == "The target 'y' goes from 1 to 3, mean 2, deviation 0.8165."
    assert constant.sentence.startswith("The target 'z' is always 4, so there is nothing to learn.")
    assert constant.severity == "warning"

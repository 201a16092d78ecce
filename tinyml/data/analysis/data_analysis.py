"""What can be said of a dataset before anything is trained: counts, duplicates, ranges, findings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.memory import describe_bytes
from tinyml.core.threads import one_blas_thread
from tinyml.data.analysis.classes import class_findings, count_classes
from tinyml.data.analysis.column_findings import column_findings, correlation_findings, target_findings
from tinyml.data.analysis.columns import ColumnSummary, correlation, summarise_columns
from tinyml.data.analysis.duplicates import Duplicates, duplicate_findings, find_duplicates
from tinyml.data.analysis.finding import Finding
from tinyml.data.analysis.fingerprints import comparable, fingerprints
from tinyml.data.analysis.images import ImageStatistics, ImageSummary, image_findings
from tinyml.data.analysis.parts import PART_NAMES, chunks
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback, Splits

_MOST_GROUPS = 12
"""With more classes than this, a histogram shows the parts instead of the classes."""
_MOST_TARGETS = 16
"""Number of target numbers that are summarised."""
_MOST_COLUMNS = 20_000
"""Inputs with more numbers than this are not summarised number by number."""
_FEW_VALUES = 10
"""Equal examples are to be expected if there are fewer possible ones than this times the number of examples."""


@dataclass(frozen=True)
class DataAnalysis:
    """What was found in a dataset that is split.

    Attributes:
        title: name of the data on screen.
        noun: what an example is called: "image", "row" (of a table) or "example".
        example_shape: shape of one example.
        part_counts: number of training, validation and test examples.
        class_names: a name for each class; empty if the targets are numbers.
        class_counts: `(3, classes)` examples of each class in each part.
        duplicates: equal examples, inside the training part and across the parts.
        images: facts about images; None for other data.
        columns: facts about each number of an input vector; empty for images.
        targets: facts about each target number; empty for classes and autoencoders.
        group_names: what the groups of the histograms of `columns` are: the classes, or the parts. Those of `targets`
            are always the parts.
        correlations: `(columns, targets)` Pearson's correlation of each input with each target number; None without
            columns or target numbers.
        memory: bytes that the stored examples need.
        findings: what a user should know, in words; warnings come first.
    """

    title: str
    noun: str
    example_shape: Shape
    part_counts: tuple[int, int, int]
    class_names: tuple[str, ...]
    class_counts: np.ndarray
    duplicates: Duplicates
    images: ImageSummary | None
    columns: tuple[ColumnSummary, ...]
    targets: tuple[ColumnSummary, ...]
    group_names: tuple[str, ...]
    correlations: Array | None
    memory: int
    findings: tuple[Finding, ...]

    def sentences(self) -> tuple[str, ...]:
        """Return all findings as sentences.

        >>> from tinyml.data import DataChoice, prepare_splits
        >>> analyse(prepare_splits(DataChoice(source="digits"))).sentences()[0]
        'Balanced: the largest class is 1.05 times the smallest.'
        """
        return tuple(finding.sentence for finding in self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are warnings."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


def analyse(splits: Splits, progress: ProgressCallback | None = None) -> DataAnalysis:
    """Look through a dataset that is split and scaled, and say what a user should know about it.

    Everything is computed from the numbers before scaling. Memory stays bounded: the examples are read in chunks.

    Arguments:
        splits: training, validation and test examples, as from `prepare_splits`.
        progress: called from time to time with the share that is done, from 0 to 1. An exception that it raises
            cancels the work.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> found = analyse(prepare_splits(DataChoice(source="circle")))
    >>> found.class_counts.sum(), [column.name for column in found.columns]
    (np.int64(1000), ['input 1', 'input 2'])
    """
    report = progress or _ignore
    description = splits.train.description
    prints, images = _read_all(splits, lambda share: report(0.5 * share))
    duplicates = find_duplicates(splits, prints)
    class_counts = count_classes(splits)
    targets, target_values = _summarise_targets(splits)
    columns, correlations = _summarise_inputs(splits, target_values, lambda share: report(0.5 + 0.5 * share))
    noun = _noun(description)
    findings = [
        *class_findings(class_counts, description.class_names, noun),
        *duplicate_findings(duplicates, noun, _has_few_values(columns, len(prints))),
        *(image_findings(images, splits.train.scaling is not None) if images is not None else ()),
        *column_findings(columns, splits.train.scaling is not None, splits.train.scaling is not None),
        *target_findings(targets),
        *correlation_findings([each.name for each in columns], [each.name for each in targets], correlations),
        *(Finding("data", sentence) for sentence in description.findings),
    ]
    memory = _memory(splits)
    where = "; the images are kept in a temporary file" if description.on_disk else ""
    # The unit must not go to the next line of the window alone.
    size = describe_bytes(memory).replace(" ", "\N{NO-BREAK SPACE}")
    findings.append(Finding("memory", f"{size} in memory{where}."))
    report(1.0)
    return DataAnalysis(
        title=description.title,
        noun=noun,
        example_shape=description.example_shape,
        part_counts=(len(splits.train), len(splits.validation), len(splits.test)),
        class_names=description.class_names,
        class_counts=class_counts,
        duplicates=duplicates,
        images=images,
        columns=columns,
        targets=targets,
        group_names=_groups(splits)[1],
        correlations=correlations,
        memory=memory,
        findings=tuple(sorted(findings, key=lambda finding: finding.severity != "warning")),
    )


def _read_all(splits: Splits, progress: ProgressCallback) -> tuple[np.ndarray, ImageSummary | None]:
    """Return the fingerprints of all examples and, for images, their summary. This reads all examples once."""
    train = splits.train
    is_image = len(train.description.example_shape) == 3
    statistics = ImageStatistics(train.description, train.divisor) if is_image else None
    prints = []
    # The products of a chunk are small: threads of BLAS would wait for each other most of the time.
    with one_blas_thread():
        for chunk in chunks(splits, progress):
            prints.append(fingerprints(comparable(chunk.stored)))
            if statistics is not None:
                statistics.add(chunk)
    together = np.concatenate(prints) if prints else np.zeros(0, np.uint64)
    return together, None if statistics is None else statistics.summary()


def _summarise_targets(splits: Splits) -> tuple[tuple[ColumnSummary, ...], list[Array]]:
    """Return the summaries of the target numbers, and the numbers of each."""
    description = splits.train.description
    shape = description.target_shape
    if shape is None or description.target == "input":
        return (), []
    count = min(math.prod(shape), _MOST_TARGETS)
    names = _names(description.target_names, math.prod(shape), "target")[:count]
    groups = np.repeat(np.arange(3), [len(part) for part in splits])
    found = list(summarise_columns(splits, _read_targets, names, groups, 3, _ignore))
    return tuple(summary for summary, _ in found), [values for _, values in found]


def _summarise_inputs(
    splits: Splits, target_values: list[Array], progress: ProgressCallback
) -> tuple[tuple[ColumnSummary, ...], Array | None]:
    """Return the summaries of the numbers of input vectors, and their correlations with the target numbers."""
    description = splits.train.description
    shape = description.example_shape
    if len(shape) == 3 or not 0 < math.prod(shape) <= _MOST_COLUMNS:
        return (), None
    groups, group_names = _groups(splits)
    names = _names(description.input_names, math.prod(shape), "input")
    columns, correlations = [], []
    for summary, values in summarise_columns(splits, _read_inputs, names, groups, len(group_names), progress):
        columns.append(summary)
        correlations.append([correlation(values, target) for target in target_values])
    return tuple(columns), np.array(correlations) if target_values else None


def _groups(splits: Splits) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the group of each example for the histograms, and the names of the groups: classes, or parts."""
    names = splits.train.description.class_names
    if splits.train.description.has_classes and len(names) <= _MOST_GROUPS:
        return np.concatenate([part.labels for part in splits]), names
    return np.repeat(np.arange(3), [len(part) for part in splits]), PART_NAMES


def _read_inputs(part: Dataset, columns: slice) -> Array:
    stored = part.stored_inputs.reshape(len(part.stored_inputs), math.prod(part.description.example_shape))[:, columns]
    chosen = stored if part.rows is None else stored[part.rows]
    return chosen if part.divisor == 1 else np.divide(chosen, part.divisor, dtype=np.float32)


def _read_targets(part: Dataset, columns: slice) -> Array:
    numbers = part.unscaled_target_numbers(slice(None))
    return numbers.reshape(len(numbers), math.prod(numbers.shape[1:]))[:, columns]


def _names(names: Sequence[str], count: int, what: str) -> list[str]:
    if len(names) == count:
        return list(names)
    return [what] if count == 1 else [f"{what} {number}" for number in range(1, count + 1)]


def _noun(description: DataDescription) -> str:
    if len(description.example_shape) == 3:
        return "image"
    return "row" if description.columns else "example"


def _has_few_values(columns: Sequence[ColumnSummary], count: int) -> bool:
    """Return True if the columns allow so few different examples that equal ones are no surprise."""
    return bool(columns) and sum(math.log(max(1, column.distinct)) for column in columns) < math.log(
        _FEW_VALUES * max(1, count)
    )


def _memory(splits: Splits) -> int:
    on_disk = splits.train.description.on_disk
    arrays = {
        id(array): array.nbytes
        for part in splits
        for array in (None if on_disk else part.stored_inputs, part.stored_targets)
        if array is not None
    }
    return sum(arrays.values()) + sum(part.labels.nbytes for part in splits)


def _ignore(share: float) -> None:
    """Do nothing with the share that is done."""


__all__ = ["DataAnalysis", "analyse"]

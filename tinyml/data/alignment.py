"""Brings other data into the order that a trained network knows: its columns, categories and classes.

Another table can hold the same columns in another order, or only some of the categories and classes. Without this, its
numbers would reach the wrong inputs of the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tinyml.core import DataError
from tinyml.core.files import show_path
from tinyml.data.dataset import Dataset
from tinyml.data.preprocessing import ColumnEncoding, FittedPreprocessing, TableEncoding

_MOST_SHOWN = 8


def align_columns(dataset: Dataset, fitted: FittedPreprocessing) -> Dataset:
    """Return the rows of a table with the inputs that a network was trained on, in their order.

    Arguments:
        dataset: a table, before it is split. Other data stays as it is.
        fitted: the preprocessing of the network.

    Raises `DataError` when a column is missing, or holds something else than the network learned.

    >>> from tinyml.data import load
    >>> align_columns(load("circle"), FittedPreprocessing()).description.example_shape
    (2,)
    """
    wanted, found = fitted.encoding, dataset.description.encoding
    if not isinstance(wanted, TableEncoding) or not isinstance(found, TableEncoding) or wanted.columns == found.columns:
        return dataset
    columns = {column.name: column for column in found.columns}
    for column in wanted.columns:
        _check_column(columns.get(column.name), column, dataset.description.title)
    places = {key: place for place, key in enumerate(_inputs(found))}
    inputs = np.zeros((len(dataset.stored_inputs), wanted.width), np.float32)
    for place, key in enumerate(_inputs(wanted)):
        if key in places:
            inputs[:, place] = dataset.stored_inputs[:, places[key]]
    description = replace(
        dataset.description,
        encoding=found.model_copy(update={"columns": wanted.columns}),
        example_shape=(wanted.width,),
        input_names=fitted.input_names,
    )
    return replace(dataset, description=description, stored_inputs=inputs)


def align_classes(dataset: Dataset, class_names: Sequence[str]) -> Dataset:
    """Return examples whose labels count the classes as a trained network does.

    Arguments:
        dataset: the examples.
        class_names: the classes of the network, in order; empty if its targets are numbers.

    Raises `DataError` when the examples have a class that the network does not know.

    >>> align_classes(Dataset.from_arrays([[0.0], [1.0]], ["b", "c"]), ["a", "b", "c"]).labels
    array([1, 2])
    """
    description = dataset.description
    if not description.class_names or not class_names or description.class_names == tuple(class_names):
        return dataset
    unknown = [name for name in description.class_names if name not in class_names]
    if unknown:
        raise DataError(
            f"{description.title} has the class '{show_path(unknown[0])}', which the network does not know. It knows "
            f"{_list(class_names)}."
        )
    labels = np.array([list(class_names).index(name) for name in description.class_names])[dataset.labels]
    return replace(
        dataset,
        description=replace(description, class_names=tuple(class_names)),
        labels=labels,
        class_targets=np.eye(len(class_names), dtype=np.float32),
    )


def _inputs(encoding: TableEncoding) -> Iterator[tuple[str, str]]:
    """Return column and category for each number of an example; the category of a column of numbers is empty."""
    for column in encoding.columns:
        for category in column.categories or ("",):
            yield column.name, category


def _check_column(found: ColumnEncoding | None, wanted: ColumnEncoding, title: str) -> None:
    name = show_path(wanted.name)
    if found is None:
        raise DataError(f"{title} has no column '{name}' as input, which the network needs. Choose data that has it.")
    if bool(found.categories) != bool(wanted.categories):
        kinds = ("categories", "numbers") if found.categories else ("numbers", "categories")
        raise DataError(
            f"The column '{name}' of {title} holds {kinds[0]}, but the network learned {kinds[1]}. Choose data with "
            "the same columns."
        )
    unknown = [category for category in found.categories if category not in wanted.categories]
    if unknown:
        raise DataError(
            f"The column '{name}' of {title} has the category '{show_path(unknown[0])}', which the network does not "
            f"know. It knows {_list(wanted.categories)}."
        )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{show_path(name)}'" for name in names[:_MOST_SHOWN])
    return f"{shown}, …" if len(names) > _MOST_SHOWN else shown

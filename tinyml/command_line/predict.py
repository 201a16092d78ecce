"""`tinyml predict`: what a saved model says of new images, or of the rows of a table."""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinyml.core import Array, DataError, StorageError, describe_count
from tinyml.core.files import show_path
from tinyml.data.preprocessing import FittedPreprocessing, ImageEncoding, TableEncoding
from tinyml.data.tables.text_table import TextTable, read_text_table
from tinyml.learner.prediction import Prediction, describe_output
from tinyml.storage import SavedModel, load_model

_MOST_PRINTED = 20
"""Largest number of predictions that are printed for people; the JSON holds all of them."""


class _Inputs(NamedTuple):
    """New examples: their names and the inputs of the network."""

    names: list[str]
    inputs: Array


def run(options: argparse.Namespace) -> None:
    """Predict; print a line for each example, and all results as one line of JSON.

    Arguments:
        options: `model`, and `inputs`: paths of images, or of one table.

    Raises `TinymlError` when the model or an input cannot be read, or they do not fit together.
    """
    started = time.perf_counter()
    net, about = load_model(options.model)
    examples = _read(options.inputs, _preprocessing_of(about, options.model))
    if examples.inputs.shape[1:] != about.input_shape:
        raise DataError(
            f"The examples have the shape {examples.inputs.shape[1:]}, but '{show_path(options.model)}' expects "
            f"{about.input_shape}. Choose examples like those of its data."
        )
    output = net.predict(examples.inputs, batch_size=256)
    assert about.preprocessing is not None
    predictions = describe_output(output, about.training.loss, about.class_names, about.preprocessing)
    for name, prediction in list(zip(examples.names, predictions, strict=True))[:_MOST_PRINTED]:
        print(f"{name}: {_sentence(prediction, about)}")
    if len(predictions) > _MOST_PRINTED:
        print(f"… and {describe_count(len(predictions) - _MOST_PRINTED, 'more example')}")
    result = {
        "predictions": [
            {"input": name, **_as_json(prediction, about)}
            for name, prediction in zip(examples.names, predictions, strict=True)
        ],
        "seconds": round(time.perf_counter() - started, 3),
    }
    print(json.dumps(result, ensure_ascii=False))


def _preprocessing_of(about: SavedModel, path: str) -> FittedPreprocessing:
    if about.preprocessing is None:
        raise StorageError(
            f"'{show_path(path)}' was saved by an older TinyML, which did not store the preprocessing. Train it again."
        )
    if about.preprocessing.encoding is None and len(about.input_shape) == 3:
        raise DataError(
            f"'{show_path(path)}' was trained on arrays, so it is unknown how an image becomes its numbers. Train it "
            "on a folder of images, or on arrays of pixels from 0 to 255."
        )
    if about.target_shape is not None and len(about.target_shape) != 1:
        raise DataError(f"'{show_path(path)}' is an autoencoder: it predicts no class and no number.")
    return about.preprocessing


def _read(paths: Sequence[str], preprocessing: FittedPreprocessing) -> _Inputs:
    if isinstance(preprocessing.encoding, ImageEncoding):
        images = [preprocessing.prepare_image(Path(path)) for path in paths]
        return _Inputs([show_path(path) for path in paths], np.concatenate(images))
    if len(paths) != 1:
        raise DataError("This model takes the rows of a table. Name one file.")
    table = read_text_table(Path(paths[0]))
    names = [f"row {number}" for number in range(1, len(table.rows) + 1)]
    if isinstance(preprocessing.encoding, TableEncoding):
        return _Inputs(names, preprocessing.prepare_rows(_choose_columns(table, preprocessing.encoding, paths[0])))
    try:
        return _Inputs(names, preprocessing.prepare_rows([[float(text) for text in row] for row in table.rows]))
    except ValueError as error:
        raise DataError(f"'{show_path(paths[0])}' should hold numbers only: {error}.") from error


def _choose_columns(table: TextTable, encoding: TableEncoding, path: str) -> list[list[str]]:
    """Return the columns of the encoding, found by their names; by their place if the table has no names."""
    wanted = [column.name for column in encoding.columns]
    if not table.layout.has_names and len(table.header) == len(wanted):
        return [list(row) for row in table.rows]
    missing = [name for name in wanted if name not in table.header]
    if missing:
        raise DataError(
            f"'{show_path(path)}' has no column '{missing[0]}'. The model needs the columns: {', '.join(wanted)}."
        )
    places = [table.header.index(name) for name in wanted]
    return [[row[place] for place in places] for row in table.rows]


def _sentence(prediction: Prediction, about: SavedModel) -> str:
    if prediction.class_name is not None:
        return f"{prediction.class_name} ({max(prediction.scores):.1%})"
    names = _target_names(prediction, about)
    return ", ".join(f"{name} = {value:.6g}" for name, value in zip(names, prediction.numbers, strict=True))


def _as_json(prediction: Prediction, about: SavedModel) -> dict[str, Any]:
    if prediction.class_name is not None:
        scores = dict(zip(about.class_names, prediction.scores, strict=True))
        return {"class": prediction.class_name, "scores": scores}
    return {"numbers": dict(zip(_target_names(prediction, about), prediction.numbers, strict=True))}


def _target_names(prediction: Prediction, about: SavedModel) -> Sequence[str]:
    names = about.preprocessing.target_names if about.preprocessing is not None else ()
    return names or [f"output {number}" for number in range(1, len(prediction.numbers) + 1)]

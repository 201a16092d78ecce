"""`tinyml deconv`: draw an example beside the pixels that cause one activation."""

import argparse
import json
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinyml.command_line.pictured_model import PicturedModel, load_part, open_model
from tinyml.core import Array, DataError, StorageError, TinymlError
from tinyml.core.files import show_path
from tinyml.net import network_to, record
from tinyml.visualize import Reconstruction
from tinyml.visualize.figures import draw_reconstruction
from tinyml.visualize.methods import METHODS


class _Sample(NamedTuple):
    """The example: its name, `(1, C, H, W)` as the network expects it, and `(C, H, W)` before scaling."""

    name: str
    input: Array
    shown: Array


def run(options: argparse.Namespace) -> None:
    """Draw the picture, and print the result as one line of JSON.

    Arguments:
        options: the parsed command line.

    Raises `TinymlError` when the model, the data or the image cannot be read or do not fit together, when there is no
    such layer, map, position or example, when the method cannot go through a layer, when the reconstruction is zero
    everywhere, or when the file cannot be written.
    """
    started = time.perf_counter()
    pictured = open_model(options)
    sample = _read_sample(pictured, options)
    position = None if options.position is None else (options.position[0], options.position[1])
    found = METHODS[options.method](
        record(network_to(pictured.net, options.layer), sample.input),
        options.layer,
        options.map,
        position,
        whole_map=options.whole_map,
    )
    if found.blank_reason:
        raise TinymlError(f"There is nothing to draw. {found.blank_reason}")
    kind = "unit" if found.kept.ndim == 1 else "map"
    title = f"{found.layer}, {kind} {found.map_index}: {options.method}"
    draw_reconstruction(title, (_describe(found), sample.name), sample.shown, found).save(options.out)
    print(f"{_describe(found)}: {show_path(options.out)}")
    if found.remark:
        print(found.remark)
    result = {
        "layer": found.layer,
        "map": found.map_index,
        "position": list(found.position),
        "whole_map": found.whole_map,
        "activation": found.activation,
        "method": options.method,
        "receptive_field": [list(span) for span in found.receptive_field],
        "remark": found.remark,
        "largest": float(np.abs(found.image).max()),
        "sample": sample.name,
        "seconds": round(time.perf_counter() - started, 3),
        "saved": options.out,
    }
    print(json.dumps(result))


def _read_sample(pictured: PicturedModel, options: argparse.Namespace) -> _Sample:
    """Return an example of the data, or a new image, prepared like the examples of the training."""
    if not options.sample.isdecimal():
        preprocessing = pictured.about.preprocessing
        if preprocessing is None:
            raise StorageError(
                f"'{show_path(options.model)}' was saved by an older TinyML, which did not store the preprocessing. "
                "Train it again, or choose the number of an example."
            )
        shown = preprocessing.encode_image(Path(options.sample))
        return _Sample(show_path(Path(options.sample).name), preprocessing.scale(shown), shown[0])
    part, index = load_part(pictured, options), int(options.sample)
    if index >= len(part):
        raise DataError(f"There is no example {index}: the {options.part} part has the examples 0 to {len(part) - 1}.")
    row, name = slice(index, index + 1), f"{part.description.title}, {options.part} example {index}"
    return _Sample(name, part.examples(row), part.unscaled_examples(row)[0])


def _describe(found: Reconstruction) -> str:
    if found.whole_map:
        return f"All positive activations of the map, the strongest is {found.activation:.4g}"
    row, column = found.position
    return f"Activation {found.activation:.4g} at row {row}, column {column}"

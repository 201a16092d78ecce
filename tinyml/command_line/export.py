"""`tinyml export`: write a saved model in another file format."""

import argparse
import json
import os
import time

from tinyml.core import StorageError
from tinyml.core.files import normalise_path, show_path
from tinyml.storage import load_model
from tinyml.storage.exporters import find_exporter


def run(options: argparse.Namespace) -> None:
    """Load the model, export it, and print the result as one line of JSON.

    Arguments:
        options: `model`, `to` (name of an exporter) and `out` (file to write; an older file is replaced. Or a folder
            to make).

    Raises `TinymlError` when the model cannot be read, the format has no word for a part of it, or the file cannot be
    written. Then nothing is written.
    """
    started = time.perf_counter()
    exporter = find_exporter(options.to)
    exporter.check(options.out)
    model = os.path.realpath(normalise_path(options.model))
    for target in exporter.targets(options.out):
        if os.path.realpath(normalise_path(target)) == model:
            raise StorageError(f"'{show_path(target)}' is the model itself. Choose another name for --out.")
    net, about = load_model(options.model)
    exporter.write(options.out, net, about)
    result = {
        "format": exporter.name,
        "parameters": sum(parameter.tensor.size for parameter in net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
        "saved": [str(target) for target in exporter.targets(options.out)] if exporter.companions else options.out,
    }
    print(json.dumps(result))

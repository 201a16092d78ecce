"""`tinyml export`: write a saved model in another file format."""

import argparse
import json
import time

from tinyml.core import StorageError
from tinyml.core.files import check_can_save, resolve_target, show_path
from tinyml.storage import load_model
from tinyml.storage.exporters import find_exporter


def run(options: argparse.Namespace) -> None:
    """Load the model, export it, and print the result as one line of JSON.

    Arguments:
        options: `model`, `to` (name of an exporter) and `out` (file to write; an older file is replaced).

    Raises `TinymlError` when the model cannot be read or the file cannot be written.
    """
    started = time.perf_counter()
    exporter = find_exporter(options.to)
    check_can_save(options.out)
    if resolve_target(options.out) == resolve_target(options.model):
        raise StorageError(f"'{show_path(options.out)}' is the model itself. Choose another name for --out.")
    net, about = load_model(options.model)
    exporter.export(options.out, net, about)
    result = {
        "format": exporter.name,
        "parameters": sum(parameter.tensor.size for parameter in net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
        "saved": options.out,
    }
    print(json.dumps(result))

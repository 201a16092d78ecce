"""`tinyml convert-legacy`: the pickled weights of the original tinyml become a safetensors file."""

import argparse
import json

from tinyml.core.files import check_can_save
from tinyml.core.tensor_file import write_tensors
from tinyml.storage.legacy_pickle import read_legacy_arrays


def run(options: argparse.Namespace) -> None:
    """Read the arrays of the pickle, write them, and print the result as one line of JSON. Nothing is executed.

    Arguments:
        options: `pickle` (the file to read) and `out` (the file to write; an older file is replaced).

    Raises `TinymlError` when the pickle holds anything but arrays of numbers, or the file cannot be written. Then
    nothing is written.
    """
    check_can_save(options.out)
    found = read_legacy_arrays(options.pickle)
    write_tensors(options.out, found.tensors)
    numbers = sum(tensor.size for tensor in found.tensors.values())
    result = {"tensors": len(found.tensors), "numbers": numbers, "left_out": found.left_out, "saved": options.out}
    print(json.dumps(result))

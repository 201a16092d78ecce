"""`tinyml import-weights`: the weights of another program become a model file."""

import argparse
import json

from tinyml.core import SettingsError, StorageError, describe_shape
from tinyml.core.files import check_can_save, show_path
from tinyml.core.text_table import format_table
from tinyml.data import describe_choice, prepare_splits
from tinyml.net import build
from tinyml.storage import SavedModel, open_project, open_tensors, save_model
from tinyml.storage.weight_mapping import WeightMapping, WeightPair, apply_mapping, propose_mapping


def run(options: argparse.Namespace) -> None:
    """Print which tensor of the file becomes which tensor of the network; with `out`, write the model file.

    Arguments:
        options: `project` (its network gets the weights), `weights` (file of tensors in any format), `use` (pairs
            "TARGET=SOURCE" that replace proposed ones), `transpose` (targets whose source is transposed) and `out`
            (None to write nothing).

    Raises `TinymlError` if a file cannot be read, a chosen tensor does not exist, or a tensor does not fit. Then
    nothing is written.
    """
    if options.out is not None:
        check_can_save(options.out)
    project = open_project(options.project)
    data = describe_choice(project.data)
    net = build(project.network, data.example_shape)
    with open_tensors(options.weights) as file:
        mapping = _with_choices(propose_mapping(net, file.header), options.use, options.transpose)
    rows = [_row(mapping, pair) for pair in mapping.pairs]
    print(format_table(("network", "shape", "file", "shape", "because of"), rows, "<<<<<"))
    for sentence in mapping.problems:
        print(sentence)
    if options.out is not None:
        apply_mapping(options.weights, net, mapping)
        about = SavedModel(
            network=project.network,
            input_shape=data.example_shape,
            class_names=data.class_names,
            target_shape=data.target_shape,
            preprocessing=prepare_splits(project.data).train.preprocessing,
            data=project.data,
            training=project.training,
        )
        save_model(options.out, net, about)
    result = {
        "tensors": len(mapping.pairs),
        "complete": mapping.is_complete,
        "unused": list(mapping.unused),
        "saved": options.out,
    }
    print(json.dumps(result))


def _with_choices(mapping: WeightMapping, chosen: list[str], transposed: list[str]) -> WeightMapping:
    """Return the mapping with the pairs of the command line."""
    for words in chosen:
        target, separator, source = words.partition("=")
        if not separator:
            raise SettingsError(f"'{show_path(words)}' should be the names of two tensors: TARGET=SOURCE.")
        mapping = mapping.with_source(target, source or None)
    for target in transposed:
        given = next((pair.source for pair in mapping.pairs if pair.target == target), None)
        if given is None:
            raise StorageError(f"'{show_path(target)}' gets no tensor that could be transposed. Name one with --use.")
        mapping = mapping.with_source(target, given, transposed=True)
    return mapping


def _row(mapping: WeightMapping, pair: WeightPair) -> tuple[str, ...]:
    target = show_path(pair.target), describe_shape(pair.shape)
    if pair.source is None:
        return (*target, "–", "–", "")
    shape = mapping.sources[pair.source]
    if pair.transposed:
        return (*target, show_path(pair.source), f"{describe_shape(shape)} transposed", pair.reason)
    return (*target, show_path(pair.source), describe_shape(shape), pair.reason)

"""Export as ONNX: graph and weights in one file, which many programs can run."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tinyml.core import StorageError
from tinyml.core.files import show_path, write_atomically
from tinyml.core.text_table import format_table
from tinyml.net import Sequential, infer
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.exporters.model_script import precision_obstacles
from tinyml.storage.exporters.network_interface import describe_interface
from tinyml.storage.exporters.onnx_graph import INPUT, OUTPUT, make_graph, missing_layers
from tinyml.storage.model import SavedModel

OPSET = 20
"""The first set of operators with Gelu. Programs of 2024 and later read it."""

_IR_VERSION = 9
_LARGEST = 2**31 - 2**20
"""In bytes. A file of protocol buffers holds less than 2 GiB."""

_INSTALL = "The package onnx is not installed. Install it: pip install 'tinyml-studio[onnx]'."


def find_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return one sentence for each layer that ONNX has no word for, and for other reasons against an export.

    Arguments:
        net: the network.
        about: its specification.
    """
    found = [*missing_layers(infer(about.network, about.input_shape).layers), *precision_obstacles(net, "ONNX")]
    if sum(tensor.nbytes for tensor in net.named_tensors.values()) > _LARGEST:
        found.append("The weights need more than the 2 GiB that an ONNX file can hold. Export them as safetensors.")
    if find_spec("onnx") is None:
        found.append(_INSTALL)
    return tuple(found)


def make_model(net: Sequential, about: SavedModel) -> Any:
    """Return the network as a `ModelProto` of the package `onnx`, checked by its checker.

    The parameters have the names of our files. The batch axis is dynamic. The inputs are those of the network, after
    preprocessing; the metadata says how an example becomes an input.

    Arguments:
        net: the network with its weights.
        about: its specification, its preprocessing and the names of its classes.

    Raises `StorageError` if the package is missing, or if its checker refuses the model.
    """
    try:
        import onnx
    except ImportError as error:
        raise StorageError(_INSTALL) from error
    inference = infer(about.network, about.input_shape)
    tensors = net.named_tensors
    graph = make_graph(inference.layers, frozenset(tensors))
    helper, number = onnx.helper, onnx.TensorProto.FLOAT
    proto = helper.make_graph(
        [
            helper.make_node(node.operator, node.inputs, node.outputs, node.name, **node.attributes)
            for node in graph.nodes
        ],
        "network",
        [helper.make_tensor_value_info(INPUT, number, ["batch", *about.input_shape])],
        [helper.make_tensor_value_info(OUTPUT, number, ["batch", *(inference.output_shape or ())])],
        [
            onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)
            for name, values in {**tensors, **graph.constants}.items()
        ],
    )
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
        producer_name="TinyML Studio",
        doc_string=" ".join(describe_interface(about)),
    )
    helper.set_model_props(model, _metadata(about))
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise StorageError(f"The checker of ONNX refuses the network: {error}") from error
    return model


def _metadata(about: SavedModel) -> dict[str, str]:
    """Return the metadata: sentences for people, and JSON for programs."""
    described = about.model_dump(mode="json", include={"network", "input_shape", "preprocessing", "class_names"})
    return {
        "description": "\n".join(describe_interface(about)),
        "classes": json.dumps(about.class_names, ensure_ascii=False),
        "tinyml": json.dumps(described),
    }


def preview(net: Sequential, about: SavedModel) -> Preview:
    """Return a table of the nodes, with what goes in and comes out.

    Arguments:
        net: the network.
        about: its specification.
    """
    graph = make_graph(infer(about.network, about.input_shape).layers, frozenset(net.named_tensors))
    rows = [
        [node.operator, node.name, ", ".join(f"{name}={value}" for name, value in node.attributes.items())]
        for node in graph.nodes
    ]
    lines = [f"ONNX, operators of version {OPSET}", *describe_interface(about), ""]
    return Preview("\n".join([*lines, format_table(["operator", "name", "attributes"], rows, "<<<"), ""]))


def export(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the network as an ONNX file. The same network gives the same bytes.

    Arguments:
        path: the file, usually `*.onnx`.
        net: the network with its weights.
        about: its specification, its preprocessing and the names of its classes.

    Raises `StorageError` if the package `onnx` is missing, or if the file cannot be written.
    """
    try:
        content = make_model(net, about).SerializeToString(deterministic=True)
    except ValueError as error:  # more than 2 GiB, or a name that is no text
        raise StorageError(f"Could not save '{show_path(path)}': {error}. Choose another format.") from error
    write_atomically(path, content)


ONNX = Exporter(
    name="onnx",
    title="ONNX",
    suffix="onnx",
    help="graph and weights in one file, which ONNX Runtime and many other programs and devices run",
    export=export,
    obstacles=find_obstacles,
    preview=preview,
)

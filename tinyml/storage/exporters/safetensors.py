"""Export as safetensors: a model file. TinyML can open it, and other programs can read its weights."""

from tinyml.core import describe_count, describe_shape
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.model import SavedModel, save_model


def list_tensors(net: Sequential, about: SavedModel) -> Preview:
    """Return a line for each tensor: name, shape and type.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    tensors = net.named_tensors
    count = describe_count(sum(tensor.size for tensor in tensors.values()), "number")
    rows = [(name, describe_shape(tensor.shape), str(tensor.dtype)) for name, tensor in tensors.items()]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(2)]
    lines = [f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {dtype}" for name, shape, dtype in rows]
    return Preview("\n".join([f"{describe_count(len(rows), 'tensor')} with {count}", "", *lines]))


SAFETENSORS = Exporter(
    name="safetensors",
    title="Weights",
    suffix="safetensors",
    help="weights, with the network in the header; TinyML opens the file, and PyTorch and others read the weights",
    export=save_model,
    preview=list_tensors,
)

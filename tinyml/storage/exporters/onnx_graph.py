"""The graph of a network in the words of ONNX, as plain data: nodes and the names of their values.

Nothing here imports the package `onnx`. See https://onnx.ai/onnx/operators for the operators.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyml.core import Shape
from tinyml.layers import display_name
from tinyml.layers.avgpool2d import AvgPool2DSettings
from tinyml.layers.base import LayerSettings
from tinyml.layers.batchnorm import BatchNorm1DSettings, BatchNorm2DSettings
from tinyml.layers.conv2d import Conv2DSettings
from tinyml.layers.conv_transpose2d import ConvTranspose2DSettings
from tinyml.layers.dropout import DropoutSettings
from tinyml.layers.elu import ELUSettings
from tinyml.layers.flatten import FlattenSettings
from tinyml.layers.gelu import GELUSettings
from tinyml.layers.globalavgpool2d import GlobalAvgPool2DSettings
from tinyml.layers.leakyrelu import LeakyReLUSettings
from tinyml.layers.linear import LinearSettings
from tinyml.layers.maxpool2d import MaxPool2DSettings
from tinyml.layers.maxunpool2d import MaxUnpool2DSettings
from tinyml.layers.relu import ReLUSettings
from tinyml.layers.reshape import ReshapeSettings
from tinyml.layers.residual import ResidualSettings
from tinyml.layers.sigmoid import SigmoidSettings
from tinyml.layers.softmax import SoftmaxSettings
from tinyml.layers.tanh import TanhSettings
from tinyml.layers.upsample2d import Upsample2DSettings
from tinyml.net import LayerInference

INPUT, OUTPUT = "input", "output"
"""Names of the input and the output of the graph."""


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        operator: its name in ONNX, e.g. "Conv".
        name: of the node: that of its layer.
        inputs, outputs: names of values; an empty name stands for an input that is left out.
        attributes: settings of the operator.
    """

    operator: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass
class Graph:
    """The nodes of a network, in order.

    Attributes:
        tensors: names of the parameters and buffers of the network; the graph uses the same names.
        nodes: the nodes so far.
        constants: numbers that are no tensors of the network, such as shapes, by name.
    """

    tensors: frozenset[str]
    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: {INPUT, OUTPUT})

    def add(self, operator: str, layer: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> str:
        """Add a node; return the name of its first output. A second one is called as the first, with "_2".

        Arguments:
            operator: name in ONNX.
            layer: name of the layer, after the names of the blocks around it.
            inputs: names of values.
            outputs: number of outputs.
            attributes: settings of the operator.
        """
        name = self._new_name(f"{layer}/{operator}")
        made = (name, *(self._new_name(f"{name}_{number}") for number in range(2, outputs + 1)))
        self.nodes.append(Node(operator, name, tuple(inputs), made, attributes))
        return name

    def constant(self, layer: str, what: str, values: np.ndarray) -> str:
        """Add a constant; return its name.

        Arguments:
            layer: name of the layer that needs it.
            what: what it is, for its name.
            values: the numbers.
        """
        name = self._new_name(f"{layer}/{what}")
        self.constants[name] = values
        return name

    def end(self, value: str) -> None:
        """Make a value the output of the graph.

        Arguments:
            value: its name.
        """
        self.nodes.append(Node("Identity", OUTPUT, (value,), (OUTPUT,), {}))

    def _new_name(self, name: str) -> str:
        while name in self._taken or name in self.tensors:
            name += "_"
        self._taken.add(name)
        return name


@dataclass(frozen=True)
class _Place:
    """Where a layer stands in the graph.

    Attributes:
        graph: gets the nodes.
        inferred: the layer with its shapes.
        name: of the layer, after the names of the blocks around it.
        value: name of its input.
        pooled: for each pooling layer of the stack that is undone: names of its input and of its indices.
        undone: names of these layers.
    """

    graph: Graph
    inferred: LayerInference
    name: str
    value: str
    pooled: dict[str, tuple[str, str]]
    undone: frozenset[str]

    @property
    def input_shape(self) -> Shape:
        return self.inferred.input_shape or ()

    def tensors(self, *names: str) -> list[str]:
        """Return the full names of those tensors that the layer has."""
        return [f"{self.name}.{name}" for name in names if name in self.inferred.tensor_shapes]

    def add(self, operator: str, *others: str, **attributes: Any) -> str:
        """Add a node with the input of the layer and other inputs."""
        return self.graph.add(operator, self.name, [self.value, *others], **attributes)


def make_graph(layers: Sequence[LayerInference], tensors: frozenset[str]) -> Graph:
    """Return the graph of a network.

    Arguments:
        layers: of the network; ONNX has a word for each of them, see `missing_layers`.
        tensors: names of its tensors.
    """
    graph = Graph(tensors)
    graph.end(_add_stack(graph, layers, "", INPUT))
    return graph


def missing_layers(layers: Sequence[LayerInference]) -> tuple[str, ...]:
    """Return one sentence for each layer that ONNX has no word for, with its name.

    Arguments:
        layers: of the network.
    """
    found: list[str] = []
    for inferred in layers:
        if type(inferred.settings) not in _WRITERS:
            kind = display_name(inferred.specification.type)
            found.append(f"{inferred.specification.name}: there is no translation of {kind} to ONNX.")
        found += missing_layers(inferred.inside)
    return tuple(found)


def _add_stack(graph: Graph, layers: Sequence[LayerInference], prefix: str, value: str) -> str:
    undone = frozenset(inferred.paired_pooling for inferred in layers)
    pooled: dict[str, tuple[str, str]] = {}
    for inferred in layers:
        name = f"{prefix}{inferred.specification.name}"
        settings = inferred.settings
        assert settings is not None, "only complete networks are exported"
        value = _WRITERS[type(settings)](_Place(graph, inferred, name, value, pooled, undone), settings)
    return value


def _operator(name: str, **settings: str) -> Callable[[_Place, Any], str]:
    """Return a writer for one node without tensors.

    Arguments:
        name: of the operator.
        settings: name of the setting for each attribute.
    """

    def write(place: _Place, layer: Any) -> str:
        return place.add(name, **{attribute: getattr(layer, setting) for attribute, setting in settings.items()})

    return write


def _conv(place: _Place, settings: Any) -> str:
    """Write a convolution, or a transposed one."""
    rows, columns = settings.padding
    return place.add(
        "Conv" if isinstance(settings, Conv2DSettings) else "ConvTranspose",
        *place.tensors("weight", "bias"),
        kernel_shape=list(settings.window),
        strides=list(settings.stride),
        pads=[rows, columns, rows, columns],
        dilations=list(settings.dilation),
    )


def _linear(place: _Place, settings: Any) -> str:
    return place.add("Gemm", *place.tensors("weight", "bias"), transB=1)


def _batch_norm(place: _Place, settings: Any) -> str:
    tensors = place.tensors("weight", "bias", "running_mean", "running_var")
    return place.add("BatchNormalization", *tensors, epsilon=settings.eps)


def _max_pool(place: _Place, settings: Any) -> str:
    is_undone = place.inferred.specification.name in place.undone
    output = place.add(
        "MaxPool", outputs=1 + is_undone, kernel_shape=list(settings.window), strides=list(settings.stride)
    )
    if is_undone:
        place.pooled[place.inferred.specification.name] = place.value, place.graph.nodes[-1].outputs[1]
    return output


def _max_unpool(place: _Place, settings: Any) -> str:
    before, indices = place.pooled[place.inferred.paired_pooling]
    # The size with the batch: the indices count through all examples.
    size = place.graph.add("Shape", place.name, [before])
    return place.add("MaxUnpool", indices, size, kernel_shape=list(settings.window), strides=list(settings.stride))


def _average_pool(place: _Place, settings: Any) -> str:
    return place.add("AveragePool", kernel_shape=list(settings.window), strides=list(settings.stride))


def _global_average(place: _Place, settings: Any) -> str:
    return place.graph.add("Flatten", place.name, [place.add("GlobalAveragePool")], axis=1)


def _reshape(place: _Place, settings: Any) -> str:
    shape = np.array([0, *settings.output_shape(place.input_shape)], np.int64)  # 0: as many examples as before
    return place.add("Reshape", place.graph.constant(place.name, "shape", shape))


def _upsample(place: _Place, settings: Any) -> str:
    scales = place.graph.constant(place.name, "scales", np.array([1, 1, *settings.scale], np.float32))
    return place.add(
        "Resize", "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )


def _softmax(place: _Place, settings: Any) -> str:
    probabilities = place.add("Softmax", axis=settings.axis)
    if settings.eps == 0:
        return probabilities
    smallest = place.graph.constant(place.name, "smallest", np.array(settings.eps, np.float32))
    return place.graph.add("Max", place.name, [probabilities, smallest])


def _residual(place: _Place, settings: Any) -> str:
    inside = _add_stack(place.graph, place.inferred.inside, f"{place.name}.", place.value)
    return place.add("Add", inside)


def _gelu(place: _Place, settings: Any) -> str:
    return place.add("Gelu", approximate="tanh")


def _flatten(place: _Place, settings: Any) -> str:
    return place.add("Flatten", axis=1)


def _nothing(place: _Place, settings: Any) -> str:
    """Write no node: the layer changes nothing in prediction."""
    return place.value


_WRITERS: dict[type[LayerSettings] | type[None], Callable[[_Place, Any], str]] = {
    AvgPool2DSettings: _average_pool,
    BatchNorm1DSettings: _batch_norm,
    BatchNorm2DSettings: _batch_norm,
    Conv2DSettings: _conv,
    ConvTranspose2DSettings: _conv,
    DropoutSettings: _nothing,
    ELUSettings: _operator("Elu", alpha="alpha"),
    FlattenSettings: _flatten,
    GELUSettings: _gelu,
    GlobalAvgPool2DSettings: _global_average,
    LeakyReLUSettings: _operator("LeakyRelu", alpha="slope"),
    LinearSettings: _linear,
    MaxPool2DSettings: _max_pool,
    MaxUnpool2DSettings: _max_unpool,
    ReLUSettings: _operator("Relu"),
    ReshapeSettings: _reshape,
    ResidualSettings: _residual,
    SigmoidSettings: _operator("Sigmoid"),
    SoftmaxSettings: _softmax,
    TanhSettings: _operator("Tanh"),
    Upsample2DSettings: _upsample,
}
"""What writes the nodes of a layer, by its settings. It returns the name of the output."""

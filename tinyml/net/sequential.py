"""Sequential: a stack of layers, run up for the output and down for the gradients."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from tinyml.core import Array, Parameter, Shape, StorageError, TinymlError, describe_shape
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.layers import Layer
from tinyml.layers.stack import forward_through
from tinyml.net.batch_pass import BatchPass

_PREDICTED_AT_ONCE = 256
"""Examples that `predict` takes at a time, unless it is told otherwise."""


class Optimizer(Protocol):
    """What `Sequential.update` needs of an optimiser."""

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor according to its gradient."""


class Sequential:
    """A stack of layers (seed 000, "Net"; seed 003, section I.E).

    Formula: `F(x) = f_L(… f_2(f_1(x)))`; `backward` applies the chain rule from the last layer to the first.

    A layer that undoes a pooling layer (MaxUnpool2D) receives the switches of the nearest pooling layer before it that
    has not been undone yet, like brackets that close in reverse order.

    Arguments:
        layers: the layers, in the order in which the data passes through them.

    Shapes: input `(N, …)` as the first layer needs it, output `(N, …)` as the last layer gives it.

    >>> from tinyml.layers import Linear, ReLu
    >>> net = Sequential([Linear("fc_1", 4, 8), ReLu("relu_1"), Linear("fc_2", 8, 3)])
    >>> net(np.zeros((2, 4), np.float32)).shape
    (2, 3)
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self.layers: list[Layer] = list(layers)
        self._idle_passes: list[BatchPass] = []

    def add(self, layer: Layer) -> None:
        """Put a layer at the end of the stack."""
        self.layers.append(layer)

    def forward(self, input: Array, return_indices: bool = False) -> Array | tuple[Array, np.ndarray]:
        """Compute the output for a batch.

        Arguments:
            input: `(N, …)`; it is never changed.
            return_indices: also return the switches of the last pooling layer that was not undone.

        Raises `TinymlError` when a layer needs switches (or the caller asks for them) and there are none.
        """
        output, waiting = self._run(input)
        if not return_indices:
            return output
        if not waiting:
            raise TinymlError("There are no pooling indices to return: no pooling layer is left that was not undone.")
        return output, waiting[-1].switches

    def __call__(self, input: Array) -> Array:
        return self._run(input)[0]

    def _run(self, input: Array) -> tuple[Array, list[Layer]]:
        """Run all layers; return the output and the pooling layers that were not undone."""
        output = input
        waiting: list[Layer] = []
        for layer in self.layers:
            output = forward_through(layer, output, waiting)
        return output, waiting

    def backward(self, in_gradient: Array) -> Array:
        """Add to the gradient of every parameter; return the gradient with respect to the input of the stack."""
        gradient = in_gradient
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def update(self, optimizer: Optimizer) -> None:
        """Let the optimiser change every parameter that is not frozen, then forget the gradients."""
        for layer in self.layers:
            for parameter in layer.named_parameters.values():
                if parameter.require_grad:
                    optimizer.update(parameter)
                parameter.zero_grad()

    def zero_grad(self) -> None:
        """Forget the accumulated gradients of all parameters."""
        for layer in self.layers:
            layer.zero_grad()

    def build_params(self) -> None:
        """Do nothing: parameters exist as soon as their layer does. Kept for scripts of the original tinyml."""

    def predict(self, data: Array, batch_size: int | None = None) -> Array:
        """Compute the output in evaluation mode, `batch_size` examples at a time; the mode is put back afterwards."""
        # One that another thread is using is not among those that are idle.
        batch_pass = self._idle_passes.pop() if self._idle_passes else BatchPass(keeps=False)
        modes = [layer.training for layer in self.layers]
        self.eval()
        try:
            step = batch_size or _PREDICTED_AT_ONCE
            parts = [batch_pass.forward(self.layers, data[i : i + step]) for i in range(0, max(len(data), 1), step)]
        finally:
            self._idle_passes.append(batch_pass)
            for layer, mode in zip(self.layers, modes, strict=True):
                layer.training = mode
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def release_memory(self) -> None:
        """Give back the memory that `predict` keeps for the next time."""
        self._idle_passes.clear()

    def train(self) -> None:
        """Switch every layer to training: dropout drops."""
        for layer in self.layers:
            layer.training = True

    def eval(self) -> None:
        """Switch every layer to evaluation: dropout is the identity."""
        for layer in self.layers:
            layer.training = False

    @property
    def parameters(self) -> list[Parameter]:
        """All parameters, layer by layer."""
        return [parameter for layer in self.layers for parameter in layer.parameters]

    @property
    def named_parameters(self) -> dict[str, Parameter]:
        """All parameters under "layer.parameter", e.g. "conv_1.weight": what training changes."""
        return {
            f"{layer.name}.{name}": parameter
            for layer in self.layers
            for name, parameter in layer.named_parameters.items()
        }

    @property
    def named_tensors(self) -> dict[str, Array]:
        """All arrays that make up the trained network, under the names used in files: parameters and buffers.

        These are the arrays that the layers compute with, not copies.
        """
        return {f"{layer.name}.{name}": tensor for layer in self.layers for name, tensor in layer.named_tensors.items()}

    @property
    def generators(self) -> list[np.random.Generator]:
        """The generators that layers draw from while they work (dropout), each once, from the first layer on."""
        found = {id(generator): generator for layer in self.layers for generator in layer.generators}
        return list(found.values())

    def output_shape(self, input_shape: Shape) -> Shape:
        """Tell the shape that comes out for `input_shape`, both without the batch axis; raises `ShapeError`."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def summary(self) -> str:
        """Return a table of the layers, their settings and their numbers of parameters, as text."""
        rows = [("layer", "type", "settings", "parameters")]
        for layer in self.layers:
            count = sum(parameter.tensor.size for parameter in layer.parameters)
            rows.append((layer.name, type(layer).__name__, layer.settings.describe(), f"{count:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            f"{name:<{widths[0]}}  {kind:<{widths[1]}}  {settings:<{widths[2]}}  {count:>{widths[3]}}"
            for name, kind, settings, count in rows
        ]
        total = sum(parameter.tensor.size for parameter in self.parameters)
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], f"{total:,} parameters"])

    def export(self, path: str | Path) -> None:
        """Save all parameters and buffers as safetensors, atomically; raises `StorageError`.

        `tinyml.storage.save_model` writes a file that holds the network too.
        """
        write_tensors(path, self.named_tensors)

    def load(self, path: str | Path) -> None:
        """Read tensors that `export` wrote; raises `StorageError` and changes nothing when they do not fit."""
        self.set_tensors(read_tensors(path).tensors, source=str(path))

    def set_tensors(self, tensors: Mapping[str, np.ndarray], source: str = "the tensors") -> None:
        """Copy tensors, named as in `named_tensors`, into parameters and buffers (cast to the dtype of each).

        Raises `StorageError`, naming `source` and the tensor, when one is missing, superfluous or of another shape;
        then nothing has been changed.
        """
        own = self.named_tensors
        for name in sorted(own.keys() ^ tensors.keys()):
            state = "has no tensor" if name in own else "has the unknown tensor"
            raise StorageError(f"{source} {state} '{name}', so it belongs to another network.")
        for name, tensor in own.items():
            if tensors[name].shape != tensor.shape:
                raise StorageError(
                    f"{source} holds '{name}' as {describe_shape(tensors[name].shape)}, "
                    f"but this network needs {describe_shape(tensor.shape)}."
                )
        for name, tensor in own.items():
            tensor[...] = tensors[name]

    def __repr__(self) -> str:
        return "Sequential([\n" + "".join(f"    {layer!r},\n" for layer in self.layers) + "])"

"""Sequential: a stack of layers, run up for the output and down for the gradients."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, overload

import numpy as np

from tinyml.core import (
    Array,
    Parameter,
    Shape,
    StorageError,
    TinymlError,
    as_examples,
    as_floats,
    describe_shape,
)
from tinyml.core.suggestions import did_you_mean
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.core.validation import check_counts
from tinyml.layers import Layer
from tinyml.layers.base.stack import check_layers, forward_through
from tinyml.net.execution import BatchPass
from tinyml.net.summary import summarize

_PREDICTED_AT_ONCE = 256
"""Examples that `predict` takes at a time, unless it is told otherwise."""


class SupportsUpdate(Protocol):
    """What `Sequential.update` needs of an optimiser."""

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor according to its gradient."""


class Sequential:
    """A stack of layers (seed 000, "Net"; seed 003, section I.E).

    Formula: `F(x) = f_L(… f_2(f_1(x)))`; `backward` applies the chain rule from the last layer to the first.

    A layer that undoes a pooling layer (MaxUnpool2D) receives the switches of the nearest pooling layer before it that
    has not been undone yet, like brackets that close in reverse order.

    `len(net)`, `net[0]`, `net[-1]`, `net["fc_1"]`, `for layer in net` and `"fc_1" in net` are about its layers. A
    slice, such as `net[:2]`, is a network of the same layers: they are shared, not copied. So training one network
    changes the other, and `train()` or `eval()` of one switches the shared layers of both.

    Arguments:
        layers: the layers, in the order in which the data passes through them; or the first of them.
        further: the others, when `layers` is one layer: `Sequential(first, second)` is `Sequential([first, second])`.

    Shapes: input `(N, …)` as the first layer needs it, output `(N, …)` as the last layer gives it.

    Raises `SettingsError` when what is put into it is no layer, or two layers have the same name, or one layer stands
    in it twice. If you change `layers` yourself, the next pass and `export` check it.

    >>> from tinyml.layers import Linear, ReLU
    >>> net = Sequential([Linear("fc_1", 4, 8), ReLU("relu_1"), Linear("fc_2", 8, 3)])
    >>> net(np.zeros((2, 4), np.float32)).shape
    (2, 3)
    >>> net["fc_2"], len(net[:2])
    (Linear('fc_2', 3 outputs), 2)
    """

    def __init__(self, layers: Iterable[Layer] | Layer = (), *further: Layer) -> None:
        first = [layers] if isinstance(layers, Layer) else _read_list(layers)
        self.layers: list[Layer] = [*first, *further]
        self._idle_passes: list[BatchPass] = []
        self._check()

    def add(self, layer: Layer) -> None:
        """Put a layer at the end of the stack; raises `SettingsError` as the constructor does."""
        self.insert(len(self.layers), layer)

    def insert(self, index: int, layer: Layer) -> None:
        """Put a layer before the one at `index`, as `list.insert` does; raises `SettingsError` as the constructor does.

        >>> from tinyml.layers import Linear, Tanh
        >>> net = Sequential([Linear("fc_1", 4, 8)])
        >>> net.insert(1, Tanh("tanh_1"))
        >>> [layer.name for layer in net]
        ['fc_1', 'tanh_1']
        """
        layers = list(self.layers)
        layers.insert(index, layer)
        check_layers(layers)
        self.layers.insert(index, layer)

    def __len__(self) -> int:
        return len(self.layers)

    def __bool__(self) -> bool:
        """Return True, also for a network that has no layers yet."""
        return True

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __contains__(self, layer: object) -> bool:
        return any(layer is each or layer == each.name for each in self.layers)

    @overload
    def __getitem__(self, key: int | str) -> Layer: ...

    @overload
    def __getitem__(self, key: slice) -> "Sequential": ...

    def __getitem__(self, key: int | str | slice) -> "Layer | Sequential":
        """Return a layer by its position or its name, or a network of some of the layers, which are shared.

        Raises `IndexError` for a position that is not there, `KeyError` for a name.
        """
        if isinstance(key, slice):
            return Sequential(self.layers[key])
        if isinstance(key, str):
            for layer in self.layers:
                if layer.name == key:
                    return layer
            near = did_you_mean(key, [layer.name for layer in self.layers])
            raise KeyError(f"There is no layer '{key}'.{near}")
        return self.layers[key]

    @property
    def dtype(self) -> np.dtype:
        """The dtype that whole numbers and lists become: that of the first parameter; float32 when there is none."""
        for parameter in self.parameters:
            return parameter.tensor.dtype
        return np.dtype(np.float32)

    def _check(self) -> None:
        """Check the layers, and remember which they were."""
        check_layers(self.layers)
        self._checked = list(self.layers)

    def read_input(self, input: Any) -> Array:
        """Return an input as floating-point numbers, in the dtype of the network unless it is made of such numbers.

        Raises `DataError` when it is not made of real numbers.

        >>> Sequential().read_input([[1, 2]])
        array([[1., 2.]], dtype=float32)
        """
        if isinstance(input, np.ndarray) and input.dtype.kind == "f":
            return input
        return as_floats(input, "The input of the network", self.dtype)

    def forward(self, input: Array, return_indices: bool = False) -> Array | tuple[Array, np.ndarray]:
        """Compute the output for a batch.

        Arguments:
            input: `(N, …)`; it is never changed. Whole numbers and lists become floating-point numbers.
            return_indices: also return the switches of the last pooling layer that was not undone.

        Raises `TinymlError` when a layer needs switches (or the caller asks for them) and there are none.
        """
        output, pending_pools = self._run(input)
        if not return_indices:
            return output
        if not pending_pools:
            raise TinymlError("There are no pooling indices to return: no pooling layer is left that was not undone.")
        return output, pending_pools[-1].switches

    def __call__(self, input: Array) -> Array:
        return self._run(input)[0]

    def _run(self, input: Array) -> tuple[Array, list[Layer]]:
        """Run all layers; return the output and the pooling layers that were not undone."""
        if self._checked != self.layers:
            self._check()
        output = self.read_input(input)
        pending_pools: list[Layer] = []
        for layer in self.layers:
            output = forward_through(layer, output, pending_pools)
        return output, pending_pools

    def backward(self, in_gradient: Array) -> Array:
        """Add to the gradient of every parameter; return the gradient with respect to the input of the stack."""
        gradient = in_gradient
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def update(self, optimizer: SupportsUpdate) -> None:
        """Let the optimiser change every parameter that is not frozen, then forget the gradients."""
        for parameter in self._parameters():
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
        """Compute the output in evaluation mode, `batch_size` examples at a time; the mode is put back afterwards.

        Raises `SettingsError` for an impossible batch size.
        """
        if batch_size is not None:
            check_counts(batch_size=batch_size)
        data = as_examples(data, "The input of the network")
        # One that another thread is using is not among those that are idle.
        batch_pass = self._idle_passes.pop() if self._idle_passes else BatchPass(for_training=False)
        modes = [layer.training for layer in self.layers]
        self.eval()
        try:
            step = batch_size or _PREDICTED_AT_ONCE
            # In parts, so that whole numbers take up little memory as floating-point numbers.
            parts = [
                batch_pass.forward(self.layers, self.read_input(data[i : i + step]))
                for i in range(0, max(len(data), 1), step)
            ]
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
        """All parameters, layer by layer; one that several layers share is there once."""
        return list(self._parameters())

    def _parameters(self) -> dict[Parameter, None]:
        """Return the parameters as keys, since that is the quickest way to have each of them once, in order."""
        return {parameter: None for layer in self.layers for parameter in layer.named_parameters.values()}

    @property
    def named_parameters(self) -> dict[str, Parameter]:
        """All parameters under "layer.parameter", e.g. "conv_1.weight": what training changes.

        Raises `SettingsError` when two of them have the same name.
        """
        check_layers(self.layers)
        return {
            f"{layer.name}.{name}": parameter
            for layer in self.layers
            for name, parameter in layer.named_parameters.items()
        }

    @property
    def named_tensors(self) -> dict[str, Array]:
        """All arrays that make up the trained network, under the names used in files: parameters and buffers.

        These are the arrays that the layers compute with, not copies. Raises `SettingsError` when two of them have the
        same name.
        """
        check_layers(self.layers)
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

    def summary(self, input_shape: Shape | None = None) -> str:
        """Return a table of the layers as text: settings, output shapes, parameters and operations.

        The operations are those of a forward pass of one example, in prediction: every addition, multiplication,
        comparison and function, such as tanh, is one. A question mark stands for what is not known.

        Arguments:
            input_shape: of one example, without the batch axis. Without it, shapes begin at the first layer that fits
                one shape only, such as Linear or Conv2D.

        Raises `ShapeError`, naming the layer, when the input does not fit.

        >>> from tinyml.layers import Linear, ReLU
        >>> print(Sequential([Linear("fc", 4, 3), ReLU("relu")]).summary())
        layer  type    settings   output  parameters  operations
        --------------------------------------------------------
        fc     Linear  3 outputs  3               15          27
        relu   ReLU               3                0           3
        15 parameters, 30 operations for each example
        """
        return summarize(self.layers, input_shape)

    def export(self, path: str | Path) -> None:
        """Save all parameters and buffers as safetensors, atomically; also those of layers of your own.

        Raises `StorageError`, or `SettingsError` when two layers have the same name.

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

    def state_dict(self) -> dict[str, Array]:
        """Return `named_tensors`, under PyTorch's name."""
        return self.named_tensors

    def load_state_dict(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Do `set_tensors`, under PyTorch's name.

        >>> from tinyml.layers import Linear
        >>> net, other = Sequential([Linear("fc", 4, 3)]), Sequential([Linear("fc", 4, 3)])
        >>> other.load_state_dict(net.state_dict())
        >>> bool((other["fc"].weight.tensor == net["fc"].weight.tensor).all())
        True
        """
        self.set_tensors(tensors)

    def __repr__(self) -> str:
        return "Sequential([\n" + "".join(f"    {layer!r},\n" for layer in self.layers) + "])"


def _read_list(layers: Any) -> list[Layer]:
    return list(layers) if isinstance(layers, Iterable) and not isinstance(layers, str) else [layers]

"""Sequential: a stack of layers with a forward and a backward pass."""

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
"""Default number of examples in one batch of `predict`."""


class SupportsUpdate(Protocol):
    """The interface that `Sequential.update` needs of an optimiser."""

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by its gradient."""


class Sequential:
    """A stack of layers (specification 000, "Net"; specification 003, section I.E).

    Formula: `F(x) = f_L(… f_2(f_1(x)))`; `backward` applies the chain rule from the last layer to the first.

    An unpooling layer (MaxUnpool2D) receives the switches of the nearest pooling layer before it that no other
    unpooling layer has used. Pairs of pooling and unpooling layers are nested like brackets.

    `len(net)`, `net[0]`, `net[-1]`, `net["fc_1"]`, `for layer in net` and `"fc_1" in net` refer to its layers. A slice,
    such as `net[:2]`, is a network of the same layers: they are shared, not copied. So training one network changes the
    other, and `train()` or `eval()` of one network changes the mode of the shared layers.

    Arguments:
        layers: the layers, from the input to the output; or the first layer.
        further: the other layers if `layers` is one layer: `Sequential(first, second)` is
            `Sequential([first, second])`.

    Shapes: the input `(N, …)` of the first layer, the output `(N, …)` of the last layer.

    Raises `SettingsError` if one of them is not a layer, if two layers have the same name, or if a layer appears twice.
    If you change `layers` yourself, the next pass and `export` check it.

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
        """Add a layer at the end; raises `SettingsError` as the constructor does."""
        self.insert(len(self.layers), layer)

    def insert(self, index: int, layer: Layer) -> None:
        """Insert a layer before index `index`, as `list.insert` does; raises `SettingsError` as the constructor does.

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
        """Return True, also for a network without layers."""
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
        """Return a layer by its index or name, or a network of a slice of the layers, which are shared.

        Raises `IndexError` for an index out of range, `KeyError` for an unknown name.
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
        """The dtype of the first parameter; float32 without parameters. Whole numbers and lists are converted to it."""
        for parameter in self.parameters:
            return parameter.tensor.dtype
        return np.dtype(np.float32)

    def _check(self) -> None:
        """Check the layers, and keep a copy of the list."""
        check_layers(self.layers)
        self._checked = list(self.layers)

    def read_input(self, input: Any) -> Array:
        """Return an input as floating-point numbers. Other numbers are converted to the dtype of the network.

        Raises `DataError` if it does not consist of real numbers.

        >>> Sequential().read_input([[1, 2]])
        array([[1., 2.]], dtype=float32)
        """
        if isinstance(input, np.ndarray) and input.dtype.kind == "f":
            return input
        return as_floats(input, "The input of the network", self.dtype)

    def forward(self, input: Array, return_indices: bool = False) -> Array | tuple[Array, np.ndarray]:
        """Compute the output for a batch.

        Arguments:
            input: `(N, …)`. It is never changed. Whole numbers and lists become floating-point numbers.
            return_indices: True to return also the switches of the last pooling layer without an unpooling layer.

        Raises `TinymlError` if a layer needs switches (or `return_indices` asks for them) and there are none.
        """
        output, pending_pools = self._run(input)
        if not return_indices:
            return output
        if not pending_pools:
            raise TinymlError("There are no pooling indices to return: every pooling layer has an unpooling layer.")
        return output, pending_pools[-1].switches

    def __call__(self, input: Array) -> Array:
        return self._run(input)[0]

    def _run(self, input: Array) -> tuple[Array, list[Layer]]:
        """Run all layers; return the output and the pooling layers without an unpooling layer."""
        if self._checked != self.layers:
            self._check()
        output = self.read_input(input)
        pending_pools: list[Layer] = []
        for layer in self.layers:
            output = forward_through(layer, output, pending_pools)
        return output, pending_pools

    def backward(self, in_gradient: Array) -> Array:
        """Add to the gradient of every parameter; return the input gradient of the network."""
        gradient = in_gradient
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def update(self, optimizer: SupportsUpdate) -> None:
        """Change every parameter that is not frozen with the optimiser, then clear the gradients.

        Arguments:
            optimizer: an optimiser, or another object with `update`.
        """
        for parameter in self._parameters():
            if parameter.require_grad:
                optimizer.update(parameter)
            parameter.zero_grad()

    def zero_grad(self) -> None:
        """Clear the accumulated gradients of all parameters."""
        for layer in self.layers:
            layer.zero_grad()

    def build_params(self) -> None:
        """Do nothing: the constructor of a layer makes its parameters. Kept for scripts of the original tinyml."""

    def predict(self, data: Array, batch_size: int | None = None) -> Array:
        """Compute the output in evaluation mode, `batch_size` examples at a time. Layers keep their mode.

        Arguments:
            data: `(N, …)` the inputs.
            batch_size: number of examples in a batch; 256 by default, so that large data needs little memory.

        Raises `SettingsError` for an invalid batch size.
        """
        if batch_size is not None:
            check_counts(batch_size=batch_size)
        data = as_examples(data, "The input of the network")
        # Another thread can predict at the same time, with a pass of its own.
        batch_pass = self._idle_passes.pop() if self._idle_passes else BatchPass(for_training=False)
        modes = [layer.training for layer in self.layers]
        self.eval()
        try:
            step = batch_size or _PREDICTED_AT_ONCE
            # Converted batch by batch: as floating-point numbers, whole numbers need more memory.
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
        """Free the memory that `predict` keeps for the next time."""
        self._idle_passes.clear()

    def train(self) -> None:
        """Put every layer into training mode, in which dropout is active."""
        for layer in self.layers:
            layer.training = True

    def eval(self) -> None:
        """Put every layer into evaluation mode, in which dropout is the identity."""
        for layer in self.layers:
            layer.training = False

    @property
    def parameters(self) -> list[Parameter]:
        """All parameters, layer by layer; a shared parameter appears once."""
        return list(self._parameters())

    def _parameters(self) -> dict[Parameter, None]:
        """Return the parameters as keys of a dict: the fastest way to get each one once, in order."""
        return {parameter: None for layer in self.layers for parameter in layer.named_parameters.values()}

    @property
    def named_parameters(self) -> dict[str, Parameter]:
        """All parameters by "layer.parameter", e.g. "conv_1.weight". Training changes these.

        Raises `SettingsError` if two of them have the same name.
        """
        check_layers(self.layers)
        return {
            f"{layer.name}.{name}": parameter
            for layer in self.layers
            for name, parameter in layer.named_parameters.items()
        }

    @property
    def named_tensors(self) -> dict[str, Array]:
        """All parameters and buffers as arrays, by their names in files. Together they are the trained network.

        These are the arrays that the layers use, not copies. Raises `SettingsError` if two of them have the same name.
        """
        check_layers(self.layers)
        return {f"{layer.name}.{name}": tensor for layer in self.layers for name, tensor in layer.named_tensors.items()}

    @property
    def generators(self) -> list[np.random.Generator]:
        """The random generators of the layers (dropout), each once, from the first layer on."""
        found = {id(generator): generator for layer in self.layers for generator in layer.generators}
        return list(found.values())

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the output shape for an input shape, both without the batch axis; raises `ShapeError`."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def summary(self, input_shape: Shape | None = None) -> str:
        """Return a table of the layers as text: settings, output shapes, parameters and operations.

        Operations are counted for the forward pass of one example in evaluation mode. Every addition, multiplication,
        comparison and function, such as tanh, counts as one. A question mark stands for an unknown value.

        Arguments:
            input_shape: shape of one example, without the batch axis. Without it, shapes are known from the first layer
                on that has a fixed input shape, such as Linear or Conv2D.

        Raises `ShapeError`, which names the layer, if the input does not fit.

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
        """Save all parameters and buffers, also those of custom layers, as safetensors, atomically.

        Arguments:
            path: the file; an older file is replaced.

        Raises `StorageError`, or `SettingsError` if two layers have the same name.

        `tinyml.storage.save_model` writes a file that also holds the network specification.
        """
        write_tensors(path, self.named_tensors)

    def load(self, path: str | Path) -> None:
        """Read tensors that `export` wrote; raises `StorageError` and changes nothing if they do not fit.

        Arguments:
            path: the file.
        """
        self.set_tensors(read_tensors(path).tensors, source=str(path))

    def set_tensors(self, tensors: Mapping[str, np.ndarray], source: str = "the tensors") -> None:
        """Copy tensors into parameters and buffers, and convert them to the dtype of each.

        Arguments:
            tensors: by the names of `named_tensors`.
            source: the subject of error messages, such as a path.

        Raises `StorageError`, which names `source` and the tensor, if a tensor is missing, unknown or of another shape.
        Then nothing is changed.
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
        """Return `named_tensors`; PyTorch's name for it."""
        return self.named_tensors

    def load_state_dict(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Call `set_tensors`; PyTorch's name for it.

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

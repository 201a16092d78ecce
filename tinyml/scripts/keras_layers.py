"""Each layer in the words of Keras 3, with the channels last: calls, and where its weights go."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tinyml.core import Pair, Shape
from tinyml.core.initialisers import initial_spread
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
from tinyml.layers.relu import ReLUSettings
from tinyml.layers.reshape import ReshapeSettings
from tinyml.layers.residual import ResidualSettings
from tinyml.layers.sigmoid import SigmoidSettings
from tinyml.layers.softmax import SoftmaxSettings
from tinyml.layers.tanh import TanhSettings
from tinyml.layers.upsample2d import Upsample2DSettings
from tinyml.net import LayerInference
from tinyml.scripts.source_text import call, literal, named

UNIFORM = "uniform()"
"""The call of a function of the script: PyTorch's initial weights, uniform in ±1/√inputs."""


class KerasLayer(NamedTuple):
    """A layer in Keras.

    Attributes:
        calls: source code applied to `x` one after the other; "{}" stands for `x`, and without it the call makes a
            layer.
        main: position of the call that gets the name of the layer, because it has its weights.
    """

    calls: tuple[str, ...]
    main: int = 0


def keras_layer(inferred: LayerInference, decay: bool = False) -> KerasLayer | None:
    """Return a layer in Keras; None if there is no translation, and for a block.

    Arguments:
        inferred: the layer, complete.
        decay: True if the loss gets a penalty for large parameters.
    """
    settings, shape = inferred.settings, inferred.input_shape
    write = _WRITERS.get(type(settings))
    if write is None or settings is None or shape is None:
        return None
    made = write(settings, shape)
    if not (decay and inferred.parameter_shapes):
        return made
    parts = ("gamma", "beta") if "running_mean" in inferred.buffer_shapes else ("kernel", "bias")
    kept = [part for part, name in zip(parts, ("weight", "bias"), strict=True) if name in inferred.parameter_shapes]
    penalty = "".join(f", {part}_regularizer=DECAY" for part in kept)
    calls = [f"{each[:-1]}{penalty})" if place == made.main else each for place, each in enumerate(made.calls)]
    return made._replace(calls=tuple(calls))


def keras_problem(inferred: LayerInference) -> str:
    """Return one sentence that says why a layer cannot be written for Keras; an empty text if it can.

    Arguments:
        inferred: the layer, complete; the layers inside a block do not count.
    """
    settings, name = inferred.settings, inferred.specification.name
    kind = display_name(inferred.specification.type)
    if isinstance(settings, Conv2DSettings | ConvTranspose2DSettings):
        if max(settings.stride) > 1 and max(_dilation(settings)) > 1:
            return f"{name}: in Keras, a {kind} cannot have both a stride and a dilation. Set one of them to 1."
        return ""
    if type(settings) in _WRITERS or is_sum(inferred):
        return ""
    return f"{name}: there is no translation of {kind} to Keras."


def is_sum(inferred: LayerInference) -> bool:
    """Return True if a layer is a block whose input is added to the output of the layers inside.

    Arguments:
        inferred: the layer.
    """
    return type(inferred.settings) is ResidualSettings


def channels_last(shape: Shape) -> Shape:
    """Return the shape of maps as Keras has it: (rows, columns, channels); any other shape stays.

    Arguments:
        shape: of one example.

    >>> channels_last((3, 8, 9)), channels_last((5,))
    ((8, 9, 3), (5,))
    """
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _layer(name: str, *arguments: Any, **keywords: Any) -> str:
    written = [literal(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value) for value in arguments]
    return call(f"layers.{name}", [*written, *named(keywords)])


def _plain(name: str, *arguments: Any, **settings: str) -> Callable[[Any, Shape], KerasLayer]:
    """Return a writer of one call; `settings` are the names of our settings by the names of Keras."""

    def write(layer: Any, shape: Shape) -> KerasLayer:
        keywords = {keyword: getattr(layer, setting) for keyword, setting in settings.items()}
        return KerasLayer((_layer(name, *arguments, **keywords),))

    return write


def _dilation(settings: Any) -> Pair:
    """Return the dilation; that of a window of one pixel means nothing."""
    rows, columns = (1 if window == 1 else by for window, by in zip(settings.window, settings.dilation, strict=True))
    return rows, columns


def _convolution(settings: Any, name: str, padding: str, start: str = "") -> str:
    keywords: dict[str, Any] = {}
    if settings.stride != (1, 1):
        keywords["strides"] = settings.stride
    if padding != "valid":
        keywords["padding"] = padding
    if _dilation(settings) != (1, 1):
        keywords["dilation_rate"] = _dilation(settings)
    written = _layer(name, settings.filters, settings.window, **keywords)
    return _started(written, settings, start) if start else _with_start(written, settings)


def _with_start(written: str, settings: Any) -> str:
    return _started(written, settings, UNIFORM if settings.initialiser == "uniform" else literal(settings.initialiser))


def _started(written: str, settings: Any, start: str) -> str:
    bias = "" if settings.bias else ", use_bias=False"
    return f"{written[:-1]}{bias}, kernel_initializer={start})"


def _conv(settings: Any, shape: Shape) -> KerasLayer:
    spans = [by * (window - 1) for window, by in zip(settings.window, _dilation(settings), strict=True)]
    if settings.stride == (1, 1) and spans == [2 * pixels for pixels in settings.padding] and any(spans):
        return KerasLayer((_convolution(settings, "Conv2D", "same"),))
    written = _convolution(settings, "Conv2D", "valid")
    if settings.padding == (0, 0):
        return KerasLayer((written,))
    return KerasLayer((_layer("ZeroPadding2D", settings.padding), written), 1)


def _transposed_start(settings: ConvTranspose2DSettings, shape: Shape) -> str:
    """Return the initialiser of a transposed convolution: Keras takes its fan-out for its fan-in."""
    if settings.initialiser == "orthogonal":
        return literal(settings.initialiser)
    spread = initial_spread(settings.initialiser, settings.fans(shape))
    if settings.initialiser.endswith("normal"):
        return f"keras.initializers.RandomNormal(0, {spread:.9g})"
    return f"keras.initializers.RandomUniform(-{spread:.9g}, {spread:.9g})"


def _conv_transpose(settings: Any, shape: Shape) -> KerasLayer:
    written = _convolution(settings, "Conv2DTranspose", "valid", _transposed_start(settings, shape))
    cut = []
    for window, stride, padding, by in zip(
        settings.window, settings.stride, settings.padding, _dilation(settings), strict=True
    ):
        # Keras fills up to a whole stride at the end if the window is smaller.
        cut.append((padding, padding + max(stride - (by * (window - 1) + 1), 0)))
    cropped = (f"layers.Cropping2D({literal(tuple(cut))})",) if any(map(any, cut)) else ()
    return KerasLayer((written, *cropped))


def _dense(settings: Any, shape: Shape) -> KerasLayer:
    return KerasLayer((_with_start(_layer("Dense", settings.outputs), settings),))


def _batch_norm(settings: Any, shape: Shape) -> KerasLayer:
    momentum = round(1 - settings.momentum, 12)
    return KerasLayer((_layer("BatchNormalization", momentum=momentum, epsilon=settings.eps),))


def _flatten(settings: Any, shape: Shape) -> KerasLayer:
    calls = (*_channels_first(shape), _layer("Flatten"))
    return KerasLayer(calls, len(calls) - 1)


def _reshape(settings: Any, shape: Shape) -> KerasLayer:
    first, size = _channels_first(shape), literal(settings.output_shape(shape))
    return KerasLayer((*first, f"layers.Reshape({size})", "layers.Permute((2, 3, 1))"), len(first))


def _channels_first(shape: Shape) -> tuple[str, ...]:
    """Return the call that puts the channels first, the order in which our numbers stand in a vector."""
    return ("layers.Permute((3, 1, 2))",) if len(shape) == 3 and (shape[0] > 1) else ()


def _softmax(settings: Any, shape: Shape) -> KerasLayer:
    axis = {1: 3, 2: 1, 3: 2}[settings.axis] if len(shape) == 3 else settings.axis
    clamped = (f"keras.ops.maximum({{}}, {settings.eps!r})",) if settings.eps else ()
    return KerasLayer((_layer("Softmax", axis=axis), *clamped))


def _gelu(settings: Any, shape: Shape) -> KerasLayer:
    return KerasLayer(("keras.ops.gelu({}, approximate=True)",))


def _pool(name: str) -> Callable[[Any, Shape], KerasLayer]:
    return lambda settings, shape: KerasLayer((_layer(name, settings.window, strides=settings.stride),))


_WRITERS: dict[type[LayerSettings] | type[None], Callable[[Any, Shape], KerasLayer]] = {
    AvgPool2DSettings: _pool("AveragePooling2D"),
    BatchNorm1DSettings: _batch_norm,
    BatchNorm2DSettings: _batch_norm,
    Conv2DSettings: _conv,
    ConvTranspose2DSettings: _conv_transpose,
    DropoutSettings: _plain("Dropout", rate="probability"),
    ELUSettings: _plain("ELU", alpha="alpha"),
    FlattenSettings: _flatten,
    GELUSettings: _gelu,
    GlobalAvgPool2DSettings: _plain("GlobalAveragePooling2D"),
    LeakyReLUSettings: _plain("LeakyReLU", negative_slope="slope"),
    LinearSettings: _dense,
    MaxPool2DSettings: _pool("MaxPooling2D"),
    ReLUSettings: _plain("ReLU"),
    ReshapeSettings: _reshape,
    SigmoidSettings: _plain("Activation", "sigmoid"),
    SoftmaxSettings: _softmax,
    TanhSettings: _plain("Activation", "tanh"),
    Upsample2DSettings: _plain("UpSampling2D", size="scale"),
}
"""What writes a layer, by its settings. `MaxUnpool2D` is missing: Keras returns no positions of maxima."""

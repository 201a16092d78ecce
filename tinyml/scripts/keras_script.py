"""The script of a network for Keras 3."""

import re
from collections.abc import Sequence

from tinyml.core import describe_shape
from tinyml.net import LayerInference
from tinyml.scripts.keras_layers import UNIFORM, channels_last, is_sum, keras_layer, keras_problem
from tinyml.scripts.keras_training import keras_left_out, keras_training_part, penalises_parameters
from tinyml.scripts.script import LayerPath, Script, ScriptContent, all_layers
from tinyml.scripts.source_lines import SourceLines
from tinyml.scripts.source_text import literal, one_line

_UNIFORM = '''
def uniform():
    """Return an initialiser: uniform in ±1/√(number of inputs)."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")

'''

_WEIGHTS = '''
AXES = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}  # for each number of axes of our tensors: their order in Keras


def load_weights(path):
    """Load weights of TinyML Studio (*.safetensors)."""
    tensors = load_file(path)
    for layer, names in TENSORS.items():
        model.get_layer(layer).set_weights([tensors[name].transpose(AXES[tensors[name].ndim]) for name in names])


def save_weights(path):
    """Save the weights, so that TinyML Studio can load them (*.safetensors)."""
    tensors = {}
    for layer, names in TENSORS.items():
        for name, values in zip(names, model.get_layer(layer).get_weights()):
            tensors[name] = np.ascontiguousarray(values.transpose(np.argsort(AXES[values.ndim])))
    save_file(tensors, path)'''


def keras_obstacles(content: ScriptContent) -> tuple[str, ...]:
    """Return one sentence for each layer that cannot be written for Keras, with its name and the reason.

    Arguments:
        content: the network.

    >>> from tinyml.data import DataChoice, describe
    >>> from tinyml.learner import TrainingSettings
    >>> from tinyml.net import LayerSpecification, NetworkSpecification
    >>> from tinyml.scripts import infer_content
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> choice, training = DataChoice(source="circle"), TrainingSettings()
    >>> network = NetworkSpecification(layers=layers)
    >>> keras_obstacles(infer_content(network, describe("circle"), choice, training, "tiny"))
    ()
    """
    problems = (keras_problem(inferred) for inferred in all_layers(content.layers))
    return tuple(one_line(problem) for problem in problems if problem)


def keras_script(content: ScriptContent, notes: Sequence[str] = ()) -> Script:
    """Write a network and its training as a script for Keras 3, with the channels last.

    The script has functions that load and save the weights of a model file; they change the order of the axes of
    kernels. It trains with the arrays of `tinyml.data`.

    Arguments:
        content: the network, the data and the training settings, without an obstacle.
        notes: lines of a comment below the first one.

    >>> from tinyml.data import DataChoice, describe
    >>> from tinyml.learner import TrainingSettings
    >>> from tinyml.net import LayerSpecification, NetworkSpecification
    >>> from tinyml.scripts import infer_content
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> choice, training = DataChoice(source="circle"), TrainingSettings()
    >>> content = infer_content(NetworkSpecification(layers=layers), describe("circle"), choice, training, "tiny")
    >>> script = keras_script(content)
    >>> script.text.splitlines()[script.lines["fc",].start]
    'x = layers.Dense(2, kernel_initializer=uniform(), name="fc")(x)  # 2'
    """
    writer = _Writer(penalises_parameters(content))
    writer.write(content)
    training = keras_training_part(content)
    lines = SourceLines()
    lines.add(f"# {literal(content.title)}, written for Keras 3 by TinyML Studio.")
    lines.add(*(f"# {one_line(note)}".rstrip() for note in (*notes, *keras_left_out(content))), "")
    if "def main" in training:
        lines.add("import argparse", *["import math"] * ("math." in training), "import sys", "")
    lines.add("import keras", "import numpy as np", "from keras import layers")
    lines.add("from safetensors.numpy import load_file, save_file", "")
    lines.append(writer.lines)
    lines.add("", _WEIGHTS, training)
    return lines.script()


class _Writer:
    """Writes the layers of a network.

    Attributes:
        lines: the lines so far.
    """

    def __init__(self, decay: bool) -> None:
        self.lines = SourceLines()
        self._decay = decay
        self._names: set[str] = set()
        self._weights: list[str] = []

    def write(self, content: ScriptContent) -> None:
        """Write the network, and the table of its weights."""
        body, shape = self.lines, content.inference.input_shape or ()
        layers = content.layers
        self.lines = SourceLines()
        self._write_augmentation(content)
        self._write_stack(layers, ())
        network, self.lines = self.lines, body
        if UNIFORM in network.script().text:
            body.add(_UNIFORM)
        body.add(f"keras.utils.set_random_seed({content.training.seed})  # decides the initial weights")
        if self._decay:
            body.add(f"DECAY = keras.regularizers.L2({content.training.weight_decay / 2!r})  # of the parameters")
        if len(shape) == 3:
            body.add("# Images are rows × columns × channels here, and channels × rows × columns in TinyML Studio.")
        body.add(f"x = inputs = keras.Input({literal(channels_last(shape))}, name={literal(self._name(('input',)))})")
        body.append(network)
        body.add("model = keras.Model(inputs, x)", "")
        body.add("TENSORS = {  # of each layer, with their names in files")
        body.add(*self._weights, depth=1)
        body.add("}")

    def _write_augmentation(self, content: ScriptContent) -> None:
        """Write the layers that change training examples. The target of an autoencoder stays as it is."""
        training, shape = content.training, content.inference.input_shape or ()
        calls: list[str] = []
        if len(shape) == 3 and content.choice.target != "input":
            if training.augment_shift:
                rows, columns = (round(training.augment_shift / size, 6) for size in shape[1:])
                calls.append(f'RandomTranslation({rows}, {columns}, fill_mode="constant", interpolation="nearest")')
            calls += ['RandomFlip("horizontal")'] * training.augment_flip
            calls += ['RandomFlip("vertical")'] * training.augment_flip_vertical
            if training.augment_rotate:
                calls.append(f'RandomRotation({round(training.augment_rotate / 360, 6)}, fill_mode="constant")')
            if training.augment_zoom:
                calls.append(f'RandomZoom({training.augment_zoom!r}, fill_mode="constant")')
        if training.augment_noise:
            calls.append(f"GaussianNoise({training.augment_noise!r})")
        self.lines.add(*(f"x = layers.{each}(x)  # only in training" for each in calls))

    def _write_stack(self, layers: Sequence[LayerInference], block: LayerPath) -> None:
        for inferred in layers:
            path = (*block, inferred.specification.name)
            with self.lines.layer(path):
                if is_sum(inferred):
                    before = f"before_{len(path)}"
                    self.lines.add(f"{before} = x")
                    self._write_stack(inferred.inside, path)
                    name = literal(self._name(path))
                    self.lines.add(f"x = layers.Add(name={name})([{before}, x])  # {self._shape(inferred)}")
                else:
                    self._write_layer(inferred, path)

    def _write_layer(self, inferred: LayerInference, path: LayerPath) -> None:
        layer = keras_layer(inferred, self._decay)
        assert layer is not None, "an obstacle names a layer without a translation"
        name = self._name(path)
        for number, written in enumerate(layer.calls):
            if "{}" not in written:
                # All layers have names: a name of Keras could be that of another layer.
                own = name if number == layer.main else self._name((*path, written.partition("(")[0][7:].lower()))
                written = f"{written[:-1]}{'' if written.endswith('()') else ', '}name={literal(own)})"
            comment = f"  # {self._shape(inferred)}" if number == len(layer.calls) - 1 else ""
            applied = written.format("x") if "{}" in written else f"{written}(x)"
            self.lines.add(f"x = {applied}{comment}")
        if inferred.tensor_shapes:
            tensors = tuple(f"{'.'.join(path)}.{tensor}" for tensor in inferred.tensor_shapes)
            self._weights.append(f"{literal(name)}: {literal(tensors)},")

    def _shape(self, inferred: LayerInference) -> str:
        return describe_shape(channels_last(inferred.output_shape or ()))

    def _name(self, path: LayerPath) -> str:
        """Return a name that Keras accepts, and that no other layer has."""
        name = re.sub(r"[^A-Za-z0-9_-]", "_", "_".join(path))
        if not name[0].isalnum():
            name = f"layer_{name}"
        while name in self._names or re.fullmatch(r"(gelu|maximum)(_\d+)?", name):  # Keras names operations so
            name += "_"
        self._names.add(name)
        return name

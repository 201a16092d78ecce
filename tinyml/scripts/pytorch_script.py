"""The script of a network for PyTorch."""

from collections.abc import Sequence

from tinyml.layers import display_name
from tinyml.layers.base import PyTorchModule
from tinyml.net import LayerInference
from tinyml.scripts.pytorch_initialisers import initialiser_lines
from tinyml.scripts.pytorch_names import module_names
from tinyml.scripts.pytorch_training import training_part
from tinyml.scripts.pytorch_weights import weights_part
from tinyml.scripts.script import LayerPath, Script, ScriptContent, all_layers, ending, is_complete, shape_comment
from tinyml.scripts.source_lines import SourceLines
from tinyml.scripts.source_text import literal, one_line

_STACK = '''class Stack(nn.Sequential):
    """Runs its modules one after the other. A max pooling gives its indices to the unpooling that undoes it."""

    def forward(self, input):
        indices = []
        for module in self:
            if isinstance(module, nn.MaxUnpool2d):
                input = module(input, indices.pop())
            else:
                input = module(input)
            if isinstance(input, tuple):  # from a max pooling with return_indices=True
                input, pooled = input
                indices.append(pooled)
        return input
'''


def pytorch_script(content: ScriptContent, notes: Sequence[str] = ()) -> Script:
    """Write a network and its training as a script for PyTorch.

    The script has functions that load and save the weights of a model file. It trains with the arrays of `tinyml.data`,
    in one process or in those that torchrun starts. If the network has problems, or PyTorch has no module for a layer,
    the script holds the layers before it, and says why.

    Arguments:
        content: the network, the data and the training settings.
        notes: lines of a comment below the first one.

    >>> from tinyml.data import DataChoice, describe
    >>> from tinyml.learner import TrainingSettings
    >>> from tinyml.net import LayerSpecification, NetworkSpecification
    >>> from tinyml.scripts import infer_content
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> choice, training = DataChoice(source="circle"), TrainingSettings()
    >>> content = infer_content(NetworkSpecification(layers=layers), describe("circle"), choice, training, "tiny")
    >>> script = pytorch_script(content)
    >>> script.text.splitlines()[script.lines["fc",].start]
    '    ("fc", nn.Linear(2, 2)),  # 2'
    """
    layers, obstacle = _writable(content)
    body, definitions = SourceLines(), list[str]()
    base = "Stack" if any(_undoes_pooling(inferred) for inferred in all_layers(layers)) else "nn.Sequential"
    if base == "Stack":
        definitions.append(_STACK)
    body.add(f"torch.manual_seed({content.training.seed})  # decides the initial weights")
    body.add(f"net = {base}(OrderedDict([")
    _write_modules(body, layers, (), base, definitions)
    if obstacle:
        body.add(ending(content, len(layers), obstacle), depth=1)
    body.add("]))", *initialiser_lines(layers))
    body.add(weights_part(layers))
    training = "" if obstacle else training_part(content)
    lines = SourceLines()
    lines.add(f"# {literal(content.title)}, written for PyTorch by TinyML Studio.")
    lines.add(*(f"# {one_line(note)}".rstrip() for note in notes), "")
    if "def main" in training:
        lines.add("import argparse", "import gc", *["import math"] * ("math." in training), "import os", "import sys")
    lines.add("from collections import OrderedDict", "", "import torch")
    lines.add("from safetensors.torch import load_file, save_file")
    lines.add(f"from torch import {'distributed, ' * ('def main' in training)}nn", "")
    for definition in dict.fromkeys(definitions):
        lines.add("", definition.rstrip(), "")
    lines.add(*[""] * bool(definitions))
    lines.append(body)
    if training:
        lines.add(training)
    return lines.script()


def pytorch_obstacles(content: ScriptContent) -> tuple[str, ...]:
    """Return one sentence for each layer that PyTorch has no module for, with its name and the reason.

    Arguments:
        content: the network.

    >>> from tinyml.data import DataChoice, describe
    >>> from tinyml.learner import TrainingSettings
    >>> from tinyml.net import LayerSpecification, NetworkSpecification
    >>> from tinyml.scripts import infer_content
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> choice, training = DataChoice(source="circle"), TrainingSettings()
    >>> network = NetworkSpecification(layers=layers)
    >>> pytorch_obstacles(infer_content(network, describe("circle"), choice, training, "tiny"))
    ()
    """
    return tuple(
        _obstacle(layer) for layer in all_layers(content.layers) if not layer.inside and _module(layer) is None
    )


def _obstacle(layer: LayerInference) -> str:
    reason = layer.settings.pytorch_exception if layer.settings is not None else ""
    kind = display_name(layer.specification.type)
    return one_line(f"{layer.specification.name}: PyTorch has no module for {kind}. {reason}".strip())


def _writable(content: ScriptContent) -> tuple[Sequence[LayerInference], str]:
    """Return the layers that can be written, and one line that says why the others cannot; empty if there are none."""
    for number, inferred in enumerate(content.layers):
        for layer in all_layers([inferred]):
            if not (layer.settings is not None and layer.settings.pytorch_block) and _module(layer) is None:
                return content.layers[:number], _obstacle(layer)
    return content.layers, content.obstacle


def _undoes_pooling(inferred: LayerInference) -> bool:
    return bool(inferred.paired_pooling)


def _module(inferred: LayerInference) -> PyTorchModule | None:
    if not is_complete(inferred) or inferred.settings is None or inferred.input_shape is None:
        return None
    return inferred.settings.pytorch(inferred.input_shape)


def _write_modules(
    lines: SourceLines, layers: Sequence[LayerInference], block: LayerPath, base: str, definitions: list[str]
) -> None:
    """Write one line for each layer; a block also has the lines of the layers inside, indented.

    Arguments:
        lines: gets the lines.
        layers: of one stack, all of them with a module.
        block: names of the blocks around the stack.
        base: class of the stacks: `nn.Sequential`, or `Stack` if an unpooling needs indices.
        definitions: gets the source code of classes that PyTorch does not have.
    """
    depth = len(block) + 1
    undone = {inferred.paired_pooling for inferred in layers}
    names = module_names(inferred.specification.name for inferred in layers)
    for inferred, name in zip(layers, names, strict=True):
        path = (*block, inferred.specification.name)
        comment = f"  # {shape_comment(inferred)}"
        with lines.layer(path):
            if inferred.inside and inferred.settings is not None:
                definitions.append(inferred.settings.pytorch_block.format(base=base))
                kind = display_name(inferred.specification.type)
                lines.add(f"({literal(name)}, {kind}(OrderedDict([", depth=depth)
                _write_modules(lines, inferred.inside, path, base, definitions)
                lines.add(f"]))),{comment}", depth=depth)
                continue
            module = _module(inferred)
            assert module is not None, "only layers with a module are written"
            definitions.extend(module.definitions)
            if inferred.specification.name in undone:
                module = module.with_argument("return_indices", True)
            lines.add(f"({literal(name)}, {module.expression}),{comment}", depth=depth)

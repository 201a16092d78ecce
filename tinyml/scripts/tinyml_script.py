"""The script of a network for tinyml."""

from collections.abc import Sequence
from typing import Any

from tinyml.layers import Layer
from tinyml.net import LayerInference
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts.schedule_text import schedule_arguments
from tinyml.scripts.script import LayerPath, Script, ScriptContent, data_choice, ending, shape_comment
from tinyml.scripts.source_lines import SourceLines
from tinyml.scripts.source_text import attributes_as_arguments, call, literal, named, parameters_of, without_defaults

_POSITIONAL = ("name", "input_dim", "output_dim")
"""Arguments of layers that are written without their names."""

_MAIN = """

def main():
    parser = argparse.ArgumentParser(description="Train the network, and evaluate it on the test data.")
    parser.add_argument("--epochs", type=int, default={epochs}, help="passes over the training data (%(default)s)")
    parser.add_argument("--save", metavar="FILE", help="write the trained weights to this file (*.safetensors)")
    options = parser.parse_args()

    train, validation, test = prepare_splits(DATA)
    learner = {learner}
    with one_blas_thread():  # as the window and the command line do, for the same bits
        for event in learner.run(train, options.epochs, {arguments}):
            if isinstance(event, EpochFinished):
                print(f"epoch {{event.epoch}}: training loss {{event.training_loss:.4f}}")
    {evaluation}
    if options.save:
        net.export(options.save)


if __name__ == "__main__":
    main()"""

_CLASSES = """result = evaluate(net, test, LOSS)
    print(f"test loss {result.loss:.4f}, accuracy {result.accuracy:.2%}")"""

_NUMBERS = """result = evaluate(net, test, LOSS)
    print(f"test loss {result.loss:.4f}, R² {result.r_squared:.4f}")"""


def tinyml_script(content: ScriptContent) -> Script:
    """Write a network and its training as a script for tinyml.

    The script trains the network and evaluates it on the test data. It computes the same numbers as the command
    `tinyml train`. If the network has problems, the script holds the layers before the first one, and says why.

    Arguments:
        content: the network, the data and the training settings.

    >>> from tinyml.data import DataChoice, describe
    >>> from tinyml.learner import TrainingSettings
    >>> from tinyml.net import LayerSpecification, NetworkSpecification
    >>> from tinyml.scripts import infer_content
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> choice, training = DataChoice(source="circle"), TrainingSettings()
    >>> content = infer_content(NetworkSpecification(layers=layers), describe("circle"), choice, training, "tiny")
    >>> script = tinyml_script(content)
    >>> script.text.splitlines()[script.lines["fc",].start]
    '    Linear("fc", 2, 2),  # 2'
    """
    imports = _Imports()
    body = SourceLines()
    _write_network(body, content, imports)
    main = "" if content.obstacle else _main(content, imports)
    lines = SourceLines()
    lines.add(f"# {literal(content.title)}, written for tinyml by TinyML Studio.")
    if main:
        lines.add("", "import argparse")
    lines.add("", *imports.lines())
    with_constants = [f"LOSS = {literal(content.training.loss)}", f"DATA = {data_choice(content)}", ""] if main else []
    lines.add("", *with_constants)
    lines.append(body)
    if main:
        lines.add(main)
    return lines.script()


class _Imports:
    """The names that a script uses, by the modules that they are imported from."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        """Add names of a module."""
        self._names.setdefault(module, set()).update(names)

    def lines(self) -> list[str]:
        """Return the import statements, sorted."""
        return [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self._names.items())]


def _write_network(lines: SourceLines, content: ScriptContent, imports: _Imports) -> None:
    imports.add("tinyml.core", "set_seed")
    imports.add("tinyml.net", "Sequential")
    lines.add(f"set_seed({content.training.seed})  # decides the initial weights", "net = Sequential([")
    _write_layers(lines, content.layers, (), imports)
    if content.obstacle:
        lines.add(ending(content, len(content.layers), content.obstacle), depth=1)
    lines.add("])")


def _write_layers(lines: SourceLines, layers: Sequence[LayerInference], block: LayerPath, imports: _Imports) -> None:
    """Write one line for each layer; a block also has the lines of the layers inside, indented."""
    depth = len(block) + 1
    for inferred in layers:
        assert inferred.layer_type is not None, "only complete layers are written"
        imports.add("tinyml.layers", inferred.layer_type.__name__)
        path = (*block, inferred.specification.name)
        comment = f"  # {shape_comment(inferred)}"
        with lines.layer(path):
            if not inferred.specification.settings.get("layers"):
                lines.add(f"{layer_call(inferred)},{comment}", depth=depth)
                continue
            lines.add(f"{layer_call(inferred)[:-1]}, [", depth=depth)
            _write_layers(lines, inferred.inside, path, imports)
            lines.add(f"]),{comment}", depth=depth)


def layer_call(inferred: LayerInference) -> str:
    """Return the source code that makes a layer, without the layers inside.

    Arguments:
        inferred: the result of shape inference, complete.

    >>> from tinyml.layers.base.inference import infer_stack
    >>> from tinyml.net import LayerSpecification
    >>> (inferred,) = infer_stack([LayerSpecification(type="Linear", name="fc", settings={"outputs": 10})], (64,))
    >>> layer_call(inferred)
    'Linear("fc", 64, 10)'
    """
    layer_type, settings, shape = inferred.layer_type, inferred.settings, inferred.input_shape
    assert layer_type is not None, "only complete layers are written"
    assert settings is not None
    assert shape is not None
    arguments: dict[str, Any] = {"name": inferred.specification.name}
    if "input_dim" in parameters_of(layer_type):
        arguments["input_dim"] = shape if len(shape) > 1 else shape[0]
    arguments |= without_defaults(layer_type, settings.constructor_arguments())
    arguments.pop("layers", None)
    return _written(layer_type, arguments)


def _written(layer_type: type[Layer], arguments: dict[str, Any]) -> str:
    first = [literal(arguments.pop(name)) for name in _POSITIONAL if name in arguments]
    return call(layer_type.__name__, [*first, *named(arguments)])


def _main(content: ScriptContent, imports: _Imports) -> str:
    """Return the source code of the training, and add what it uses to the imports."""
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    imports.add("tinyml.core.threads", "one_blas_thread")
    imports.add("tinyml.data", "DataChoice", "prepare_splits")
    imports.add("tinyml.learner", "EpochFinished", "Learner", "evaluate")
    arguments = [f"batch_size={training.batch_size}", "validation=validation", f"seed={training.seed}"]
    augmentations = training.make_augmentations()
    if augmentations:
        imports.add("tinyml.data", *(type(each).__name__ for each in augmentations))
        written = [call(type(each).__name__, named(attributes_as_arguments(each))) for each in augmentations]
        arguments.append(f"augmentations=[{', '.join(written)}]")
    if training.early_stopping:
        arguments.append(f"early_stopping={training.early_stopping}")
    if training.restore_best:
        arguments.append("restore_best=True")
    has_classes = data.with_target(content.choice.target).has_classes
    return _MAIN.format(
        epochs=training.epochs,
        learner=_learner(content, imports),
        arguments=", ".join(arguments),
        evaluation=_CLASSES if has_classes else _NUMBERS,
    )


def _learner(content: ScriptContent, imports: _Imports) -> str:
    training = content.training
    optimizer = training.make_optimizer()
    imports.add("tinyml.optims", type(optimizer).__name__)
    # The learning rate is written even if it is the default: it is the most important setting.
    arguments = {"lr": optimizer.lr, **attributes_as_arguments(optimizer)}
    words = ["net", "LOSS", call(type(optimizer).__name__, named(arguments))]
    if training.schedule != "constant":
        name = schedule_descriptions()[training.schedule].schedule.__name__
        imports.add("tinyml.optims.schedules", name)
        words.append(f"schedule={call(name, schedule_arguments(content, attributes_as_arguments))}")
    if training.clip_norm:
        words.append(f"clip_norm={training.clip_norm!r}")
    return call("Learner", words)

"""Script: source code that knows which of its lines belong to which layer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tinyml.core import DataError, describe_shape
from tinyml.data import DataChoice, DataDescription, split_counts
from tinyml.learner import TrainingSettings, find_problems
from tinyml.net import Inference, LayerInference, NetworkSpecification, infer
from tinyml.scripts.source_text import call, literal, one_line

LayerPath = tuple[str, ...]
"""The name of a layer, after the names of the blocks around it: `("residual_1", "conv_1")`."""


@dataclass(frozen=True)
class Script:
    """Source code in Python.

    Attributes:
        text: the whole code; it ends with a line break.
        lines: for each layer its lines, counted from 0. The lines of a block contain those of the layers inside.
    """

    text: str
    lines: dict[LayerPath, range] = field(default_factory=dict)

    def layer_at(self, line: int) -> LayerPath | None:
        """Return the layer of a line, the innermost one if blocks are around it; None for any other line.

        Arguments:
            line: number of the line, counted from 0.

        >>> script = Script("…", {("block",): range(3, 6), ("block", "relu"): range(4, 5)})
        >>> script.layer_at(4), script.layer_at(5), script.layer_at(0)
        (('block', 'relu'), ('block',), None)
        """
        found = [path for path, lines in self.lines.items() if line in lines]
        return max(found, key=len, default=None)


@dataclass(frozen=True)
class ScriptContent:
    """Everything that a script is written from.

    Attributes:
        inference: shapes and problems of the network. If there are problems, the script ends before the first one.
        choice: the choice of data.
        training: the training settings.
        data: description of the data; None if it is unknown.
        title: of the network, for the first line.
        counts_known: False if the number of examples in `data` is not known, as in a model file.
    """

    inference: Inference
    choice: DataChoice
    training: TrainingSettings
    data: DataDescription | None = None
    title: str = "network"
    counts_known: bool = True

    @property
    def layers(self) -> tuple[LayerInference, ...]:
        """The layers before the first problem."""
        found: list[LayerInference] = []
        for inferred in self.inference.layers:
            if not is_complete(inferred):
                break
            found.append(inferred)
        return tuple(found)

    @property
    def obstacle(self) -> str:
        """One line that says why the network cannot be trained; empty if it can."""
        if self.inference.problems:
            return one_line(str(self.inference.problems[0]))
        if self.data is None:
            return "The data is not known, so neither are the shapes."
        try:
            if self.counts_known:
                split_counts(self.data, self.choice)
        except DataError as error:
            return one_line(str(error))
        return ""


def infer_content(
    network: NetworkSpecification, data: DataDescription, choice: DataChoice, training: TrainingSettings, title: str
) -> ScriptContent:
    """Infer the shapes of a network, and return everything that its script is written from.

    Arguments:
        network: the network.
        data: description of the data.
        choice: the choice of data.
        training: the training settings.
        title: of the network, for the first line.

    >>> from tinyml.data import describe
    >>> content = infer_content(NetworkSpecification(), describe("circle"), DataChoice(), TrainingSettings(), "empty")
    >>> content.obstacle
    'The network has no layers yet. Add one from the palette.'
    """
    targets = data.with_target(choice.target)
    inference = infer(network, data.example_shape, len(targets.class_names), targets.target_shape)
    inference = replace(inference, problems=find_problems(inference, training))
    return ScriptContent(inference, choice, training, data, title)


def ending(content: ScriptContent, written: int, obstacle: str) -> str:
    """Return the comment below the last layer of a network that cannot be trained.

    Arguments:
        content: the network.
        written: number of layers in the script.
        obstacle: one line that says why.
    """
    complete = written == len(content.inference.layers) > 0
    return f"# {'This network cannot be trained yet.' if complete else 'The script ends here.'} {obstacle}"


def data_choice(content: ScriptContent) -> str:
    """Return the source code of the data choice, with the shares even if they are the defaults.

    Arguments:
        content: the network and its data.
    """
    choice = content.choice.model_dump(exclude={"expected"})
    if "preprocessing" in choice:
        changed = content.choice.preprocessing.model_dump(exclude_defaults=True)
        choice["preprocessing"] = changed
    return call("DataChoice", [f"{name}={literal(value)}" for name, value in choice.items()])


def is_complete(inferred: LayerInference) -> bool:
    """Return True if a layer can be written: its type, settings and shapes are known and right.

    Arguments:
        inferred: the result of shape inference.
    """
    known = inferred.layer_type is not None and inferred.settings is not None
    return known and inferred.input_shape is not None and inferred.output_shape is not None and inferred.problem is None


def all_layers(layers: Sequence[LayerInference]) -> Iterator[LayerInference]:
    """Yield each layer, followed by the layers inside it.

    Arguments:
        layers: of one stack.
    """
    for inferred in layers:
        yield inferred
        yield from all_layers(inferred.inside)


def shape_comment(inferred: LayerInference) -> str:
    """Return the comment with the output shape of a layer: "8×28×28", or "10" for a vector.

    Arguments:
        inferred: the result of shape inference, complete.
    """
    return describe_shape(inferred.output_shape or ())

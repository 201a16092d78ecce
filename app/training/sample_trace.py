"""The recorded forward pass of one sample: through the whole network, or through the layers before a problem."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from app.document import BlockPath
from app.formatting import format_number
from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataDescription, Dataset
from tinyml.learner import class_scores
from tinyml.net import (
    Inference,
    LayerInference,
    LayerSpecification,
    NetworkSpecification,
    Trace,
    build,
    outputs_inside,
    record,
)
from tinyml.storage import Project

_MOST_NUMBERS = 3
"""Up to this many target numbers are listed. For more, only the error is shown."""


@dataclass(frozen=True)
class SampleTrace:
    """The recorded forward pass of one sample.

    Attributes:
        snapshot: the weights of the network.
        index: index of the sample in `Inspection.samples`.
        label: class of the sample; -1 if the targets are numbers.
        trace: the recorded forward pass, a batch of one.
        scores: `(classes,)` the predicted probability of each class; empty if there are no classes, or if only the
            layers before a problem were recorded.
        target: the numbers that the network should output; None if the targets are classes.
        inside: the outputs of the layers inside blocks, by their paths.
    """

    snapshot: Snapshot
    index: int
    label: int
    trace: Trace
    scores: np.ndarray
    target: np.ndarray | None = None
    inside: dict[BlockPath, np.ndarray] = field(default_factory=dict)

    @property
    def prediction(self) -> int:
        """The class with the highest score; -1 if there are no scores."""
        return int(self.scores.argmax()) if len(self.scores) else -1

    @property
    def output(self) -> np.ndarray:
        """The network's output for the sample, without the batch axis."""
        return np.asarray(self.trace.output[0])

    def describe_numbers(self) -> str:
        """Return a short comparison of output and target numbers; an empty text if the targets are classes."""
        if self.target is None:
            return ""
        if self.target.size > _MOST_NUMBERS:
            return f"mean absolute error {format_number(float(np.abs(self.output - self.target).mean()))}"
        target, output = (
            ", ".join(format_number(number, trailing_zeros=False) for number in numbers.ravel().tolist())
            for numbers in (self.target, self.output)
        )
        return f"target {target} · predicted {output}"


def trace_sample(snapshot: Snapshot, samples: Dataset, index: int) -> SampleTrace:
    """Record the forward pass of a sample.

    Arguments:
        snapshot: the weights of the network.
        samples: the test set.
        index: index of the sample.
    """
    place = slice(index, index + 1)
    trace = record(snapshot.make_net(), samples.examples(place))
    inside = outputs_inside(trace)
    if not samples.description.has_classes:
        return SampleTrace(snapshot, index, -1, trace, np.zeros(0), samples.target_numbers(place)[0], inside)
    scores = class_scores(trace.output, snapshot.training.loss, samples.class_targets)[0]
    return SampleTrace(snapshot, index, int(samples.labels[index]), trace, scores, inside=inside)


@dataclass(frozen=True)
class SoundLayers:
    """The layers before the first one with a problem, and what is needed to run a sample through them.

    Attributes:
        project: the project; its seed decides the initial weights.
        description: description of the data.
        count: number of these layers.
        whole: True if these are all layers and their output fits the targets: the problem is one of the training.
        trained: the newest weights of a run, perhaps of another network; None before the first run.
        inside: if the problem is inside a block: the layers before it there, with their paths. They read the output of
            the layers before the block.
    """

    project: Project
    description: DataDescription
    count: int
    whole: bool
    trained: Snapshot | None
    inside: tuple[tuple[BlockPath, LayerSpecification], ...] = ()

    def snapshot(self) -> Snapshot:
        """Return weights for these layers: the trained ones where name and shape fit, else the initial ones.

        The layers inside the block follow the layers before it, as if the block were unwrapped. With the name of the
        block before theirs, their tensors have the names that they have in the block.
        """
        inside = [layer.model_copy(update={"name": ".".join(path)}) for path, layer in self.inside]
        network = NetworkSpecification(layers=(*self.project.network.layers[: self.count], *inside))
        seed = self.project.training.seed
        tensors = frozen_state(build(network, self.description.example_shape, np.random.default_rng(seed)))
        trained = self.trained.tensors if self.trained is not None else {}
        fitting = {
            name: trained[name] for name in tensors if name in trained and trained[name].shape == tensors[name].shape
        }
        history = self.trained.history if self.trained is not None and fitting else ()
        return Snapshot(
            network,
            self.project.data,
            self.project.training,
            self.description,
            {**tensors, **fitting},
            history,
            trained=bool(fitting),
        )


def find_sound_layers(
    project: Project, description: DataDescription, inference: Inference, trained: Snapshot | None
) -> SoundLayers | None:
    """Return the layers before the first one with a problem; None if there are none.

    Arguments:
        project: the project.
        description: description of the data.
        inference: shapes and problems of its network.
        trained: the newest weights of a run.
    """
    sound = list(takewhile(_is_sound, inference.layers))
    count = len(sound)
    whole = count == len(inference.layers) and all(problem.index < 0 for problem in inference.problems)
    inside = tuple(_sound_inside(inference.layers[count])) if count < len(inference.layers) else ()
    names = [layer.specification.name for layer in sound] + [".".join(path) for path, _ in inside]
    if len(set(names)) < len(names):
        inside = ()  # a layer before the block has the name of a path, such as "block.conv"
    return SoundLayers(project, description, count, whole, trained, inside) if count else None


def _is_sound(inferred: LayerInference) -> bool:
    return inferred.problem is None and inferred.output_shape is not None


def _sound_inside(block: LayerInference, around: BlockPath = ()) -> Iterator[tuple[BlockPath, LayerSpecification]]:
    """Yield the layers inside a block before the first one with a problem, with their paths."""
    for inferred in block.inside:
        path = (*around, block.specification.name)
        if not _is_sound(inferred):
            yield from _sound_inside(inferred, path)
            return
        yield (*path, inferred.specification.name), inferred.specification


def trace_sound_layers(layers: SoundLayers, samples: Dataset, index: int) -> SampleTrace:
    """Record the forward pass of a sample through the layers before a problem. There are no scores if some are missing.

    Arguments:
        layers: these layers.
        samples: the test set.
        index: index of the sample.
    """
    snapshot = layers.snapshot()
    if layers.whole:
        return trace_sample(snapshot, samples, index)
    trace = record(snapshot.make_net(), samples.examples(slice(index, index + 1)))
    label = int(samples.labels[index]) if samples.description.has_classes else -1
    paths = {".".join(path): path for path, _ in layers.inside}
    inside = {(*paths.get(name, (name,)), *rest): output for (name, *rest), output in outputs_inside(trace).items()}
    inside |= {paths[entry.layer.name]: entry.output for entry in trace.entries[layers.count :]}
    before = Trace(trace.input, trace.entries[: layers.count])
    return SampleTrace(snapshot, index, label, before, np.zeros(0), inside=inside)

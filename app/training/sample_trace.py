"""The recorded forward pass of one sample: through the whole network, or through the layers before a problem."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

import numpy as np

from app.document import BlockPath
from app.formatting import format_number, format_value
from app.training.own_examples import OwnExample
from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataDescription, Dataset, ProgressCallback
from tinyml.learner import class_scores
from tinyml.net import (
    EntriesInside,
    Inference,
    LayerInference,
    LayerSpecification,
    NetworkSpecification,
    Sequential,
    Trace,
    build,
    entries_inside,
    record,
)
from tinyml.storage import Project

_MOST_NUMBERS = 3
"""Up to this many target numbers are listed. For more, only the error is shown."""


@dataclass(frozen=True, eq=False)
class Sample:
    """An example as the network gets it, and what is known about it.

    Attributes:
        input: `(1, …)` the input of the network.
        picture: `(…)` the same before scaling: an image in 0 … 1, or numbers in the units of the data.
        index: index in the samples; -1 for an own example.
        label: its class; -1 if it has none or none is known.
        target: the numbers that the network should output, in the units of the data; None for a class, and if they are
            not known.
        own: the own example that it is; None for one of the samples.
    """

    input: np.ndarray
    picture: np.ndarray
    index: int = -1
    label: int = -1
    target: np.ndarray | None = None
    own: OwnExample | None = None


def read_sample(samples: Dataset, index: int) -> Sample:
    """Return one of the samples.

    Arguments:
        samples: the test set.
        index: index of the sample.
    """
    place = slice(index, index + 1)
    picture = samples.unscaled_examples(place)[0]
    if samples.description.has_classes:
        return Sample(samples.examples(place), picture, index, int(samples.labels[index]))
    return Sample(samples.examples(place), picture, index, target=samples.unscaled_target_numbers(place)[0])


def prepare_own(samples: Dataset, own: OwnExample) -> Sample:
    """Return an own example, prepared as the samples are.

    Arguments:
        samples: the test set. Its preprocessing was fitted on the training examples.
        own: the example.

    Raises `DataError` when the example does not fit the data.
    """
    raw = own.encode(samples)
    picture = raw[0]
    target = picture if samples.description.target == "input" else None
    return Sample(samples.scale(raw), picture, target=target, own=own)


@dataclass(frozen=True)
class SampleTrace:
    """The recorded forward pass of one sample.

    Attributes:
        snapshot: the weights of the network.
        sample: the sample.
        trace: the recorded forward pass, a batch of one.
        scores: `(classes,)` the predicted probability of each class; empty if there are no classes, or if only the
            layers before a problem were recorded.
        numbers: the output in the units of the data; None for classes, and if layers are missing.
        inside: the recorded layers inside blocks, by their paths.
    """

    snapshot: Snapshot
    sample: Sample
    trace: Trace
    scores: np.ndarray
    numbers: np.ndarray | None = None
    inside: EntriesInside = field(default_factory=dict)

    @property
    def index(self) -> int:
        """Index of the sample in `Inspection.samples`; -1 for an own example."""
        return self.sample.index

    @property
    def label(self) -> int:
        """Class of the sample; -1 if it has none or none is known."""
        return self.sample.label

    @property
    def target(self) -> np.ndarray | None:
        """The numbers that the network should output, in the units of the data; None for classes and if unknown."""
        return self.sample.target

    @property
    def prediction(self) -> int:
        """The class with the highest score; -1 if there are no scores."""
        return int(self.scores.argmax()) if len(self.scores) else -1

    @property
    def is_wrong(self) -> bool:
        """True if the true class is known and another one is predicted."""
        return self.label >= 0 and bool(len(self.scores)) and self.prediction != self.label

    @property
    def output(self) -> np.ndarray:
        """The network's output for the sample, without the batch axis."""
        return np.asarray(self.trace.output[0])

    def describe_numbers(self) -> str:
        """Return a short comparison of output and target numbers; an empty text if the targets are classes."""
        if self.numbers is None:
            return ""
        if self.numbers.size > _MOST_NUMBERS:
            if self.target is None:
                return ""
            return f"mean absolute error {format_number(float(np.abs(self.numbers - self.target).mean()))}"
        predicted = f"predicted {_write_all(self.numbers)}"
        return predicted if self.target is None else f"target {_write_all(self.target)} · {predicted}"


def _write_all(numbers: np.ndarray) -> str:
    return ", ".join(format_value(number) for number in numbers.ravel().tolist())


def trace_sample(snapshot: Snapshot, samples: Dataset, chosen: int | OwnExample) -> SampleTrace:
    """Record the forward pass of a sample or of an own example.

    Arguments:
        snapshot: the weights of the network.
        samples: the test set.
        chosen: index of the sample, or the own example.
    """
    samples = snapshot.prepare(samples)
    sample = read_sample(samples, chosen) if isinstance(chosen, int) else prepare_own(samples, chosen)
    trace = record(snapshot.make_net(), sample.input)
    inside = entries_inside(trace)
    if not samples.description.has_classes:
        return SampleTrace(snapshot, sample, trace, np.zeros(0), unscaled_output(samples, trace.output)[0], inside)
    scores = class_scores(trace.output, snapshot.training.loss, samples.class_targets)[0]
    return SampleTrace(snapshot, sample, trace, scores, inside=inside)


def predict_classes(
    snapshot: Snapshot, samples: Dataset, progress: ProgressCallback | None = None, net: Sequential | None = None
) -> np.ndarray:
    """Return the predicted class of every sample, `(N,)`.

    Arguments:
        snapshot: the weights of the network.
        samples: N samples with classes.
        progress: gets the share that is done, after each batch.
        net: the network, if it has other weights than the snapshot.
    """
    samples = snapshot.prepare(samples)
    net = snapshot.make_net() if net is None else net
    size, predictions = snapshot.training.batch_size, []
    for start in range(0, len(samples), size):
        output = net.predict(samples.examples(slice(start, start + size)))
        predictions.append(class_scores(output, snapshot.training.loss, samples.class_targets).argmax(axis=1))
        if progress is not None:
            progress(min(start + size, len(samples)) / len(samples))
    return np.concatenate(predictions)


def unscaled_output(samples: Dataset, output: np.ndarray) -> np.ndarray:
    """Return predicted numbers in the units of the data.

    Arguments:
        samples: a part of the data.
        output: `(N, …)` the output of a network whose targets are numbers.
    """
    if samples.description.target == "input":
        return output if samples.scaling is None else samples.scaling.undo(output)
    return samples.preprocessing.unscale_targets(output)


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


def trace_sound_layers(layers: SoundLayers, samples: Dataset, chosen: int | OwnExample) -> SampleTrace:
    """Record the forward pass of a sample through the layers before a problem. There are no scores if some are missing.

    Arguments:
        layers: these layers.
        samples: the test set.
        chosen: index of the sample, or an own example.
    """
    snapshot = layers.snapshot()
    if layers.whole:
        return trace_sample(snapshot, samples, chosen)
    sample = read_sample(samples, chosen) if isinstance(chosen, int) else prepare_own(samples, chosen)
    trace = record(snapshot.make_net(), sample.input)
    paths = {".".join(path): path for path, _ in layers.inside}
    inside = {(*paths.get(name, (name,)), *rest): entry for (name, *rest), entry in entries_inside(trace).items()}
    inside |= {paths[entry.layer.name]: entry for entry in trace.entries[layers.count :]}
    before = Trace(trace.input, trace.entries[: layers.count])
    return SampleTrace(snapshot, sample, before, np.zeros(0), inside=inside)

"""What the report says about the test data: metrics, mistakes, and what the maps look for. It is computed here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from tinyml.core import Array, TinymlError
from tinyml.data import Dataset, batch_count, prepare_splits
from tinyml.data.alignment import align_classes
from tinyml.learner import Report, check_fits, class_scores, report
from tinyml.net import Sequential, infer
from tinyml.storage.model import SavedModel
from tinyml.visualize import StrongestExamples, search_strongest
from tinyml.visualize.figures import StrongestPatches, strongest_patches

_MOST_MISTAKES, _MOST_MAPS, _MOST_POINTS, _MOST_PAIRS = 24, 8, 800, 12
_BATCH = 256
MOST_SEARCHED = 2000
"""Examples in which the strongest patches are searched."""


@dataclass(frozen=True)
class Mistake:
    """A test example that the network gets wrong.

    Attributes:
        name: of the example; empty for an image without a name.
        image: `(C, H, W)` pixels, usually from 0 to 1; None if the example is no image.
        true, predicted: the classes, or the numbers, as text.
        confidence: score of the predicted class; None for numbers.
    """

    name: str
    image: Array | None
    true: str
    predicted: str
    confidence: float | None


@dataclass(frozen=True)
class Findings:
    """What was computed from the data.

    Attributes:
        obstacle: why the data could not be used; empty if they were.
        counts: numbers of training, validation and test examples.
        metrics: of the test examples; None with an obstacle.
        mistakes: the worst ones first.
        mistake_count: of all test examples; None for numbers.
        true, predicted: `(N,)` numbers of some test examples; empty for classes.
        pairs: inputs and outputs of an autoencoder, `(2, C, H, W)` each.
        layer: name of the layer whose maps are shown; empty if there is none.
        maps: its strongest patches with their reconstructions.
        maps_remark: why there are no maps, or where the reconstructions depart from their definition.
        batches: in one epoch.
    """

    obstacle: str = ""
    counts: tuple[int, int, int] | None = None
    metrics: Report | None = None
    mistakes: tuple[Mistake, ...] = ()
    mistake_count: int | None = None
    true: Array = field(default_factory=lambda: np.zeros(0))
    predicted: Array = field(default_factory=lambda: np.zeros(0))
    pairs: tuple[Array, ...] = ()
    layer: str = ""
    maps: tuple[StrongestPatches, ...] = ()
    maps_remark: str = ""
    batches: int | None = None


def examine(net: Sequential, about: SavedModel, progress: Callable[[float], object]) -> Findings:
    """Compute everything that the report says about the data.

    Arguments:
        net: the network.
        about: its data and its training.
        progress: called with the finished share.
    """
    progress(0.0)
    try:
        splits = prepare_splits(about.data, lambda share: _report(progress, 0.3 * share), about.preprocessing)
        test = splits.test
        if test.description.example_shape == about.input_shape:
            test = align_classes(test, about.class_names)
        check_fits(net, about.input_shape, test)
        metrics = report(net, test, about.training.loss)
        progress(0.4)
        output = _predict(net, test, progress)
    except TinymlError as error:
        return Findings(obstacle=str(error))
    counts = len(splits.train), len(splits.validation), len(test)
    batches = batch_count(len(splits.train), about.training.batch_size)
    shown = _numbers(test, output) if metrics.confusion is None else _classes(test, output, about)
    layer, maps, remark = _find_maps(net, about, test, progress)
    progress(1.0)
    return replace(shown, counts=counts, metrics=metrics, layer=layer, maps=maps, maps_remark=remark, batches=batches)


def _report(progress: Callable[[float], object], share: float) -> None:
    progress(share)


def _predict(net: Sequential, test: Dataset, progress: Callable[[float], object]) -> Array:
    """Return the outputs of the test examples, batch by batch, so that the export can be cancelled."""
    parts = []
    for start in range(0, len(test), _BATCH):
        parts.append(net.predict(test.examples(slice(start, start + _BATCH))))
        progress(0.4 + 0.2 * min(start + _BATCH, len(test)) / len(test))
    return np.concatenate(parts)


def _classes(test: Dataset, output: Array, about: SavedModel) -> Findings:
    """Return the mistakes: those with the highest confidence in a wrong class first."""
    scores = class_scores(output, about.training.loss, test.class_targets)
    predicted = scores.argmax(axis=1)
    confidence = scores.max(axis=1)
    wrong = np.flatnonzero(predicted != test.labels)
    order = wrong[np.argsort(-np.nan_to_num(confidence[wrong]), kind="stable")]
    names = test.description.class_names
    mistakes = tuple(
        Mistake(
            _name(test, int(row)),
            _image(test, int(row)),
            names[int(test.labels[row])],
            names[int(predicted[row])],
            float(confidence[row]),
        )
        for row in order[:_MOST_MISTAKES]
    )
    return Findings(mistakes=mistakes, mistake_count=len(wrong))


def _numbers(test: Dataset, output: Array) -> Findings:
    """Return the largest errors, and points for the chart; for an autoencoder, inputs beside outputs."""
    targets = test.target_numbers(slice(None)).reshape(len(test), -1)
    flat = output.reshape(len(test), -1)
    errors = np.nan_to_num(np.abs(flat - targets).mean(axis=1))
    order = np.argsort(-errors, kind="stable")
    if test.description.target == "input" and len(test.description.example_shape) == 3:
        chosen = order[:_MOST_PAIRS]
        inputs = test.examples(chosen)
        return Findings(pairs=tuple(np.stack([image, output[row]]) for image, row in zip(inputs, chosen, strict=True)))
    scaling = test.target_scaling
    if scaling is not None and test.description.target == "label":
        targets, flat = test.unscaled_target_numbers(slice(None)).reshape(len(test), -1), scaling.undo(flat)
    mistakes = tuple(
        Mistake(_name(test, int(row)), _image(test, int(row)), _joined(targets[row]), _joined(flat[row]), None)
        for row in order[:12]
    )
    step = max(len(test) // _MOST_POINTS, 1)
    finite = np.isfinite(flat[::step, 0])
    return Findings(mistakes=mistakes, true=targets[::step, 0][finite], predicted=flat[::step, 0][finite])


def _name(test: Dataset, row: int) -> str:
    """Return the name of an example; the numbers of an example without a name, if it is a vector."""
    name = test.name_of(row)
    if name or len(test.description.example_shape) != 1:
        return name
    values = test.unscaled_examples(np.array([row]))[0]
    names = test.description.input_names
    if len(names) != len(values):
        return _joined(values)
    shown = [f"{name} {_joined(values[place : place + 1])}" for place, name in enumerate(names[:4])]
    return ", ".join(shown) + ("…" if len(values) > 4 else "")


def _joined(values: Array) -> str:
    shown = [f"{value:.4g}".replace("-", "−") for value in values[:4]]
    return ", ".join(shown) + ("…" if len(values) > 4 else "")


def _image(test: Dataset, row: int) -> Array | None:
    if len(test.description.example_shape) != 3:
        return None
    image: Array = test.unscaled_examples(np.array([row]))[0]
    return image


def _find_maps(
    net: Sequential, about: SavedModel, test: Dataset, progress: Callable[[float], object]
) -> tuple[str, tuple[StrongestPatches, ...], str]:
    """Return the name of the last layer with maps, and the strongest patches of its maps."""
    layer = _map_layer(net, about)
    if not layer:
        return "", (), ""
    part = test.take(np.arange(min(len(test), MOST_SEARCHED)))
    try:
        found: StrongestExamples | None = None
        for done, so_far in search_strongest(net, part, layer):
            progress(0.6 + 0.2 * done / len(part))
            found = so_far
        assert found is not None  # the part has examples
        strongest = np.argsort(-found.activations[:, 0], kind="stable")
        maps = []
        for place, index in enumerate(strongest[:_MOST_MAPS]):
            if found.activations[index, 0] > 0:
                maps.append(strongest_patches(net, part, layer, found, int(index)))
            progress(0.8 + 0.2 * (place + 1) / _MOST_MAPS)
    except TinymlError as error:
        return layer, (), str(error)
    return layer, tuple(maps), next((top.remark for top in maps if top.remark), "")


def _map_layer(net: Sequential, about: SavedModel) -> str:
    """Return the name of the last activation layer with maps of more than one pixel; empty if there is none."""
    if len(about.input_shape) != 3 or about.data.target == "input":
        return ""
    shapes = [inferred.output_shape for inferred in infer(about.network, about.input_shape).layers]
    found = [
        layer.name
        for layer, shape in zip(net.layers, shapes, strict=True)
        if shape is not None and len(shape) == 3 and shape[1] * shape[2] > 1 and layer.Settings.family == "activation"
    ]
    return found[-1] if found else ""

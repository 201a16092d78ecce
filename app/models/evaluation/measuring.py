"""Measures saved networks on a part of some data. Everything here runs off the GUI thread."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from app.models.evaluation.data_offers import as_learned, describe_misfit
from app.models.evaluation.results import (
    ClassScores,
    EvaluationRequest,
    EvaluationResult,
    ModelFile,
    NumberScores,
    Scores,
    ShownExamples,
    largest_errors,
)
from app.models.reading.file_contents import mark_of
from app.training.dataset_cache import Part, load_beside
from app.training.sample_trace import unscaled_output
from app.widgets.images.thumbnails import thumbnails
from app.widgets.plain_text import short
from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, Dataset, Preprocessing, ProgressCallback, scale_splits, split
from tinyml.data.alignment import align_classes, align_columns
from tinyml.learner import NO_CLASS, check_fits, class_scores, confusion_matrix, finite_classes
from tinyml.learner.evaluation import evaluate_in_parts
from tinyml.learner.objective import Objective, check_loss
from tinyml.losses import loss_descriptions
from tinyml.net import Sequential
from tinyml.storage import SavedModel, load_model

MOST_SHOWN = 60
"""Largest number of mistakes in one list."""
_MOST_IN_CELL = 12
"""Mistakes of each cell of the confusion matrix that can be shown beyond the worst ones."""
_MOST_IN_CELLS = 600
_BATCH_SIZE = 64
"""Few enough examples that the window never waits long for the processor."""

Count = Callable[[int, int], None]
"""Called with the number of examples that are done, and the number of all."""


def measure(
    request: EvaluationRequest, count: Count, pause: Callable[[], None], progress: ProgressCallback
) -> EvaluationResult:
    """Evaluate the networks of one or two files.

    Arguments:
        request: the files and the data.
        count: called after each batch.
        pause: called after each batch, so that the window can handle its events.
        progress: called from time to time; it raises an exception to stop.

    Raises `TinymlError` if a file was changed or cannot be read, or if data and networks do not fit together.
    """
    started = perf_counter()
    models = [_load(file) for file in request.files]
    datasets = _prepare_all(request, models, progress)
    total, scores = len(datasets) * len(datasets[0]), []
    with one_blas_thread():
        for place, ((net, about), data) in enumerate(zip(models, datasets, strict=True)):

            def step(done: int, before: int = place * len(data)) -> None:
                count(before + done, total)
                progress((before + done) / total)
                pause()

            measured = _measure_classes if data.description.has_classes else _measure_numbers
            scores.append(measured(net, data, about.training.loss, step))
    data = datasets[0]
    labels = data.labels if data.description.has_classes else np.zeros(0, np.int64)
    nothing = ShownExamples(np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))
    notes = tuple(_notes(request, [about for _, about in models], scores))
    losses = tuple(_loss_titles([about for _, about in models], datasets))
    own = models[0][1].data.model_copy(update={"expected": None}) == request.choice
    result = EvaluationResult(
        request,
        data.description,
        len(data),
        labels,
        tuple(scores),
        nothing,
        perf_counter() - started,
        notes,
        own,
        losses,
    )
    shown = _choose_shown(result)
    return replace(result, shown=_show(data, models[0][0], shown), seconds=perf_counter() - started)


def _load(file: ModelFile) -> tuple[Sequential, SavedModel]:
    """Read a network, if the file is still the one that was opened."""
    net, about = load_model(file.path)
    if mark_of(file.path) != file.mark:
        raise StorageError(
            f"{short(file.path.name)} was changed by another program since it was opened. Evaluate it again when it is "
            "shown as it is now."
        )
    net.eval()
    return net, about


def _prepare_all(
    request: EvaluationRequest, models: Sequence[tuple[Sequential, SavedModel]], progress: ProgressCallback
) -> list[Dataset]:
    """Return the part of the data for each network: the same examples, each time prepared as the network learned."""
    read: dict[Preprocessing, Dataset] = {}
    datasets = []
    for net, about in models:
        choice = as_learned(request.choice, about)
        # The scale changes nothing that is read.
        reading = choice.preprocessing.model_copy(update={"scale": "automatic", "scale_targets": "automatic"})
        if reading not in read:
            read[reading] = load_beside(choice, lambda _share: progress(0.0))
        datasets.append(_prepare(read[reading], choice, request.part, net, about))
    first = datasets[0]
    if any(len(each) != len(first) or not np.array_equal(each.labels, first.labels) for each in datasets):
        raise DataError("The data changed while they were read. Evaluate the networks again.")
    return datasets


def _prepare(raw: Dataset, choice: DataChoice, name: Part, net: Sequential, about: SavedModel) -> Dataset:
    """Return a part of the data, prepared as the network learned it."""
    misfit = describe_misfit(about, raw.description.with_target(choice.target))
    if misfit:
        raise DataError(f"{misfit} Choose data of the shape that it was trained on.")
    fitted = about.preprocessing
    ordered = raw if fitted is None else align_columns(raw, fitted)
    splits = scale_splits(split(ordered, choice), choice.preprocessing, fitted)
    part = {"training": splits.train, "validation": splits.validation, "test": splits.test}[name]
    part = align_classes(part, about.class_names)
    check_fits(net, about.input_shape, part)
    check_loss(about.training.loss, part.description)
    if not len(part):
        raise DataError(f"There are no {name} examples to evaluate the network on. Choose another part.")
    return part


def _measure_classes(net: Sequential, data: Dataset, loss: str, step: Callable[[int], None]) -> Scores:
    objective = Objective(loss, data.class_targets)
    predicted, confidences = np.zeros(len(data), np.int64), np.zeros(len(data))

    def observe(part: slice, output: np.ndarray) -> None:
        classes, scores = objective.classes(output), class_scores(output, loss, data.class_targets)
        predicted[part] = finite_classes(classes, scores)
        confidences[part] = np.where(predicted[part] != NO_CLASS, scores[np.arange(len(scores)), classes], np.nan)

    evaluation = None
    for done, evaluation in evaluate_in_parts(net, data, objective, _BATCH_SIZE, observe):  # noqa: B007
        step(done)
    assert evaluation is not None, "there are examples"
    known, classes = predicted != NO_CLASS, len(data.description.class_names)
    confusion = np.zeros((classes, classes), np.int64)
    if known.any():
        confusion = confusion_matrix(predicted[known], data.labels[known], classes)
    accuracy, missing = float((predicted == data.labels).mean()), int(np.count_nonzero(~known))
    return ClassScores(evaluation.loss, accuracy, predicted, confidences, confusion, missing)


def _measure_numbers(net: Sequential, data: Dataset, loss: str, step: Callable[[int], None]) -> Scores:
    errors, squares = np.zeros(len(data)), np.zeros(len(data))

    def observe(part: slice, output: np.ndarray) -> None:
        wrong = unscaled_output(data, output).astype(np.float64) - data.unscaled_target_numbers(part)
        flat = wrong.reshape(len(wrong), -1)
        errors[part], squares[part] = np.abs(flat).mean(axis=1), np.square(flat).mean(axis=1)

    evaluation = None
    for done, evaluation in evaluate_in_parts(  # noqa: B007
        net, data, Objective(loss, data.class_targets), _BATCH_SIZE, observe
    ):
        step(done)
    assert evaluation is not None, "there are examples"
    return NumberScores(evaluation.loss, float(squares.mean()), float(errors.mean()), evaluation.r_squared, errors)


def _choose_shown(result: EvaluationResult) -> np.ndarray:
    """Return the sorted positions of the examples that the results can show."""
    if not result.has_classes:
        first = result.scores[0]
        assert isinstance(first, NumberScores), "the targets are numbers"
        return np.sort(largest_errors(first.errors, MOST_SHOWN))
    if len(result.scores) == 2:
        return np.unique(np.concatenate([result.right_only_in(place)[:MOST_SHOWN] for place in (0, 1)]))
    mistakes = result.mistakes()
    return np.unique(np.concatenate([mistakes[:MOST_SHOWN], np.fromiter(_from_cells(result, mistakes), np.intp)]))


def _from_cells(result: EvaluationResult, mistakes: np.ndarray) -> Iterator[int]:
    """Yield some mistakes of each cell of the confusion matrix."""
    scores = result.scores[0]
    assert isinstance(scores, ClassScores), "only classes have a confusion matrix"
    taken: dict[tuple[int, int], int] = {}
    for position in mistakes.tolist():
        cell = int(result.labels[position]), int(scores.predicted[position])
        if taken.get(cell, 0) < _MOST_IN_CELL and sum(taken.values()) < _MOST_IN_CELLS:
            taken[cell] = taken.get(cell, 0) + 1
            yield position


def _show(data: Dataset, net: Sequential, positions: np.ndarray) -> ShownExamples:
    inputs = thumbnails(np.asarray(data.unscaled_examples(positions))).copy()
    if data.description.has_classes or not len(positions):
        return ShownExamples(positions, inputs, np.zeros(0), np.zeros(0))
    with np.errstate(all="ignore"):
        predicted = unscaled_output(data, net.predict(data.examples(positions)))
    return ShownExamples(positions, inputs, np.array(data.unscaled_target_numbers(positions)), predicted)


def _notes(request: EvaluationRequest, models: Sequence[SavedModel], scores: Sequence[Scores]) -> Iterator[str]:
    """Yield what the user should know. With two files, each sentence begins with the name of its file."""
    several = len(models) > 1
    for file, about, score in zip(request.files, models, scores, strict=True):
        name = f"{short(file.path.stem)}: " if several else ""
        if isinstance(score, ClassScores) and score.not_finite:
            yield name + _describe_not_finite(score.not_finite, in_matrix=not several)
        same_source = request.choice.source == about.data.source
        same_split = _split_settings(request.choice) == _split_settings(about.data)
        if same_source and not same_split:
            learned = "so the network may have learned some of these examples."
            yield f"{name}The file was trained with another split, {learned}"
        elif same_source and request.part == "training":
            yield f"{name}The network learned these examples."
        if about.preprocessing is None:
            yield f"{name}The file does not say how its data was scaled, so its own training examples decide the scale."


def _split_settings(choice: DataChoice) -> tuple[object, ...]:
    """Return all settings that decide which examples are in which part."""
    shares = choice.seed, choice.validation, choice.test, choice.stratified
    return *shares, choice.keep_own_split, choice.options


def _loss_titles(models: Sequence[SavedModel], datasets: Sequence[Dataset]) -> Iterator[str]:
    """Yield the title of the loss of each network, if the values of two networks cannot be compared."""
    measures = [_loss_measure(about, data) for about, data in zip(models, datasets, strict=True)]
    if any(measure != measures[0] for measure in measures):
        for about in models:
            yield loss_descriptions()[about.training.loss].title


def _loss_measure(about: SavedModel, data: Dataset) -> tuple[object, ...]:
    """Return all that decides in which units the loss of a network is."""
    own_input = data.description.target == "input"
    scaling = data.scaling if own_input else data.target_scaling
    # Its fields are compared: a scaling also keeps the arrays that it has computed.
    fields = None if scaling is None else scaling.model_dump()
    return about.training.loss, fields, about.data.preprocessing.resize if own_input else ""


def _describe_not_finite(count: int, in_matrix: bool) -> str:
    have, them = ("has", "It counts") if count == 1 else ("have", "They count")
    matrix = " The confusion matrix leaves it out." if count == 1 else " The confusion matrix leaves them out."
    sentence = f"{describe_count(count, 'example')} {have} scores that are not finite. {them} as wrong."
    return sentence + matrix if in_matrix else sentence

"""From a data choice to examples that a network can learn: load, split, and scale with training examples only."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tinyml.core import Array, DataError
from tinyml.data.alignment import align_columns
from tinyml.data.catalogue import describe, load, options_of
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback, Splits
from tinyml.data.preprocessing import FittedPreprocessing, Preprocessing, Scaling, TableEncoding, fit_scaling
from tinyml.data.preprocessing.settings import ScaleRule
from tinyml.data.splitting import split

_CHUNK = 4096
"""Number of examples that are measured together."""


def choose_source(choice: DataChoice, source: str | None) -> DataChoice:
    """Return the choice of other data. Options that the other data has too are kept, such as the delimiter of a table.

    Arguments:
        choice: of the old data.
        source: name or path of the other data; None to keep the old data.

    Raises `DataError` if there is no such data.

    >>> choose_source(DataChoice(source="circle", options={"noise": 0.1}), "sine").options
    {'noise': 0.1}
    """
    if source is None or source == choice.source:
        return choice
    kept = {}
    if choice.options:
        # The names of broken files belong to the old folder.
        known = options_of(source).model_fields.keys() - {"ignored"}
        kept = {name: value for name, value in choice.options.items() if name in known}
    return choice.model_copy(update={"source": source, "options": kept, "expected": None})


def describe_choice(choice: DataChoice, progress: ProgressCallback | None = None) -> DataDescription:
    """Describe the chosen data with its options, preprocessing and target, without loading it.

    Arguments:
        choice: the data.
        progress: as in `describe`.

    Raises `DataError` as `describe` does.

    >>> describe_choice(DataChoice(source="digits", target="input")).target_shape
    (1, 8, 8)
    """
    return describe(choice.source, choice.options, choice.preprocessing, progress).with_target(choice.target)


def load_choice(choice: DataChoice, progress: ProgressCallback | None = None) -> Dataset:
    """Load the chosen data with its options, size and colour. It is not split and not scaled.

    Arguments:
        choice: the data.
        progress: as in `load`.

    Raises `DataError` as `load` does.

    >>> load_choice(DataChoice(source="circle")).inputs.shape
    (1000, 2)
    """
    return load(choice.source, progress, choice.options, choice.preprocessing)


def prepare_splits(
    choice: DataChoice, progress: ProgressCallback | None = None, fitted: FittedPreprocessing | None = None
) -> Splits:
    """Load the chosen data, split it, and scale it with numbers from the training examples only.

    Arguments:
        choice: the data, its preprocessing and its split.
        progress: as in `load`.
        fitted: the preprocessing of a trained network, to be used instead of a new one.

    Raises `DataError` as `load` and `split` do, and if `fitted` belongs to other data.

    >>> choice = DataChoice(source="circle", preprocessing=Preprocessing(scale="standardise"))
    >>> abs(float(prepare_splits(choice).train.inputs.mean())) < 1e-6
    True
    """
    dataset = load_choice(choice, progress)
    if fitted is not None:
        dataset = align_columns(dataset, fitted)
    return scale_splits(split(dataset, choice), choice.preprocessing, fitted)


def scale_splits(splits: Splits, settings: Preprocessing, fitted: FittedPreprocessing | None = None) -> Splits:
    """Return the parts with the scaling that fits the training part.

    Arguments:
        splits: the parts; they share their arrays with the result.
        settings: how to scale.
        fitted: the preprocessing of a trained network, to be used instead of a new one.

    Raises `DataError` if `fitted` belongs to other data.

    >>> parts = split(load("circle"), DataChoice())
    >>> scale_splits(parts, Preprocessing(scale="unit")).train.inputs.max()
    np.float32(1.0)
    """
    if fitted is None:
        inputs, targets = _fit_inputs(splits.train, settings.scale), _fit_targets(splits.train, settings.scale_targets)
    else:
        inputs, targets = fitted.scaling, fitted.target_scaling
        _check(inputs, splits.train)
    return Splits(*(replace(part, scaling=inputs, target_scaling=targets) for part in splits))


def chosen_scale(description: DataDescription, settings: Preprocessing) -> ScaleRule:
    """Return the rule for the inputs; "automatic" is what the data proposes.

    Arguments:
        description: of the data.
        settings: the preprocessing that the user chose.

    >>> chosen_scale(describe("circle"), Preprocessing())
    'none'
    """
    return description.default_scale if settings.scale == "automatic" else settings.scale


def _fit_inputs(train: Dataset, scale: str) -> Scaling | None:
    description = train.description
    rule = chosen_scale(description, Preprocessing.model_validate({"scale": scale}))
    if len(description.example_shape) == 3 and rule != "standardise" and _is_unit(train):
        return None
    # The other parts, and rows that are typed later, may miss a number that no training example misses.
    is_table = isinstance(description.encoding, TableEncoding)
    return fit_scaling(rule, _chunks(train, targets=False), _category_columns(description), always_fill=is_table)


def _is_unit(train: Dataset) -> bool:
    """Return True if the numbers are in 0 … 1 already, as those of bytes are."""
    if train.stored_inputs.dtype == np.uint8 and train.divisor > 1:
        return True
    return all(part.min() >= 0 and part.max() <= 1 for part in _chunks(train, targets=False))


def _fit_targets(train: Dataset, scale: str) -> Scaling | None:
    if train.stored_targets is None or train.description.target == "input":
        return None
    rule = train.description.default_scale_targets if scale == "automatic" else scale
    return fit_scaling("standardise", _chunks(train, targets=True)) if rule == "standardise" else None


def _category_columns(description: DataDescription) -> list[int]:
    """Return the positions of the numbers that stand for categories."""
    positions: list[int] = []
    start = 0
    for column in description.encoding.columns if isinstance(description.encoding, TableEncoding) else ():
        positions += range(start, start + column.width) if column.categories else ()
        start += column.width
    return positions


def _chunks(part: Dataset, targets: bool) -> Iterator[Array]:
    read = part.unscaled_target_numbers if targets else part.unscaled_examples
    for start in range(0, len(part), _CHUNK):
        yield read(slice(start, start + _CHUNK))


def _check(scaling: Scaling | None, part: Dataset) -> None:
    channels = part.description.example_shape[0]
    if scaling is not None and len(scaling.offset) != channels:
        raise DataError(
            f"The preprocessing of the model is for examples with {len(scaling.offset)} numbers or channels, but "
            f"{part.description.title} has {channels}. Choose the data that the model was trained on."
        )

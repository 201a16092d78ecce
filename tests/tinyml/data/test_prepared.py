"""Scaling is fitted on training examples only, and a part never learns from another one."""

from dataclasses import replace

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import DataChoice, Dataset, Preprocessing, Splits, prepare_splits, scale_splits, split
from tinyml.data.augmentation import Shift
from tinyml.data.augmented_batch import augmented_batch
from tinyml.data.preprocessing import fit_scaling

STANDARDISE = Preprocessing(scale="standardise", scale_targets="standardise")


def parts(inputs: np.ndarray, targets: object) -> Splits:
    return split(Dataset.from_arrays(inputs, targets), DataChoice(validation=0.2, test=0.2))


def test_scaling_depends_on_training_examples_only() -> None:
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(5, 3, (100, 4)).astype(np.float32), rng.normal(100, 20, 100)
    clean = parts(inputs, targets)
    spoilt = Splits(
        clean.train,
        replace(clean.validation, stored_inputs=clean.validation.stored_inputs * 1000),
        replace(clean.test, stored_inputs=clean.test.stored_inputs - 1e6),
    )
    scaled, other = scale_splits(clean, STANDARDISE), scale_splits(spoilt, STANDARDISE)
    assert scaled.train.scaling == other.train.scaling == other.test.scaling
    np.testing.assert_allclose(scaled.train.inputs.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.train.inputs.std(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(scaled.train.targets.std(axis=0), 1, atol=1e-5)
    assert abs(scaled.test.inputs.mean()) > 1e-4
    restored = scaled.test.preprocessing.unscale_targets(scaled.test.targets)
    np.testing.assert_allclose(restored, clean.test.targets, rtol=1e-5)


def test_missing_numbers_get_the_mean_of_the_training_part() -> None:
    inputs = np.arange(100, dtype=np.float32).reshape(50, 2)
    splits = parts(inputs, np.arange(50) % 2)
    stored = splits.train.stored_inputs.copy()
    stored[splits.test.rows[0], 0] = np.nan
    missing = stored[splits.train.rows[0], 1] = np.nan
    assert np.isnan(missing)
    spoilt = Splits(*(replace(part, stored_inputs=stored) for part in splits))
    scaled = scale_splits(spoilt, STANDARDISE)
    mean = np.nanmean(stored[spoilt.train.rows], axis=0)
    np.testing.assert_allclose(scaled.train.scaling.fill, mean, rtol=1e-6)
    assert scaled.test.examples(slice(0, 1))[0, 0] == pytest.approx(0, abs=1e-6)
    assert np.isfinite(scaled.train.inputs).all()


@pytest.mark.parametrize("constant", [0.1, -250.31673, 1.7e9])
@pytest.mark.parametrize("count", [7, 3012])
def test_a_constant_keeps_its_unit(constant: float, count: int) -> None:
    scaling = fit_scaling("standardise", [np.full((count, 1), constant, np.float32)])
    assert scaling is not None
    assert scaling.scale == (1,)


def test_the_parts_are_disjoint_and_complete() -> None:
    splits = prepare_splits(DataChoice(source="digits", validation=0.15, test=0.25, seed=4))
    rows = np.concatenate([part.rows for part in splits])
    assert len(np.unique(rows)) == len(rows) == 1797


def test_own_parts_are_kept_or_mixed() -> None:
    data = Dataset.from_arrays(np.arange(100, dtype=np.float32), np.arange(100) % 2, test_count=20)
    data = replace(data, description=replace(data.description, validation_count=10))
    kept = split(data, DataChoice())
    assert kept.test.rows.tolist() == list(range(80, 100))
    assert kept.validation.rows.tolist() == list(range(70, 80))
    assert kept.train.rows.tolist() == list(range(70))
    mixed = split(data, DataChoice(keep_own_split=False, validation=0.1, test=0.2))
    assert [len(part) for part in mixed] == [70, 10, 20]
    assert mixed.test.rows.min() < 70


def test_classes_need_not_be_even() -> None:
    data = Dataset.from_arrays(np.arange(200, dtype=np.float32), np.arange(200) % 2)
    assert (np.bincount(split(data, DataChoice()).test.labels) == 20).all()
    counts = [np.bincount(split(data, DataChoice(stratified=False, seed=seed)).test.labels)[0] for seed in range(5)]
    assert any(count != 20 for count in counts)


@pytest.mark.parametrize("colour", ["automatic", "colour"])
def test_images_get_the_chosen_size_and_colour(colour: str) -> None:
    preprocessing = Preprocessing.model_validate({"size": (12, 10), "colour": colour})
    train = prepare_splits(DataChoice(source="digits", preprocessing=preprocessing)).train
    channels = 3 if colour == "colour" else 1
    assert train.description.example_shape == train.inputs.shape[1:] == (channels, 12, 10)
    assert train.stored_inputs.dtype == np.uint8
    assert 0.2 < train.inputs.mean() < 0.4


def test_images_are_augmented_before_they_are_scaled() -> None:
    choice = DataChoice(source="digits", preprocessing=Preprocessing(scale="standardise"))
    train = prepare_splits(choice).train
    shifted, _ = augmented_batch(train, np.arange(20), [Shift(3)], seed=0, epoch=1, batch=1)
    black = (0 - train.scaling.offset[0]) / train.scaling.scale[0]
    assert shifted[:, :, 0].min() == pytest.approx(black, abs=1e-6)


def test_the_preprocessing_of_a_model_is_used_for_other_data() -> None:
    choice = DataChoice(source="circle", preprocessing=Preprocessing(scale="standardise"))
    fitted = prepare_splits(choice).train.preprocessing
    other = prepare_splits(choice.model_copy(update={"seed": 9}), fitted=fitted)
    assert other.test.scaling == fitted.scaling
    with pytest.raises(DataError, match=r"for examples with 2 numbers or channels, but .* has 1"):
        prepare_splits(DataChoice(source="sine"), fitted=fitted)

"""Mean images, ranges and images of one colour, compared with NumPy on the whole data."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tinyml.data import Dataset
from tinyml.data.analysis import images as images_module
from tinyml.data.analysis.images import ImageStatistics, ImageSummary, image_findings
from tinyml.data.analysis.parts import chunks


def summarise(*parts: Dataset) -> ImageSummary:
    statistics = ImageStatistics(parts[0].description, parts[0].divisor)
    for chunk in chunks(parts, lambda share: None):
        statistics.add(chunk)
    return statistics.summary()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(500, 3, 8, 6), (40, 1, 300, 200)])
def test_everything_agrees_with_numpy(dtype: Any, shape: Any) -> None:
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 256, shape).astype(dtype)
    labels = rng.integers(0, 4, shape[0])
    labels[labels == 2] = 1  # a class without images
    data = replace(Dataset.from_arrays(stored, labels, class_names="abcd"), divisor=255 if dtype == np.uint8 else 1)
    parts = [data.take(part) for part in np.split(rng.permutation(len(data)), [len(data) // 2, len(data) // 2 + 9])]
    found = summarise(*parts)
    pixels = data.unscaled_examples(slice(None)).astype(np.float64)
    assert (found.minimum, found.maximum) == pytest.approx((pixels.min(), pixels.max()))
    assert (found.mean, found.deviation) == pytest.approx((pixels.mean(), pixels.std()), rel=1e-6)
    np.testing.assert_allclose(found.channel_means, pixels.mean(axis=(0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(found.channel_deviations, pixels.std(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(found.mean_image, pixels.mean(axis=0), rtol=1e-5)
    assert found.class_means is not None
    for label in (0, 1, 3):
        np.testing.assert_allclose(found.class_means[label], pixels[labels == label].mean(axis=0), rtol=1e-5)
    assert not found.class_means[2].any()
    assert (found.constant, found.constant_examples) == (0, ())


def test_images_of_one_colour_are_counted_and_named_by_their_position() -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, 3, 4, 4), np.uint8)
    images[7] = 0
    images[20] = np.array([10, 200, 30], np.uint8)[:, np.newaxis, np.newaxis]  # one colour, which is no grey
    images[21, :2] = 5  # two channels of three
    data = Dataset.from_arrays(images, np.zeros(50, int))
    found = summarise(data.take(np.arange(49, 10, -1)), data.take(np.arange(11)))
    assert (found.constant, found.constant_examples) == (2, (7, 20))


def test_mean_images_of_very_many_classes_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images_module, "_MOST_NUMBERS", 100)
    data = Dataset.from_arrays(np.ones((6, 1, 5, 5), np.float32), np.arange(6))
    found = summarise(data)
    assert found.class_means is None
    assert found.mean_image.tolist() == np.ones((1, 5, 5)).tolist()


@pytest.mark.parametrize("size", [4, 32])
def test_images_of_the_same_bytes_have_a_deviation_of_exactly_0(size: int) -> None:
    data = Dataset.from_arrays(np.full((3000, 3, size, size), 201, np.uint8), np.zeros(3000, int))
    found = summarise(data)
    assert (found.mean, found.deviation, found.constant) == (201, 0, 3000)
    assert found.channel_deviations.tolist() == [0, 0, 0]


def test_an_autoencoder_has_no_classes() -> None:
    images = np.random.default_rng(0).random((6, 1, 5, 5), np.float32)
    found = summarise(Dataset.from_arrays(images, images))
    assert found.class_means is None
    np.testing.assert_allclose(found.mean_image, images.mean(axis=0), rtol=1e-6)


def test_sentences_about_pixels() -> None:
    images = np.zeros((4, 1, 2, 2), np.uint8)
    images[1:, 0, 0, 0] = 255
    data = replace(Dataset.from_arrays(images, np.zeros(4, int)), divisor=255)
    pixels, constant = image_findings(summarise(data), are_scaled=False)
    assert pixels.sentence == "Pixels 0 to 1, mean 0.19."
    assert constant.sentence == "1 image has a single colour (such as number 0). Look if files are empty."
    not_divided = image_findings(summarise(replace(data, divisor=1)), are_scaled=False)
    assert [finding.kind for finding in not_divided] == ["pixels", "not_scaled", "constant_images"]
    assert "The pixels go up to 255." in not_divided[1].sentence
    assert len(image_findings(summarise(replace(data, divisor=1)), are_scaled=True)) == 2

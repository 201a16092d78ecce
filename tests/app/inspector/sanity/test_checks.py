"""Sanity checks: random weights in part or in all layers, compared inside of the receptive field."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.inspector.sanity.checks import AS_TRAININGS, Check, SanityChecks, describe, run_checks
from app.inspector.target import Method
from tinyml.core import TinymlError
from tinyml.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import Reconstruction, gradient, gradient_times_input, picture_similarity, randomise, reconstruct

IMAGE = np.random.default_rng(7).normal(size=(1, 1, 9, 9)).astype(np.float32)


def net_of() -> Sequential:
    rng = np.random.default_rng(1)
    return Sequential(
        [
            Conv2D("conv_1", (1, 9, 9), 4, 3, 3, 1, 0, rng=rng),
            ReLU("relu_1"),
            Conv2D("conv_2", (4, 7, 7), 5, 3, 3, 1, 0, rng=rng),
            ReLU("relu_2"),
            Flatten("flatten"),
            Linear("fc", 125, 3, rng=rng),
        ]
    )


def no_progress(_share: float) -> None:
    """Ignore the progress."""


def method_of(function: Callable[..., Reconstruction]) -> Any:
    """Return a fast method with a function of the test."""
    return SimpleNamespace(function=function, words=Method.DECONVNET.words, slow=False)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return record(net_of(), IMAGE)


@pytest.fixture(scope="module")
def checks(trace: Trace) -> SanityChecks:
    trained = gradient(trace, "conv_2", 2, (1, 3))
    return run_checks(trace, trained, Method.GRADIENT, 3, no_progress)


def test_the_layers_up_to_the_chosen_one_become_random(checks: SanityChecks) -> None:
    assert [check.layers for check in checks.downwards] == [("conv_2",), ("conv_2", "conv_1")]
    assert [check.layers for check in checks.upwards] == [("conv_1",), ("conv_1", "conv_2")]
    assert {check.networks for check in checks.downwards} == {3}


def test_both_ways_end_with_the_same_random_network(checks: SanityChecks) -> None:
    assert checks.random is checks.downwards[-1]
    assert checks.random.similarities == checks.upwards[-1].similarities


def test_a_check_has_the_picture_and_the_median_of_the_random_networks(trace: Trace, checks: SanityChecks) -> None:
    trained, check = checks.trained, checks.downwards[0]
    expected = {}
    for seed in range(3):
        random = record(randomise(net_of(), ["conv_2"], seed), IMAGE)
        image = gradient(random, "conv_2", 2, (1, 3)).image
        expected[picture_similarity(trained.image, image, trained.receptive_field)] = image
    assert check.similarities == pytest.approx(sorted(expected))
    assert check.similarity == pytest.approx(np.median(list(expected)))
    assert check.image is not None
    assert any(np.allclose(check.image, image) for image in expected.values())


def test_the_occlusion_is_there_for_comparison(checks: SanityChecks) -> None:
    assert checks.occlusion is not None
    assert checks.occlusion.shape == checks.trained.image.shape


def test_only_the_receptive_field_is_compared() -> None:
    """Zeros around both pictures would make any two of them alike."""
    first, second = np.zeros((1, 20, 20)), np.zeros((1, 20, 20))
    first[0, 4:6, 4:6], second[0, 4:6, 4:6] = [[1, 2], [3, 4]], [[4, 3], [2, 1]]
    assert picture_similarity(first, second, ((0, 20), (0, 20))) > 0.9
    assert picture_similarity(first, second, ((4, 6), (4, 6))) == pytest.approx(-1)


def test_the_network_of_the_trace_does_not_change(trace: Trace, checks: SanityChecks) -> None:
    assert checks.random is not None
    fresh = net_of()
    for entry in trace.entries:
        for name, parameter in entry.layer.named_parameters.items():
            assert np.array_equal(parameter.tensor, fresh[entry.layer.name].named_parameters[name].tensor)


def test_the_progress_rises_and_what_it_raises_ends_the_work(trace: Trace) -> None:
    shares: list[float] = []
    trained = reconstruct(trace, "relu_2", 0)
    run_checks(trace, trained, Method.DECONVNET, 2, shares.append)
    assert shares == sorted(shares)
    assert shares[:8] == pytest.approx([done / 9 for done in range(1, 9)])
    assert shares[-1] == 1  # the occlusion comes last

    def stop(_share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_checks(trace, trained, Method.DECONVNET, 2, stop)


def test_a_unit_that_never_fires_in_random_networks_has_no_similarity(trace: Trace) -> None:
    def blank(random: Trace, layer: str, map_index: int, *place: object, **others: object) -> Reconstruction:
        del random, place, others
        return Reconstruction(np.zeros((1, 9, 9)), layer, map_index, (0, 0), 0.0, np.zeros(1), (), ((0, 9), (0, 9)))

    found = run_checks(trace, reconstruct(trace, "relu_2", 0), method_of(blank), 2, no_progress)
    assert found.random is not None
    assert found.random.image is None
    assert np.isnan(found.random.similarity)
    assert "no picture to compare" in describe(found)


def test_without_weights_nothing_can_be_random() -> None:
    trace = record(Sequential([ReLU("relu"), MaxPool2D("pool", (1, 9, 9), 3, 3)]), IMAGE)
    found = run_checks(trace, reconstruct(trace, "pool", 0), Method.DECONVNET, 2, no_progress)
    assert found.random is None
    assert "No layer" in describe(found)


def test_an_error_of_the_method_is_passed_on(trace: Trace) -> None:
    def refuse(*_arguments: object, **_place: object) -> Reconstruction:
        raise TinymlError("No way.")

    with pytest.raises(TinymlError, match="No way"):
        run_checks(trace, reconstruct(trace, "relu_2", 0), method_of(refuse), 2, no_progress)


@pytest.mark.parametrize("method", [Method.OCCLUSION, Method.INTEGRATED])
def test_a_slow_method_can_be_stopped_within_its_first_picture(trace: Trace, method: Method) -> None:
    """Otherwise a cancel, and the end of the program, would wait for a whole picture."""
    large = record(Sequential([Conv2D("conv", (1, 40, 40), 2, 3, 3, 1, 1)]), np.ones((1, 1, 40, 40), np.float32))
    trained = method.function(large, "conv", 0, (9, 9), whole_map=False)
    shares: list[float] = []

    def stop(share: float) -> None:
        shares.append(share)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_checks(large, trained, method, 1, stop)
    assert shares
    assert shares[0] <= 1 / 3  # of two networks and the occlusion


def test_one_random_network_at_a_time_is_in_memory(trace: Trace) -> None:
    networks: weakref.WeakSet[Any] = weakref.WeakSet()
    alive: list[int] = []

    def watch(random: Trace, layer: str, map_index: int, *place: Any, **others: Any) -> Reconstruction:
        gc.collect()
        networks.add(random.entries[0].layer)
        alive.append(len(networks))
        return gradient(random, layer, map_index, *place, **others)

    run_checks(trace, gradient(trace, "conv_2", 2), method_of(watch), 4, no_progress)
    assert alive == [1] * 16


def test_too_little_memory_for_a_network_is_a_sentence(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.inspector.sanity.checks.cascade", fail)
    with pytest.raises(TinymlError, match="not enough memory for networks with random weights up to 'relu_2'"):
        run_checks(trace, reconstruct(trace, "relu_2", 0), Method.DECONVNET, 2, no_progress)


def test_unrelated_pictures_on_one_mask_are_not_alike_without_it() -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((1, 20, 20)) < 0.2
    first, second = (rng.normal(size=mask.shape) * mask for _ in range(2))
    box = ((0, 20), (0, 20))
    assert picture_similarity(first, second, box) > 0.9
    assert abs(picture_similarity(first, second, box, both_blank=False)) < 0.2
    assert np.isnan(picture_similarity(0 * first, 0 * second, box, both_blank=False))


def test_blank_pixels_of_a_method_that_multiplies_by_the_input_do_not_count() -> None:
    image = np.where(np.arange(81).reshape(1, 1, 9, 9) % 4 == 0, IMAGE, 0).astype(np.float32)
    trace = record(net_of(), image)
    trained = gradient_times_input(trace, "conv_2", 2, (1, 3))
    found = run_checks(trace, trained, Method.TIMES_INPUT, 1, no_progress)
    assert found.random is not None
    assert found.random.image is not None
    box = trained.receptive_field
    expected = picture_similarity(trained.image, found.random.image, box, both_blank=False)
    assert found.random.similarity == pytest.approx(expected)
    assert expected < picture_similarity(trained.image, found.random.image, box) - 0.2


@pytest.mark.parametrize(
    ("upper", "random", "words"),
    [
        (0.2, 0.12, "Similarity to random weights 0.12: less alike than the pictures of two trainings of one network"),
        (0.3, 0.39, "(measured: 0.40 and more). So the picture depends on what was learned."),
        (0.3, 0.40, "0.40: as alike as the pictures of two trainings of one network (measured: 0.40 and more)"),
        (0.3, 0.7, "says little about what was learned; the sample and the architecture alone give one like it."),
        (0.3, -0.1, "random weights −0.10: less alike than the pictures of two trainings"),
    ],
)
def test_the_words_say_what_the_similarity_means(
    trace: Trace, checks: SanityChecks, upper: float, random: float, words: str
) -> None:
    image = checks.trained.image
    downwards = Check(("b",), image, (upper,), 1), Check(("b", "a"), image, (random,), 1)
    text = describe(SanityChecks(checks.trained, downwards, downwards, None))
    assert words in text
    assert "Adebayo" not in text


def test_the_figure_of_an_untrained_network_says_nothing_about_learning(checks: SanityChecks) -> None:
    text = describe(checks, is_trained=False)
    assert text.endswith("The shown weights are random too, so this compares random networks with each other.")
    assert "learned" not in text


def test_a_picture_that_survives_a_random_upper_layer_is_told(checks: SanityChecks) -> None:
    image = checks.trained.image
    downwards = Check(("fc",), image, (0.8,), 1), Check(("fc", "conv"), image, (0.1,), 1)
    text = describe(SanityChecks(checks.trained, downwards, downwards, None))
    assert (
        "With random weights in fc alone it stays as alike as that (0.80), so it says little about that layer" in text
    )
    assert text.endswith("about that layer.")  # the gradient is not known for this
    for method, known in (("reconstruct", "deconvnets (Nie"), ("guided_backprop", "guided backpropagation (Adebayo")):
        trained = replace(checks.trained, method=method)
        assert f"This is known of {known} et al. 2018)." in describe(SanityChecks(trained, downwards, downwards, None))


@pytest.mark.parametrize("method", ["gradient_times_input", "integrated_gradients", "occlusion"])
@pytest.mark.parametrize("similarity", [0.12, 0.98])
def test_a_method_that_follows_the_input_gets_no_verdict(checks: SanityChecks, method: str, similarity: float) -> None:
    image = checks.trained.image
    trained = replace(checks.trained, method=method)
    downwards = Check(("fc",), image, (0.9,), 1), Check(("fc", "conv"), image, (similarity,), 1)
    text = describe(SanityChecks(trained, downwards, downwards, None))
    assert text.startswith(f"Similarity to random weights {similarity}, without the pixels that are zero in both")
    assert "the figure does not say what was learned" in text
    assert "stays as alike" not in text


@pytest.mark.parametrize("method", list(Method))
def test_every_method_says_why_it_has_no_picture(checks: SanityChecks, method: Method) -> None:
    trained = replace(checks.trained, method=method.function.__name__)
    nothing = (Check(("conv",), None, (), 3),)
    text = describe(SanityChecks(trained, nothing, nothing, None))
    assert text.startswith("With random weights there is no picture to compare: ")
    assert ("the activation is not positive" in text) == (method is Method.DECONVNET)


def test_a_blank_picture_is_not_blamed_on_the_random_weights(checks: SanityChecks) -> None:
    blank = replace(checks.trained, image=np.zeros_like(checks.trained.image))
    nothing = (Check(("conv",), checks.trained.image, (), 3),)
    assert describe(SanityChecks(blank, nothing, nothing, None)).startswith("The picture is blank")


@pytest.mark.parametrize("method", [method for method in Method if not method.follows_input])
def test_each_method_has_a_threshold_of_its_own(checks: SanityChecks, method: Method) -> None:
    trained, image = replace(checks.trained, method=method.function.__name__), checks.trained.image

    def words(similarity: float) -> str:
        downwards = Check(("b",), image, (0.1,), 1), Check(("b", "a"), image, (similarity,), 1)
        return describe(SanityChecks(trained, downwards, downwards, None))

    assert "depends on what was learned" in words(AS_TRAININGS[method] - 0.01)
    assert "says little about what was learned" in words(AS_TRAININGS[method])

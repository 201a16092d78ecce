"""Facts about data: classes, ranges, neighbours; also for large, tiny and wrong data."""

import time
import tracemalloc

import numpy as np
import pytest

from tests.tinyml.diagnosis.evidence import FACTS
from tests.tinyml.diagnosis.real_runs import split_arrays
from tinyml.data import DataChoice, prepare_splits
from tinyml.diagnosis import DataFacts, collect_data_facts
from tinyml.diagnosis.neighbours import compare_neighbours
from tinyml.losses import binary_cross_entropy_with_logits_loss


def test_classes_are_counted_in_training_and_validation() -> None:
    labels = np.array([0] * 6 + [1] * 2 + [1, 0] + [1, 0])
    facts = collect_data_facts(split_arrays(np.zeros((12, 3)), labels, 2, 2))
    assert (facts.class_counts, facts.validation_counts) == ((6, 2), (1, 1))
    assert facts.base_rate == 0.75
    assert facts.base_rate_in("validation") == 0.5
    assert facts.most_frequent == "0"
    assert facts.neighbours is None


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("cross_entropy_with_softmax_loss", np.log(10)),
        ("cross_entropy_loss", np.log(10)),
        ("binary_cross_entropy_with_logits_loss", -0.1 * np.log(0.1) - 0.9 * np.log(0.9)),
        ("mse_loss", np.inf),
    ],
)
def test_the_loss_of_guessing_depends_on_the_loss(loss, expected) -> None:
    assert FACTS.base_loss(loss) == pytest.approx(expected)
    assert DataFacts(100).base_loss(loss) == np.inf  # the targets are numbers
    assert DataFacts(9, class_names=("a", "b"), class_counts=(9, 0)).base_loss(loss) in (0, np.inf)


def test_the_binary_loss_of_guessing_is_what_a_network_with_the_best_constant_answer_gets() -> None:
    counts = np.array([10, 20, 70])
    targets = np.repeat(np.eye(3), counts, axis=0)
    answers = np.tile(np.log(counts / (100 - counts)), (100, 1))
    expected, _ = binary_cross_entropy_with_logits_loss(answers, targets)
    facts = DataFacts(100, class_names=("a", "b", "c"), class_counts=tuple(counts.tolist()))
    assert facts.base_loss("binary_cross_entropy_with_logits_loss") == pytest.approx(expected)


def test_ranges_are_those_that_the_network_gets() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((500, 2)) * [1000.0, 0.1] + [50.0, 0.0]
    found = collect_data_facts(split_arrays(inputs, np.zeros(500, np.int64), 50, 50)).inputs
    assert found.largest == pytest.approx(1000, rel=0.1)
    assert found.smallest == pytest.approx(0.1, rel=0.1)
    assert not found.scaled
    scaled = prepare_splits(DataChoice(source="circle", preprocessing={"scale": "standardise"}))
    inputs = collect_data_facts(scaled).inputs
    assert inputs.scaled
    assert inputs.deviation == pytest.approx(1, abs=0.05)


def test_neighbours_see_random_labels_wrong_labels_and_other_parts() -> None:
    def facts(**options):
        return collect_data_facts(prepare_splits(DataChoice(source="faulty", options=options))).neighbours

    assert facts().score > 0.98
    assert facts().isolated < 0.01
    assert facts(random_labels=1.0).score == pytest.approx(0.5, abs=0.07)
    assert facts(random_labels=0.2).isolated == pytest.approx(0.1, abs=0.03)
    assert facts().same_part == pytest.approx(0.5, abs=0.1)
    assert facts(moved=0.6).same_part > 0.7


def test_neighbours_of_number_targets_give_r_squared() -> None:
    assert collect_data_facts(prepare_splits(DataChoice(source="sine"))).neighbours.score > 0.9
    rng = np.random.default_rng(0)
    noise = split_arrays(rng.random((300, 2)), rng.standard_normal((300, 1)).astype(np.float32), 30, 30)
    assert collect_data_facts(noise).neighbours.score < 0.1


@pytest.mark.parametrize("count", [3, 15, 30])
def test_few_examples_are_no_error(count) -> None:
    labels = np.arange(count) % 2
    facts = collect_data_facts(split_arrays(np.random.default_rng(0).random((count, 2)), labels, 0, 1))
    assert facts.training == count - 1


def test_constant_inputs_are_no_error() -> None:
    facts = collect_data_facts(split_arrays(np.ones((100, 2)), np.arange(100) % 2, 20, 20))
    assert facts.inputs.deviation == 0
    assert 0 <= facts.neighbours.score <= 1


def test_large_images_need_little_time_and_memory() -> None:
    images = np.random.default_rng(0).integers(0, 255, (600, 3, 160, 160), np.uint8)  # 46 MB; as numbers 184 MB
    splits = split_arrays(images, np.arange(600) % 3, 60, 60)
    tracemalloc.start()
    started = time.perf_counter()
    facts = collect_data_facts(splits)
    seconds, (_, peak) = time.perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert facts.neighbours.compared == 480
    assert peak < 200e6
    assert seconds < 10


@pytest.mark.parametrize("seed", range(3))
def test_wrong_labels_lie_everywhere_and_overlapping_classes_at_their_border(seed) -> None:
    def evenness(source: str, **options) -> float:
        choice = DataChoice(source=source, validation=0.2, test=0.2, seed=seed, options=options)
        return compare_neighbours(prepare_splits(choice)).evenness

    assert evenness("faulty", random_labels=0.25) > 0.8
    assert evenness("moons", noise=0.3) < 0.4
    assert evenness("moons", noise=0.5, count=1500) < 0.7
    assert evenness("moons", noise=0.05) == 0.0

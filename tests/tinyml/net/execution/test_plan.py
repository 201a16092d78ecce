import pytest

from tinyml.core.threads import set_thread_count, thread_count
from tinyml.layers import Layer, Linear, MaxPool2D, ReLU, Tanh
from tinyml.net.execution import plan
from tinyml.net.execution.plan import Planner, move_after_maximum


class Magnitude(Tanh):
    """A custom layer with the same flag as ReLU."""

    commutes_with_maximum = True


def pool(name: str = "pool") -> MaxPool2D:
    return MaxPool2D(name, (1, 4, 4), 2, 2)


def names(*layers: Layer) -> list[str]:
    return [layer.name for layer in move_after_maximum(layers)]


def test_the_order_of_two_layers_follows_from_their_flags() -> None:
    assert names(Magnitude("magnitude"), pool()) == ["pool", "magnitude"]
    assert names(ReLU("relu"), pool(), ReLU("relu_2"), pool("pool_2")) == ["pool", "relu", "pool_2", "relu_2"]
    assert names(Tanh("tanh"), pool()) == ["tanh", "pool"]
    assert names(pool(), ReLU("relu")) == ["pool", "relu"]


def test_batches_of_every_size_share_their_segments() -> None:
    planner = Planner([Linear("fc_1", 4, 4), Linear("fc_2", 4, 4)], for_training=True)
    first, second = planner.plan_for((2, 4)), planner.plan_for((3, 4))
    assert planner.plan_for((2, 4)) is first
    assert [step.segment for step in first.steps] == [step.segment for step in second.steps]
    assert len(planner.segments) == 1


def test_only_large_batches_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    planner = Planner([ReLU("relu")], for_training=True)
    monkeypatch.setattr(plan, "MIN_WORK_TO_SPLIT", 10 * plan.COST_OF_WRITING * 4)
    before, least = thread_count(), {1: 10, 2: 10, 3: 5, 4: 5}
    try:
        for workers, count in least.items():
            set_thread_count(workers)
            assert [planner.plan_for((each, 4)).on_threads for each in (1, count - 1, count)] == [False, False, True]
    finally:
        set_thread_count(before)

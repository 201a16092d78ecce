import math

import pytest

from tinyml.learner import EpochFinished, best_epoch


def epoch(number: int, validation_loss: float | None, training_loss: float = 0.5) -> EpochFinished:
    return EpochFinished(number, 5, training_loss, None, validation_loss, None, 1.0)


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        ((), None),
        ((0.3, 0.1, 0.2), 2),
        ((0.1, 0.1), 1),
        ((math.nan, 0.4, math.inf), 2),
        ((math.nan, math.inf), None),
        ((-math.inf, 0.4), 2),
    ],
)
def test_the_best_epoch_has_the_first_smallest_finite_loss(losses: tuple[float, ...], best: int | None) -> None:
    found = best_epoch(epoch(number, loss) for number, loss in enumerate(losses, start=1))
    assert (found.epoch if found else None) == best


def test_without_validation_the_training_loss_is_monitored() -> None:
    found = best_epoch([epoch(1, None, 0.4), epoch(2, None, 0.3), epoch(3, None, 0.6)])
    assert found is not None
    assert (found.epoch, found.monitored_loss) == (2, 0.3)
    assert epoch(1, 0.7, 0.4).monitored_loss == 0.7

"""Every registered optimiser and schedule against its counterpart in PyTorch, step by step, in float64."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tinyml.compare import tally
from tinyml.core import Parameter
from tinyml.optims import (
    AdamOptimizer,
    AdamWOptimizer,
    Optimizer,
    RMSPropOptimizer,
    SGDOptimizer,
    clip_gradients,
    optimizer_descriptions,
)
from tinyml.optims.schedules import (
    ConstantSchedule,
    CosineSchedule,
    OneCycleSchedule,
    ReduceOnPlateauSchedule,
    Schedule,
    StepSchedule,
    WarmUpSchedule,
    schedule_descriptions,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

STEPS, EPOCH, TOLERANCE = 200, 8, 1e-9

OPTIMIZERS: dict[str, tuple[Callable[[], Optimizer], Callable[[list[Any]], Any]]] = {
    "sgd": (lambda: SGDOptimizer(0.05), lambda p: torch.optim.SGD(p, 0.05)),
    "sgd, momentum": (lambda: SGDOptimizer(0.05, 0.9), lambda p: torch.optim.SGD(p, 0.05, 0.9)),
    "sgd, decay": (lambda: SGDOptimizer(0.05, weight_decay=0.1), lambda p: torch.optim.SGD(p, 0.05, weight_decay=0.1)),
    "sgd, Nesterov and decay": (
        lambda: SGDOptimizer(0.05, 0.8, nesterov=True, weight_decay=0.1),
        lambda p: torch.optim.SGD(p, 0.05, 0.8, nesterov=True, weight_decay=0.1),
    ),
    "adam": (lambda: AdamOptimizer(), lambda p: torch.optim.Adam(p)),
    "adam, other settings": (
        lambda: AdamOptimizer(0.03, 0.7, 0.95, 1e-4, weight_decay=0.2),
        lambda p: torch.optim.Adam(p, 0.03, (0.7, 0.95), 1e-4, weight_decay=0.2),
    ),
    "adamw": (lambda: AdamWOptimizer(), lambda p: torch.optim.AdamW(p)),
    "adamw, other settings": (
        lambda: AdamWOptimizer(0.03, 0.7, 0.95, 1e-4, weight_decay=0.2),
        lambda p: torch.optim.AdamW(p, 0.03, (0.7, 0.95), 1e-4, weight_decay=0.2),
    ),
    "rmsprop": (lambda: RMSPropOptimizer(), lambda p: torch.optim.RMSprop(p)),
    "rmsprop, other settings": (
        lambda: RMSPropOptimizer(0.003, 0.9, 1e-5, momentum=0.6, weight_decay=0.1),
        lambda p: torch.optim.RMSprop(p, 0.003, 0.9, 1e-5, weight_decay=0.1, momentum=0.6),
    ),
}

_lr = torch.optim.lr_scheduler
SCHEDULES: dict[str, tuple[Callable[[], Schedule], Callable[[Any], Any]]] = {
    "constant": (ConstantSchedule, lambda o: _lr.ConstantLR(o, factor=1.0)),
    "step": (lambda: StepSchedule(30, 0.5), lambda o: _lr.StepLR(o, 30, 0.5)),
    "cosine": (lambda: CosineSchedule(STEPS), lambda o: _lr.CosineAnnealingLR(o, STEPS)),
    "warm_up": (lambda: WarmUpSchedule(40, 0.1), lambda o: _lr.LinearLR(o, 0.1, 1.0, 40)),
    "one_cycle": (
        lambda: OneCycleSchedule(STEPS),
        lambda o: _lr.OneCycleLR(o, o.param_groups[0]["lr"], STEPS, cycle_momentum=False),
    ),
    "one_cycle, other settings": (
        lambda: OneCycleSchedule(STEPS, 0.45, 10.0, 100.0),
        lambda o: _lr.OneCycleLR(
            o,
            o.param_groups[0]["lr"],
            STEPS,
            pct_start=0.45,
            div_factor=10.0,
            final_div_factor=100.0,
            cycle_momentum=False,
        ),
    ),
    "reduce_on_plateau": (
        lambda: ReduceOnPlateauSchedule(patience=2, gamma=0.5),
        lambda o: _lr.ReduceLROnPlateau(o, factor=0.5, patience=2, eps=0.0),
    ),
}


def test_every_registered_optimiser_and_schedule_is_compared() -> None:
    assert {name.split(",")[0] for name in OPTIMIZERS} == set(optimizer_descriptions())
    assert {name.split(",")[0] for name in SCHEDULES} == set(schedule_descriptions())


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_trajectory_is_that_of_pytorch(optimizer: str, schedule: str) -> None:
    worst, moved = follow(optimizer, schedule, max_norm=math.inf)
    assert moved > 0.01  # otherwise the comparison proves nothing
    assert worst <= TOLERANCE
    for subject in (f"optimiser {optimizer.split(',')[0]}", f"schedule {schedule.split(',')[0]}"):
        tally.note(subject, np.float64, worst, STEPS)


@pytest.mark.parametrize("optimizer", ["sgd, momentum", "adam"])
@pytest.mark.parametrize("max_norm", [0.5, 4.0, 100.0])
def test_clipped_gradients_are_those_of_pytorch(optimizer: str, max_norm: float) -> None:
    worst, _ = follow(optimizer, "constant", max_norm)
    assert worst <= TOLERANCE


def follow(optimizer: str, schedule: str, max_norm: float) -> tuple[float, float]:
    """Run both for 200 steps on the same gradients; return the largest difference and the largest change."""
    ours, make_theirs = OPTIMIZERS[optimizer][0](), OPTIMIZERS[optimizer][1]
    plan, theirs_plan = SCHEDULES[schedule][0](), SCHEDULES[schedule][1]
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape) for shape in ((4, 3), (3,))]
    pull = rng.normal(size=(4, 3)) ** 2
    parameters = [Parameter(tensor.copy()) for tensor in start]
    torch_copies = [torch.tensor(tensor, requires_grad=True) for tensor in start]
    theirs = make_theirs(torch_copies)
    rates, base, worst = theirs_plan(theirs), ours.lr, 0.0
    for step in range(STEPS):
        noise = [rng.normal(size=tensor.shape) for tensor in start]
        ours.lr = base * plan.factor(step)
        for parameter, torch_copy, random, strength in zip(parameters, torch_copies, noise, (pull, 0.3), strict=True):
            parameter.zero_grad()
            parameter.gradient += strength * parameter.tensor + random
            torch_copy.grad = torch.as_tensor(strength, dtype=torch.float64) * torch_copy.detach() + torch.tensor(
                random
            )
        if math.isfinite(max_norm):
            norm = clip_gradients(parameters, max_norm)
            assert norm == pytest.approx(float(torch.nn.utils.clip_grad_norm_(torch_copies, max_norm)), rel=1e-12)
        for parameter in parameters:
            ours.update(parameter)
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-6, abs=1e-12)
        theirs.step()
        if "plateau" not in schedule:
            rates.step()
        elif (step + 1) % EPOCH == 0:
            loss = 1.0 / (step // EPOCH + 1) if step < STEPS // 4 else 0.5
            plan.note_epoch(loss)
            rates.step(loss)
        for parameter, torch_copy in zip(parameters, torch_copies, strict=True):
            worst = max(worst, float(abs(parameter.tensor - torch_copy.detach().numpy()).max()))
    moved = max(float(abs(p.tensor - tensor).max()) for p, tensor in zip(parameters, start, strict=True))
    return worst, moved

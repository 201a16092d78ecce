"""A convolutional network trained side by side with PyTorch, from the same start on the same batches."""

from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.compare import tally
from tinyml.data import load, minibatches
from tinyml.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU
from tinyml.learner import Learner
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

from tests.tinyml.compare.counterparts import module_for_network, paired_parameters  # noqa: E402

MNIST = Path(__file__).parents[4] / "shared" / "data" / "mnist"
STEPS, BATCH = 200, 128
RATE = 0.005
"""Small enough for a comparison of two curves. Over the same steps at 0.1, PyTorch in float32 differs from its own
curve in float64 by 17 %: the training itself then magnifies every rounding error."""


def network(rng: np.random.Generator) -> Sequential:
    """Make the network that FACTS.md calls W3."""
    return Sequential(
        [
            Conv2D("conv_1", (1, 28, 28), 32, 3, 3, 1, 0, rng=rng),
            ReLU("relu_1"),
            Conv2D("conv_2", (32, 26, 26), 64, 3, 3, 1, 0, rng=rng),
            ReLU("relu_2"),
            MaxPool2D("pool", (64, 24, 24), 2, 2),
            Flatten("flatten"),
            Linear("linear_1", 9216, 128, rng=rng),
            ReLU("relu_3"),
            Linear("linear_2", 128, 10, rng=rng),
        ]
    )


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST test set is not at ../shared/data/mnist")
@pytest.mark.timeout(900)
def test_the_loss_follows_the_curve_of_pytorch() -> None:
    data = load(str(MNIST))
    net = network(np.random.default_rng(0))
    module = module_for_network(net.layers, (1, 28, 28))
    learner = Learner(net, "cross_entropy_with_softmax_loss", SGDOptimizer(RATE))
    optimizer = torch.optim.SGD(module.parameters(), RATE)
    ours, theirs = [], []
    net.train()
    while len(ours) < STEPS:
        for batch in minibatches(len(data), BATCH, np.random.default_rng(len(ours))):
            inputs, labels = data.inputs[batch], data.labels[batch]
            ours.append(learner.batch_fit(inputs, labels)[0])
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(module(torch.tensor(inputs)), torch.tensor(labels).long())
            loss.backward()
            optimizer.step()
            theirs.append(loss.item())
            if len(ours) == STEPS:
                break
    curves = np.array([ours, theirs])
    worst = float((abs(curves[0] - curves[1]) / curves[1]).max())
    assert curves[1, -10:].mean() < 0.7 * curves[1, 0]  # the loss falls
    assert worst <= 1e-3
    tally.note(f"loss curve over {STEPS} steps", np.float32, worst, STEPS)
    for name, (tensor, other) in paired_parameters(net, module).items():
        assert tally.error(tensor, other.detach().numpy()) < 1e-3, name

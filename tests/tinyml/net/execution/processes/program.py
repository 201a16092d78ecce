"""A program without `if __name__ == "__main__"` that trains with helpers; tests start it, and end it in any way.

Arguments: the number of steps (0 without limit), and "alone" to compute without helpers. It prints the
process ids of its helpers when they are ready, and at the end a hash of the trained weights.
"""

import hashlib
import sys
import time

import numpy as np

from tinyml.core.threads import set_thread_count
from tinyml.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU
from tinyml.learner import Learner
from tinyml.net import Sequential
from tinyml.net.execution.processes import team
from tinyml.optims import SGDOptimizer

set_thread_count(3)
steps, alone = int(sys.argv[1]), "alone" in sys.argv
team.START_AFTER = 1e9 if alone else 0.0
rng = np.random.default_rng(0)
net = Sequential(
    [
        Conv2D("conv_1", (1, 28, 28), 8, 5, 5, 1, 2, rng=rng),
        ReLU("relu_1"),
        MaxPool2D("pool_1", (8, 28, 28), 2, 2),
        Conv2D("conv_2", (8, 14, 14), 16, 5, 5, 1, 2, rng=rng),
        ReLU("relu_2"),
        Flatten("flatten"),
        Linear("fc", 3136, 10, rng=rng),
    ]
)
learner = Learner(net, "cross_entropy_with_softmax_loss", SGDOptimizer(0.05))
inputs, targets = rng.random((128, 1, 28, 28), np.float32), rng.integers(0, 10, 128)
end = time.monotonic() + 60
while not alone and not (team._state.team and team._state.team.is_ready) and time.monotonic() < end:
    net.predict(inputs)
    time.sleep(0.01)
print(*(helper.process.pid for helper in team._state.team.helpers) if team._state.team else (), flush=True)
done = 0
while not steps or done < steps:
    learner.batch_fit(inputs, targets)
    done += 1
print(hashlib.sha1(b"".join(tensor.tobytes() for tensor in net.named_tensors.values())).hexdigest(), flush=True)

"""What a helper process runs: it computes the shares that it is told to, until the process that started it ends."""

import os
import select
import signal
import socket
import sys
import threading
from typing import Any

import numpy as np

from tinyml.core.threads import one_blas_thread
from tinyml.net.execution.micro_batches import MicroBatches
from tinyml.net.execution.processes.channel import Channel
from tinyml.net.execution.processes.description import build_layer
from tinyml.net.execution.processes.memory import SharedMemory
from tinyml.net.execution.processes.team import IDLE_SECONDS

LOOK_SECONDS = 0.5
"""So often a helper looks if the process that started it is still its parent."""


def main() -> None:
    """Run the loop of a helper. Its standard input is the socket to the process that started it; on Windows a pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which then ends its helpers
    if sys.platform == "win32":
        channel = Channel((os.dup(0), os.dup(1)), on_end=lambda: os._exit(0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a module prints is no message
    else:
        channel = Channel(socket.socket(fileno=os.dup(0)))
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    helper = Helper(channel)
    np.seterr(all="ignore")
    with one_blas_thread():  # also the sign for large products to be split as in the process that started it
        channel.send(True)
        while True:
            try:
                command = channel.receive(IDLE_SECONDS)
            except (TimeoutError, EOFError, ConnectionError):
                os._exit(0)
            helper.answer(command)  # after an error the process ends: its status says that it failed


class Helper:
    """Executes the commands of the process that started it. A command is a list: its name and the arguments.

    Arguments:
        channel: to that process.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._shares: dict[int, Share] = {}

    def answer(self, command: list[Any]) -> None:
        """Execute a command. Only `forward` and `backward` have an answer: True, or False after an error.

        Arguments:
            command: "network" with a key and a description, "memory" with a key, a size and a name, "batch" with a key
                and the arguments of `Share.read_batch`, "forward" with a key, "backward" with a key and places, or
                "forget" with a key.
        """
        name, key, *arguments = command
        if name == "forget":
            self._shares.pop(key, None)
        elif name == "network":
            self._shares[key] = Share(*arguments)
        elif name == "memory":
            size, name = arguments
            # Without its descriptor, for example because this process may open no more files, this fails.
            descriptor = None if name else self._channel.descriptors.popleft()
            self._shares[key].memory = SharedMemory(size, descriptor, name)
        elif name == "batch":
            self._shares[key].read_batch(*arguments)
        else:
            try:
                share = self._shares[key]
                compute = share.forward if name == "forward" else share.backward
                compute(*arguments)
            except Exception:  # noqa: BLE001 - the process that started it computes this share again, and has the same error
                self._channel.send(False)
            else:
                self._channel.send(True)


class Share:
    """The micro-batches of one segment that this helper computes.

    Arguments:
        description: of the segment, as `remote.describe` returns it.

    Attributes:
        memory: with the arrays of the segment.
    """

    def __init__(self, description: dict[str, Any]) -> None:
        dtype = np.dtype(description["dtype"])
        self._layers = [build_layer(each, dtype) for each in description["layers"]]
        self._micro_batches = MicroBatches(self._layers, description["for_training"], description["first_trainable"])
        self.memory: SharedMemory | None = None

    def read_batch(self, places: dict[str, Any], parts: list[tuple[int, int, int]], training: bool) -> None:
        """Prepare for batches of one size.

        Arguments:
            places: of the arrays in the memory.
            parts: of each micro-batch to compute: its number, its first example and the one after its last.
            training: the mode of the layers.
        """
        assert self.memory is not None
        self._arrays = self.memory.arrays(places)
        self._parts = [(number, slice(start, stop)) for number, start, stop in parts]
        parameters = [parameter for layer in self._layers for parameter in layer.parameters]
        for index, parameter in enumerate(parameters):
            parameter.tensor = self._arrays[f"parameter {index}"]
        for layer in self._layers:
            layer.training = training

    def forward(self) -> None:
        """Compute the outputs of the micro-batches."""
        # Counted from 0, so that the next batch uses the same memory if it has another size.
        self._micro_batches.prepare(range(len(self._parts)), 1)
        for own, (_, part) in enumerate(self._parts):
            self._arrays["output"][part] = self._micro_batches.forward(0, own, self._arrays["input"][part])

    def backward(self, places: dict[str, Any]) -> None:
        """Compute the gradients for the micro-batches of the last `forward`.

        Arguments:
            places: of the arrays that have another place or memory order than in `forward`.
        """
        assert self.memory is not None
        arrays = self._arrays | self.memory.arrays(places)
        for own, (number, part) in enumerate(self._parts):
            gradient = self._micro_batches.backward(0, own, arrays["gradient"][part])
            if gradient is not None:
                arrays["input_gradient"][part] = gradient
            for index, found in enumerate(self._micro_batches.gradients(own)):
                arrays[f"gradient {number} {index}"][...] = found


def _end_with_parent(parent: int) -> None:
    """End this process, also in the middle of a computation, when the process that started it has ended.

    The system closes the other side of the socket at once, unless another process has it open too: so this process also
    compares its parent with the first one, again and again.

    Arguments:
        parent: process id of the process that started this one.
    """
    poll = select.poll()
    poll.register(0, 0)  # only the end of the connection, no messages
    while not poll.poll(1000 * LOOK_SECONDS) and os.getppid() == parent:
        pass
    os._exit(0)


if __name__ == "__main__":
    main()

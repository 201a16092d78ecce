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
from tinyml.layers import Layer
from tinyml.layers.base.registry import layer_types
from tinyml.layers.base.specification import LayerSpecification, read_settings
from tinyml.net.execution.micro_batches import MicroBatches
from tinyml.net.execution.processes.channel import Channel
from tinyml.net.execution.processes.memory import SharedMemory

IDLE_SECONDS = 20.0
"""A helper without work for so long ends, and gives its memory back. The next large batch starts a new one."""


def main(descriptor: int | None = None) -> None:
    """Run the loop of a helper.

    Arguments:
        descriptor: of the socket to the process that started it; None for standard input and output.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which then ends its helpers
    if descriptor is None:
        channel = Channel((os.dup(0), os.dup(1)))
    else:
        channel = Channel(socket.socket(fileno=descriptor))
        threading.Thread(target=_end_with, args=(descriptor,), daemon=True).start()
    helper = Helper(channel)
    np.seterr(all="ignore")
    with one_blas_thread():  # also the sign for large products to be split as in the process that started it
        channel.send(True)
        try:
            while True:
                helper.answer(channel.receive(IDLE_SECONDS))
        except (EOFError, OSError):
            os._exit(0)


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
            descriptor = self._channel.descriptors.popleft() if self._channel.descriptors else None
            self._shares[key].memory = SharedMemory(arguments[0], descriptor, arguments[1])
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
        self._layers = [_build(each, description["dtype"]) for each in description["layers"]]
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
        self._parts = {number: slice(start, stop) for number, start, stop in parts}
        parameters = [parameter for layer in self._layers for parameter in layer.parameters]
        for index, parameter in enumerate(parameters):
            parameter.tensor = self._arrays[f"parameter {index}"]
        for layer in self._layers:
            layer.training = training

    def forward(self) -> None:
        """Compute the outputs of the micro-batches."""
        self._micro_batches.prepare(self._parts, 1)
        for number, part in self._parts.items():
            self._arrays["output"][part] = self._micro_batches.forward(0, number, self._arrays["input"][part])

    def backward(self, places: dict[str, Any]) -> None:
        """Compute the gradients for the micro-batches of the last `forward`.

        Arguments:
            places: of the arrays that have another place or memory order than in `forward`.
        """
        assert self.memory is not None
        arrays = self._arrays | self.memory.arrays(places)
        for number, part in self._parts.items():
            gradient = self._micro_batches.backward(0, number, arrays["gradient"][part])
            if gradient is not None:
                arrays["input_gradient"][part] = gradient
            for index, found in enumerate(self._micro_batches.take_gradients(number)):
                arrays[f"gradient {number} {index}"][...] = found


def _build(layer: dict[str, Any], dtype: str) -> Layer:
    specification = LayerSpecification(type=layer["type"], name=layer["name"], settings=layer["settings"])
    settings, kind = read_settings(specification), layer_types()[layer["type"]]
    return kind.from_settings(
        layer["name"], settings, tuple(layer["input_shape"]), np.random.default_rng(0), np.dtype(dtype).type
    )


def _end_with(descriptor: int) -> None:
    """End this process, also in the middle of a computation, when the other side of the socket is closed."""
    poll = select.poll()
    poll.register(descriptor, 0)  # only the end of the connection, no messages
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)

"""The shares of a segment's micro-batches that helpers compute.

A helper gives the same bits as the caller: it runs the same code with one thread of BLAS. So it does not matter who
computes a share, and the caller computes those of a helper that is not there, or that has died.
"""

import itertools
import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.threads import thread_count
from tinyml.core.windows import is_batch_last
from tinyml.layers import Layer
from tinyml.net.execution.processes import team as teams
from tinyml.net.execution.processes.description import describe_layers
from tinyml.net.execution.processes.memory import Layout, SharedArray, SharedMemory
from tinyml.net.execution.processes.team import Helper, Team

LONGEST_WAIT = 1.0
"""Seconds that a training step waits for a team that another pass uses. A prediction does not wait."""

_keys = itertools.count()


class Round:
    """One forward or backward pass of which helpers compute a part, or nothing.

    Arguments:
        holders: the helpers at work, with their micro-batches; None for none.

    Attributes:
        numbers: the micro-batches that helpers compute.
        arrays: those of the segment in shared memory; empty if no helper computes anything.
        started: when the helpers began, by `perf_counter`.
    """

    def __init__(self, holders: dict[Helper, list[int]] | None = None, arrays: dict[str, Array] | None = None) -> None:
        self._holders = holders or {}
        self.arrays = arrays or {}
        self.numbers = {number for numbers in self._holders.values() for number in numbers}
        self.started = perf_counter()

    def finish(self) -> list[int]:
        """Wait until all helpers are done; return the micro-batches that the caller has to compute after all."""
        waiting = dict(self._holders)
        missing: list[int] = []
        longest = max(teams.LONGEST_SHARE, teams.SLOWEST_SHARE * (perf_counter() - self.started))
        while waiting:
            helper = next(iter(waiting))
            try:
                done = helper.channel.receive(longest)
            except (OSError, EOFError, ValueError):
                teams.report_end(helper)  # the other helpers end too
                self._holders.clear()
                break
            numbers = waiting.pop(helper)
            if not done:
                missing += numbers
                del self._holders[helper]
        return sorted(missing + [number for numbers in waiting.values() for number in numbers])


class RemoteShares:
    """Gives shares of the micro-batches of one segment to helpers.

    Arguments:
        layers: of the segment, in the order of execution.
        for_training: True if a backward pass follows each forward pass.
        first_trainable: see `MicroBatches`.
    """

    def __init__(self, layers: Sequence[Layer], for_training: bool, first_trainable: int | None) -> None:
        self._layers = layers
        self._for_training = for_training
        self._first_trainable = first_trainable
        self._descriptions: dict[tuple[Shape, str], dict[str, Any] | None] = {}
        self._memory: SharedMemory | None = None
        self._arrays: dict[str, Array] = {}
        self._places: dict[str, SharedArray] = {}
        self._placed: tuple[Any, ...] = ()
        self._holders: dict[Helper, list[int]] = {}
        self._is_shareable = False
        self._begin = 0  # the first example that is not the caller's
        self._key = next(_keys)
        weakref.finalize(self, teams.forget, self._key).atexit = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy a network that was used, or send it to another process: the copy starts without memory and helpers."""
        return RemoteShares, (self._layers, self._for_training, self._first_trainable)

    @contextmanager
    def forward(self, input: Array, bounds: Sequence[slice], output_shape: Shape, dtype: np.dtype) -> Iterator[Round]:
        """Return a context in which helpers compute a part of the outputs.

        Arguments:
            input: `(N, …)` the batch.
            bounds: the examples of each micro-batch.
            output_shape: (N, …) of the output.
            dtype: of the output.
        """
        self._holders = {}
        description = self._describe(input, len(bounds), dtype)
        self._is_shareable = description is not None
        if description is None:
            yield Round()
            return
        started = perf_counter()
        with teams.lend_team(LONGEST_WAIT if self._for_training else 0) as team:
            if team is not None:
                self._start_forward(team, description, input, bounds, output_shape, dtype)
            round = Round(self._holders, self._arrays if self._holders else None)
            yield round
        if not round.numbers:
            teams.count_work(perf_counter() - started)

    @contextmanager
    def backward(self, gradient: Array) -> Iterator[Round]:
        """Return a context in which the helpers that computed the outputs compute the gradients.

        Arguments:
            gradient: `(N, …)` with respect to the output of the segment.
        """
        if not self._holders:
            started = perf_counter()
            yield Round()
            if self._is_shareable:
                teams.count_work(perf_counter() - started)
            return
        with teams.lend_team(LONGEST_WAIT) as team:
            holders, self._holders = self._holders, {}
            if team is None or not all(helper in team.helpers for helper in holders):
                holders = {}
            else:
                self._start_backward(holders, gradient)
            yield Round(holders, self._arrays if holders else None)

    def _describe(self, input: Array, micro_batches: int, dtype: np.dtype) -> dict[str, Any] | None:
        """Return what a helper needs to know of the segment; None if no helper can compute a part of this batch."""
        if thread_count() < 2 or micro_batches < 2 or input.dtype.kind not in "fiub":
            return None
        if not set(np.geterr().values()) <= {"ignore", "warn"} or len({layer.training for layer in self._layers}) != 1:
            return None
        tensors = [parameter.tensor for layer in self._layers for parameter in layer.parameters]
        if not all(tensor.flags.c_contiguous and tensor.dtype == dtype for tensor in tensors):
            return None
        found = input.shape[1:], dtype.str
        if found not in self._descriptions:
            layers = describe_layers(self._layers, input.shape[1:])
            self._descriptions[found] = (
                None
                if layers is None
                else {
                    "layers": layers,
                    "dtype": dtype.str,
                    "for_training": self._for_training,
                    "first_trainable": self._first_trainable,
                }
            )
        return self._descriptions[found]

    def _start_forward(
        self,
        team: Team,
        description: dict[str, Any],
        input: Array,
        bounds: Sequence[slice],
        output_shape: Shape,
        dtype: np.dtype,
    ) -> None:
        """Let each helper compute its share of the outputs."""
        try:
            memory = self._place(input, len(bounds), output_shape, dtype)
        except OSError:  # too little memory
            return
        pairs = [(part.start, part.stop) for part in bounds]
        workers = team.count + 1
        self._begin = pairs[len(bounds) // workers][0]
        self._arrays["input"][self._begin :] = input[self._begin :]
        self._write_parameters()
        team.send_forgotten()
        for worker, helper in enumerate(team.helpers, 1):
            numbers = list(range(len(bounds) * worker // workers, len(bounds) * (worker + 1) // workers))
            if not numbers:
                continue
            batch = self._places, [(number, *pairs[number]) for number in numbers], self._layers[0].training
            try:
                self._introduce(helper, description, memory, batch)
                helper.channel.send(["forward", self._key])
            except OSError:
                teams.report_end(helper)
                self._holders.clear()
                return
            self._holders[helper] = numbers

    def _start_backward(self, holders: dict[Helper, list[int]], gradient: Array) -> None:
        """Let each helper compute the gradients of its share. Changes `holders` if one of them has ended."""
        start, shape, dtype, _ = self._places["gradient"]
        if gradient.shape != shape or gradient.dtype.str != dtype:
            holders.clear()
            return
        place = SharedArray(start, shape, dtype, is_batch_last(gradient))
        assert self._memory is not None
        self._memory.arrays({"gradient": place})["gradient"][self._begin :] = gradient[self._begin :]
        self._write_parameters()
        for helper in holders:
            try:
                helper.channel.send(["backward", self._key, {"gradient": place}])
            except OSError:
                teams.report_end(helper)
                holders.clear()
                return

    def _introduce(self, helper: Helper, description: dict[str, Any], memory: SharedMemory, batch: Any) -> None:
        """Tell a helper about the segment, its memory and its share of the batch, unless it knows them."""
        known_description, known_memory, known_batch = helper.known.get(self._key, (None, None, None))
        if known_description is not description:
            helper.channel.send(["network", self._key, description])
            known_memory = None
        if known_memory is not memory:
            descriptors = [] if memory.descriptor is None else [memory.descriptor]
            helper.channel.send(["memory", self._key, memory.size, memory.name], descriptors)
            known_batch = None
        if known_batch != batch:
            helper.channel.send(["batch", self._key, *batch])
        helper.known[self._key] = description, memory, batch

    def _place(self, input: Array, micro_batches: int, output_shape: Shape, dtype: np.dtype) -> SharedMemory:
        """Place all arrays of a batch in shared memory; raises `OSError` if there is too little."""
        placed = input.shape, input.dtype, is_batch_last(input), micro_batches, dtype
        if self._memory is not None and self._memory.process != os.getpid():
            self._memory = None
        if placed == self._placed and self._memory is not None:
            return self._memory
        layout = Layout()
        layout.add_like("input", input)
        layout.add("output", output_shape, dtype, batch_last=True)
        tensors = [parameter.tensor for layer in self._layers for parameter in layer.parameters]
        for index, tensor in enumerate(tensors):
            layout.add(f"parameter {index}", tensor.shape, dtype)
        if self._for_training:
            layout.add("gradient", output_shape, dtype, batch_last=True)
            if self._first_trainable is None:
                layout.add("input_gradient", input.shape, dtype, batch_last=True)
            for number, (index, tensor) in itertools.product(range(micro_batches), enumerate(tensors)):
                layout.add(f"gradient {number} {index}", tensor.shape, dtype)
        if self._memory is None or self._memory.size < layout.size:
            self._memory = SharedMemory(layout.size)
        self._placed, self._places, self._arrays = placed, layout.places, self._memory.arrays(layout.places)
        return self._memory

    def _write_parameters(self) -> None:
        tensors = [parameter.tensor for layer in self._layers for parameter in layer.parameters]
        for index, tensor in enumerate(tensors):
            self._arrays[f"parameter {index}"][...] = tensor

"""The channel between a process and a helper, over sockets and over the pipes that Windows uses."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from tinyml.net.execution.processes import channel
from tinyml.net.execution.processes.channel import Channel

Pair = tuple[Channel, Channel, threading.Event]


def over_sockets(_: Callable[[], object]) -> tuple[Channel, Channel]:
    ours, theirs = socket.socketpair()
    return Channel(ours), Channel(theirs)


def over_pipes(on_end: Callable[[], object]) -> tuple[Channel, Channel]:
    (read_answer, write_answer), (read_command, write_command) = os.pipe(), os.pipe()
    return Channel((read_answer, write_command)), Channel((read_command, write_answer), on_end)


@pytest.fixture(params=[over_sockets, over_pipes])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    ended = threading.Event()
    ours, theirs = request.param(ended.set)
    with ExitStack() as stack:
        for side in (ours, theirs):
            stack.enter_context(suppress(OSError))
            stack.callback(side.close)
        yield ours, theirs, ended


def test_messages_arrive_in_their_order(pair: Pair) -> None:
    ours, theirs, _ = pair
    for message in (["forward", 1], {"places": [0, "x" * 100_000]}, True):
        threading.Thread(target=ours.send, args=(message,), daemon=True).start()
        assert theirs.receive(60) == message
    theirs.send(False)
    theirs.send(["a", 2])
    assert [ours.receive(60), ours.receive(60)] == [False, ["a", 2]]


def test_silence_has_a_limit(pair: Pair) -> None:
    ours, theirs, _ = pair
    with pytest.raises(TimeoutError):
        theirs.receive(0.01)
    ours.send(1)
    assert theirs.receive(60) == 1


def test_the_end_of_the_other_side_is_noticed(pair: Pair) -> None:
    ours, theirs, _ = pair
    ours.send(1)
    ours.close()
    assert theirs.receive(60) == 1
    for _ in range(2):
        with pytest.raises(EOFError):
            theirs.receive(60)


def test_the_thread_of_a_pipe_tells_that_the_other_side_has_ended() -> None:
    ended = threading.Event()
    ours, theirs = over_pipes(ended.set)
    assert not ended.wait(0.01)
    ours.close()
    assert ended.wait(60)
    theirs.close()


def test_a_side_that_does_not_read_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LONGEST_SEND", 0.05)
    ours, theirs = over_sockets(print)
    with pytest.raises(TimeoutError):
        ours.send("x" * 10_000_000)
    ours.close()
    theirs.close()

"""Programs that train with helpers: scripts without a main guard, programs that are killed, and unusual surroundings.

`HELPER_KILLS=100` kills more programs, and as many helpers; `HELPER_KILL_SEED` chooses other moments.
"""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

ROOT, PROGRAM = Path(__file__).parents[5], Path(__file__).with_name("program.py")
KILLS = int(os.environ.get("HELPER_KILLS", "3"))
SEED = int(os.environ.get("HELPER_KILL_SEED", "0"))
HELPERS = 2
"""How many helpers the program has."""

LIMIT = 120.0
"""Longest time, in seconds, that a test waits for a program: without this limit a fault would be a hang."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def start(folder: Path, *command: str) -> "subprocess.Popen[str]":
    """Start a program whose processes and temporary files can be found again."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "TINYML_TEST_RUN": str(folder)}
    return subprocess.Popen(
        [sys.executable, *command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run_program(folder: Path, *arguments: str, by: str = "file", before: str = "", after: str = "") -> list[str]:
    """Return the printed lines of the program, between other lines of code."""
    text = "\n".join((before, PROGRAM.read_text(), after))
    (folder / "program.py").write_text(text)
    command = {"file": [str(folder / "program.py")], "-c": ["-c", text], "standard input": ["-"]}[by]
    with start(folder, *command, *arguments) as program:
        try:
            output, _ = program.communicate(text if by == "standard input" else None, LIMIT)
        finally:
            program.kill()
    assert program.returncode == 0
    return output.splitlines()


def processes_of(folder: Path) -> list[int]:
    """Return the processes that `start` started, and those that they started."""
    mark, found = f"TINYML_TEST_RUN={folder}\0".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():  # that of an ended process is empty
                found.append(int(process.name))
        except OSError:
            continue
    return found


def wait_until_ended(folder: Path) -> float:
    """Wait until nothing of a program is left; return the seconds that it took."""
    began = time.monotonic()
    while (left := processes_of(folder)) and time.monotonic() < began + LIMIT:
        time.sleep(0.02)
    assert not left
    return time.monotonic() - began


@pytest.mark.parametrize("by", ["file", "-c", "standard input"])
def test_a_program_without_a_main_guard_uses_helpers_and_leaves_none(by: str, tmp_path: Path) -> None:
    _, alone = run_program(tmp_path, "5", "alone")
    processes, helped = run_program(tmp_path, "5", by=by)
    assert len(processes.split()) == HELPERS
    assert helped == alone
    wait_until_ended(tmp_path)


def test_nothing_is_left_of_a_program_that_is_killed(tmp_path: Path) -> None:
    longest = 0.0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        moment = random.Random(f"{SEED} {number}").uniform(0, 2)  # also while the helpers start
        with start(folder, str(PROGRAM), "0") as program:
            time.sleep(moment)
            program.send_signal(signal.SIGKILL)
        longest = max(longest, wait_until_ended(folder))
        assert list(folder.iterdir()) == []
    assert not list(Path("/dev/shm").glob("*tinyml*"))
    print(f"{KILLS} programs were killed; the last helper of one ended after {longest:.2f} s.")


def test_a_program_goes_on_with_the_same_bits_after_a_helper_is_killed(tmp_path: Path) -> None:
    _, alone = run_program(tmp_path, "40", "alone")
    for number in range(KILLS):
        draw = random.Random(f"{SEED} {number}")
        with start(tmp_path, str(PROGRAM), "40") as program:
            assert program.stdout is not None
            helpers = [int(each) for each in program.stdout.readline().split()]
            assert len(helpers) == HELPERS
            time.sleep(draw.uniform(0, 0.4))
            with suppress(ProcessLookupError):  # the run has ended before
                os.kill(draw.choice(helpers), signal.SIGKILL)
            output, _ = program.communicate(timeout=LIMIT)
        assert output.split() == [alone]
    wait_until_ended(tmp_path)


def test_closed_standard_streams_do_not_matter(tmp_path: Path) -> None:
    _, alone = run_program(tmp_path, "5", "alone")
    close = "import os, sys\nsys.stdout = os.fdopen(os.dup(1), 'w')\nfor number in range(3): os.close(number)"
    processes, helped = run_program(tmp_path, "5", before=close)
    assert len(processes.split()) == HELPERS
    assert helped == alone


FORKED = """
import os
from tinyml.net.execution.processes import remote
child, used = os.fork(), []
original = remote.Round.finish
remote.Round.finish = lambda round: (used.append(len(round.numbers)), original(round))[1]
end = time.monotonic() + 60
while not alone and not (team._state.team and team._state.team.is_ready) and time.monotonic() < end:
    net.predict(inputs)
examples = inputs if child else 1 - inputs
for _ in range(40):
    learner.batch_fit(examples, targets)
weights = hashlib.sha1(b"".join(tensor.tobytes() for tensor in net.named_tensors.values())).hexdigest()
sys.stdout.write(f"{'original' if child else 'copy'} {weights} {max(used)}\\n")
sys.stdout.flush()
if child: os.waitpid(child, 0)
"""


def test_a_process_and_its_copy_do_not_disturb_each_other(tmp_path: Path) -> None:
    alone = run_program(tmp_path, "3", "alone", after=FORKED)[1:]
    helped = run_program(tmp_path, "3", after=FORKED)[1:]
    assert alone[0] == helped[0]
    assert sorted(line.split()[:2] for line in helped[1:]) == sorted(line.split()[:2] for line in alone[1:])
    assert [int(line.split()[2]) for line in helped[1:]] == [HELPERS] * 2
    wait_until_ended(tmp_path)


COPIED_MEMORY = """
import gc, os
from tinyml.net.execution.processes.remote import RemoteShares
shares = [each for each in gc.get_objects() if isinstance(each, RemoteShares) and each._memory is not None]
before = [bytes(each._memory._map) for each in shares]
child = os.fork()
if not child:
    end = time.monotonic() + 60
    while not (team._state.team and team._state.team.is_ready) and time.monotonic() < end:
        net.predict(inputs)
    learner.batch_fit(1 - inputs, targets)
    os._exit(0 if team._state.team and team._state.team.is_ready else 1)
_, status = os.waitpid(child, 0)
print(status, len(shares), before == [bytes(each._memory._map) for each in shares])
"""


def test_a_copy_of_a_process_takes_memory_of_its_own(tmp_path: Path) -> None:
    *_, line = run_program(tmp_path, "3", after=COPIED_MEMORY)
    status, shares, same = line.split()
    assert status == "0"
    assert int(shares) >= 1
    assert same == "True"
    wait_until_ended(tmp_path)


NEVER_IDLE = """
from tinyml.net.execution.processes import team
program, option, code = team._command()
code = code.replace("; main()", "; import tinyml.net.execution.processes.process as it; it.IDLE_SECONDS = 1e4; main()")
team._command = lambda: [program, option, code]
"""

COPIED_CHANNELS = """
import subprocess
open_files = [helper.channel._connection.fileno() for helper in team._state.team.helpers]
other = subprocess.Popen(["sleep", "600"], pass_fds=open_files, env={})
print(other.pid, flush=True)
while True: learner.batch_fit(inputs, targets)
"""


def test_helpers_end_although_another_process_holds_their_channel_open(tmp_path: Path) -> None:
    text = NEVER_IDLE + PROGRAM.read_text() + COPIED_CHANNELS
    with start(tmp_path, "-c", text, "1") as program:
        assert program.stdout is not None
        lines: list[Any] = [program.stdout.readline() for _ in range(3)]
        program.kill()
    try:
        assert len(lines[0].split()) == HELPERS
        wait_until_ended(tmp_path)
    finally:
        os.kill(int(lines[2]), signal.SIGKILL)

"""Kills a program again and again while it saves, and counts what is damaged or left behind.

python -m tests.tinyml.core.kill_while_saving --kills 200 --seed 7
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tinyml.core import TinymlError
from tinyml.core.files import write_atomically
from tinyml.core.tensor_file import read_tensors
from tinyml.storage import Project, read_project, save_project

_SAVE_FOR_EVER = """if True:
    import sys
    import numpy as np
    from tinyml.core.tensor_file import write_tensors
    from tinyml.storage import Project, save_project
    folder = sys.argv[1]
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        write_tensors(f"{folder}/w.safetensors", {"a": np.full(400_000, number, np.float32)}, {"number": number})
        save_project(f"{folder}/p.tinyml.json", Project())
"""
NAMES = {"w.safetensors", "p.tinyml.json"}


class Outcome(NamedTuple):
    """What the kills did.

    Attributes:
        kills: how many there were.
        interrupted: after how many of them there was a temporary file.
        damaged: how often a file could not be read, or held a mixture.
        left_behind: how many files there were beside the saved ones after the next save, summed up.
    """

    kills: int
    interrupted: int
    damaged: int
    left_behind: int


def count_kills(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill `kills` times, at moments that `seed` decides; after each, look at the files and save again."""
    moments = random.Random(seed)
    interrupted = damaged = left_behind = 0
    for _ in range(kills):
        command = [sys.executable, "-c", _SAVE_FOR_EVER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saver:
            assert saver.stdout is not None
            saver.stdout.readline()
            try:
                saver.wait(moments.uniform(0, 0.1))
            except subprocess.TimeoutExpired:
                saver.send_signal(signal.SIGKILL)
        interrupted += bool({path.name for path in folder.iterdir()} - NAMES)
        damaged += _damaged(folder)
        _save_again(folder)
        left_behind += len({path.name for path in folder.iterdir()} - NAMES)
    return Outcome(kills, interrupted, damaged, left_behind)


def _damaged(folder: Path) -> int:
    found = 0
    try:
        if (folder / "w.safetensors").exists():
            content = read_tensors(folder / "w.safetensors")
            found += not (content.tensors["a"] == content.metadata["number"]).all()
        if (folder / "p.tinyml.json").exists():
            found += read_project(folder / "p.tinyml.json") != Project()
    except TinymlError as error:
        print(error)
        found += 1
    return found


def _save_again(folder: Path) -> None:
    """Save each file as it is."""
    save_project(folder / "p.tinyml.json", Project())
    weights = folder / "w.safetensors"
    if weights.exists():
        write_atomically(weights, weights.read_bytes())
    else:
        write_atomically(weights, b"")
        weights.unlink()


def main() -> None:
    """Print how many files were damaged or left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = count_kills(Path(folder), options.kills, options.seed)
    print(outcome)
    sys.exit(1 if outcome.damaged or outcome.left_behind else 0)


if __name__ == "__main__":
    main()

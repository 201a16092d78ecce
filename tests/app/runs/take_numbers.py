"""Take numbers for runs: `python -m tests.app.runs.take_numbers FOLDER COUNT` prints them once another line arrives."""

import sys
from pathlib import Path

from app.runs import RunStore


def main(folder: str, count: str) -> None:
    """Wait until the other programs are ready too, and take the numbers."""
    store = RunStore(Path(folder))
    print("ready", flush=True)
    sys.stdin.readline()
    print([store.take_number(f"{number}", 1) for number in range(int(count))], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

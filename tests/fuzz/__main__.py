"""Read damaged files, as many as you want: `python -m tests.fuzz --files 100000 --seed 7`."""

import argparse
import sys
from pathlib import Path

from tests.fuzz.fuzzer import Report, fuzz
from tests.fuzz.kinds import kinds

_PORTION = 1000


def main() -> int:
    """Print a report; return exit status 1 if any call went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="number of files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the damage (default: %(default)s)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="read only the file with this number again")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="copy the files that cause a fault to this folder")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", default=(), help="use only kinds whose name holds a KIND")
    options = parser.parse_args()
    only = [name for name in kinds() if any(part in name for part in options.kinds)]
    if options.kinds and not only:
        parser.error(f"there is no such kind; the kinds are: {', '.join(kinds())}")
    numbers = range(options.files) if options.only is None else range(options.only, options.only + 1)
    total = Report()
    for start in range(numbers.start, numbers.stop, _PORTION):
        part = fuzz(options.seed, range(start, min(start + _PORTION, numbers.stop)), options.keep, only)
        total.files += part.files
        total.calls += part.calls
        total.refused += part.refused
        total.seconds, total.peak = max(total.seconds, part.seconds), max(total.peak, part.peak)
        total.faults += part.faults
        total.kinds += part.kinds
        print(f"\r{total.files:,} files, {len(total.faults)} faults", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(total)
    print(", ".join(f"{count:,} {name}" for name, count in sorted(total.kinds.items())))
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main())

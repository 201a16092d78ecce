"""Measure a folder of 60,000 small images: opening, memory, one epoch; compared with PyTorch's ImageFolder.

Run `python -m tests.benchmarks.image_folder` from the root of the repository. It makes the images first. It asserts
nothing. If PyTorch is missing, only tinyml is measured.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.benchmarks.one_image_folder import BATCH
from tests.benchmarks.tables import NOTHING, Table, as_markdown, as_text
from tinyml.core.threads import thread_count

ROOT = Path(__file__).parents[2]
_CLASSES = 10
_SIDE = 32
_PATTERNS = 64


def make_images(folder: Path, count: int) -> None:
    """Write PNG images of 32×32 pixels in ten class folders: smooth patterns with noise, as large as CIFAR's."""
    generator = np.random.default_rng(0)
    for label in range(_CLASSES):
        (folder / f"class {label}").mkdir(parents=True)
    coarse = generator.integers(0, 256, (_PATTERNS, 8, 8, 3), np.uint8)
    smooth = [np.asarray(Image.fromarray(pattern).resize((_SIDE, _SIDE))).astype(np.int16) for pattern in coarse]
    for number in range(count):
        noise = generator.integers(-12, 13, (_SIDE, _SIDE, 3), np.int16)
        pixels = (smooth[number % _PATTERNS] + noise).clip(0, 255).astype(np.uint8)
        image = Image.fromarray(pixels)
        image.save(folder / f"class {number % _CLASSES}" / f"{number:05d}.png", compress_level=3)


def measure(framework: str, folder: Path, workers: int, cache: Path) -> dict[str, Any]:
    """Measure one framework in a new process."""
    print(f"  {framework}, {workers} workers", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.benchmarks.one_image_folder", framework, str(folder)]
    done = subprocess.run(
        [*command, "--workers", str(workers)],
        cwd=ROOT,
        env={**os.environ, "TINYML_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def make_table(results: dict[str, dict[str, Any]], count: int, workers: int) -> Table:
    """Return the figures as a table: one column for each process."""
    rows = (
        ("open (list; ours also decodes)", "open", "s"),
        ("describe", "describe", "s"),
        ("first epoch of reading", "first", "s"),
        ("an epoch of reading", "read", "s"),
        ("an epoch of training", "train", "s"),
        ("growth of the memory after opening", "growth_open", "MB"),
        ("largest growth of the memory", "growth", "MB"),
    )

    def show(result: dict[str, Any], key: str, unit: str) -> str:
        if key not in result:
            return NOTHING
        return f"{result[key]:.2f} s" if unit == "s" else f"{result[key] / 1e6:.0f} MB"

    return Table(
        f"{count:,} PNG images of 3×32×32 in class folders, batch {BATCH}, shuffled, {workers} workers",
        ("", *results),
        tuple((title, *(show(result, key, unit) for result in results.values())) for title, key, unit in rows),
        (
            "Each column is a new process; the files are in the memory of the system. Workers: threads of ours,",
            "processes of PyTorch. Memory: with the workers; shared memory counts once. The network is W4 on 3×32×32.",
            *(f"{name}: {result['source']}." for name, result in results.items() if name == "PyTorch"),
        ),
    )


def main() -> None:
    """Make the images, measure both frameworks, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60_000, help="number of images (default: 60000)")
    parser.add_argument("--workers", type=int, default=thread_count(), help="threads of ours, processes of PyTorch")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place, "images"), Path(place, "cache")
        print("  making the images", file=sys.stderr, flush=True)
        make_images(folder, arguments.count)
        results = {
            "ours, first time": measure("ours", folder, arguments.workers, cache),
            "ours, second time": measure("ours", folder, arguments.workers, cache),
        }
        if importlib.util.find_spec("torch"):
            results["PyTorch"] = measure("pytorch", folder, arguments.workers, cache)
    table = make_table(results, arguments.count, arguments.workers)
    print(as_markdown(table) if arguments.markdown else as_text(table))


if __name__ == "__main__":
    main()

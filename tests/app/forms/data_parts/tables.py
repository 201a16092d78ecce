"""Small data on the disk for the tests of the data form."""

from pathlib import Path

import numpy as np
from PIL import Image

FLOWERS = "size;width;garden;kind\n" + "".join(
    f"{number / 10:.1f};{number % 7};{('north', 'south')[number % 2]};{('iris', 'rose', 'lily')[number % 3]}\n"
    for number in range(60)
).replace(".", ",")
"""A table with semicolons and decimal commas."""


def write_flowers(folder: Path) -> str:
    """Write the table and return its path."""
    path = folder / "flowers.csv"
    path.write_text(FLOWERS, encoding="utf-8")
    return str(path)


def write_photos(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), each: int = 10, size: int = 20) -> str:
    """Write noisy colour images in class folders and return the path of the folder."""
    rng = np.random.default_rng(0)
    for name in classes:
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(each):
            pixels = rng.integers(0, 256, (size + number % 3, size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    return str(folder / "photos")

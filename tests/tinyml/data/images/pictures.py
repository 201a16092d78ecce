"""Makes small image files for the tests."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from tinyml.data.images.listing import ImageFile, list_images


def picture(size: tuple[int, int] = (8, 8), mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Return an image of random pixels; `size` is width and height."""
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}[mode]
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], channels), np.uint8)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, mode if channels != 2 else None)


def smooth(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Return an image whose colours change slowly, so that it survives JPEG and resampling."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    pixels = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def write_folders(folder: Path, counts: Mapping[str, int], suffix: str = ".png", **of: Any) -> None:
    """Write random images: `counts` says how many in each folder. All have different pixels."""
    seed = 0
    for name, count in counts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            seed += 1
            picture(seed=seed, **of).save(folder / name / f"{number:03d}{suffix}")


def form(height: int = 8, width: int = 8, channels: int = 3, resize: str = "crop") -> Any:
    """Return the form of the images of a dataset."""
    return SimpleNamespace(height=height, width=width, channels=channels, resize=resize)


def listed(folder: Path) -> list[ImageFile]:
    """Return all images of a folder."""
    return list_images(folder, lambda share: None).root.all_images()

"""Saves the sheet of a layer: all its maps with their strongest patches and reconstructions, as PNG, SVG or PDF."""

from collections.abc import Iterator
from pathlib import Path

from app.inspector.part_computation import PartResult
from app.inspector.target import Method
from tinyml.core import TinymlError, describe_count
from tinyml.data import ProgressCallback
from tinyml.visualize.figures import StrongestPatches, draw_sheet, strongest_patches


def save_sheet(result: PartResult, method: Method, path: Path, progress: ProgressCallback) -> Path:
    """Draw the sheet and save it, and return its path. Any thread may call it.

    Arguments:
        result: the strongest examples of the layer.
        method: how the pixels are reconstructed.
        path: of the file; its ending decides the format: .png, .svg or .pdf.
        progress: gets the share of the maps that are drawn.

    Raises `TinymlError` when the method cannot go through a layer, or the memory is too small; `StorageError` when the
    file cannot be written.
    """
    samples, layer = result.samples, result.key.layer
    count = len(result.value.examples)
    about = (
        f"{samples.description.title}: the strongest patches of "
        f"{describe_count(len(samples), f'{result.key.part} image')}, and their reconstructions ({method.title})"
    )
    try:
        draw_sheet(layer, (about,), _patches(result, method, progress), count).save(path)
    except MemoryError as error:
        raise TinymlError(
            f"The memory is too small for a sheet of {describe_count(count, 'map')}. Close other programs, or choose a "
            "layer with fewer maps."
        ) from error
    return path


def _patches(result: PartResult, method: Method, progress: ProgressCallback) -> Iterator[StrongestPatches]:
    """Yield the patches of one map after the other."""
    net, count = result.key.make_net(), len(result.value.examples)
    for index in range(count):

        def report(share: float, done: int = index) -> None:
            progress((done + share) / count)

        report(0.0)
        yield strongest_patches(net, result.samples, result.key.layer, result.value, index, method.function, report)

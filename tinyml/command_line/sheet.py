"""`tinyml sheet`: draw the strongest patches of a layer's maps beside their reconstructions."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tinyml.command_line.pictured_model import load_part, open_model
from tinyml.core import TinymlError, describe_count
from tinyml.core.files import show_path
from tinyml.data import Dataset
from tinyml.net import Sequential, network_to
from tinyml.visualize import StrongestExamples, search_strongest
from tinyml.visualize.figures import StrongestPatches, draw_sheet, strongest_patches
from tinyml.visualize.methods import METHODS

_MOST_MAPS = 48
"""Number of maps that are drawn if the user names none."""


def run(options: argparse.Namespace) -> None:
    """Search the strongest examples, draw the sheet, and print the result as one line of JSON.

    Arguments:
        options: the parsed command line.

    Raises `TinymlError` when the model or the data cannot be read or do not fit together, when there is no such layer
    or map, when the method cannot go through a layer, or when the file cannot be written.
    """
    started = time.perf_counter()
    pictured = open_model(options)
    part = load_part(pictured, options)
    net = network_to(pictured.net, options.layer)
    found = _search(net, part, options)
    maps = _choose_maps(found, options)
    count = describe_count(len(part), f"{options.part} image")
    about = (
        f"{part.description.title}: the nine strongest patches of {count}, and their reconstructions ({options.method})"
    )
    rest = len(found.examples) - len(maps)
    lines = (about, f"and {describe_count(rest, 'more map')}") if rest and not options.maps else (about,)
    remarks: set[str] = set()
    tops = _patches(net, part, found, maps, options, remarks)
    draw_sheet(f"{options.layer} of {show_path(Path(options.model).name)}", lines, tops, len(maps)).save(options.out)
    print(f"Sheet of {describe_count(len(maps), 'map')}: {show_path(options.out)}")
    for remark in sorted(remarks - {""}):
        print(remark)
    result = {
        "layer": options.layer,
        "method": options.method,
        "images": len(part),
        "maps": [
            {
                "map": place,
                "examples": found.examples[place].tolist(),
                "activations": [float(value) for value in found.activations[place]],
                "positions": found.positions[place].tolist(),
            }
            for place in maps
        ],
        "seconds": round(time.perf_counter() - started, 3),
        "saved": options.out,
    }
    print(json.dumps(result))


def _search(net: Sequential, part: Dataset, options: argparse.Namespace) -> StrongestExamples:
    # Imported here, because other commands do not need it.
    from tqdm import tqdm

    found: StrongestExamples | None = None
    with tqdm(total=len(part), desc="Searching", unit="images", file=sys.stderr, disable=options.quiet) as bar:
        for done, so_far in search_strongest(net, part, options.layer, batch_size=options.batch_size):
            bar.update(done - bar.n)
            found = so_far
    assert found is not None  # the part has examples
    return found


def _choose_maps(found: StrongestExamples, options: argparse.Namespace) -> list[int]:
    count = len(found.examples)
    if not options.maps:
        return list(range(min(count, _MOST_MAPS)))
    chosen = list(dict.fromkeys(options.maps))
    if max(chosen) >= count:
        raise TinymlError(f"Layer '{options.layer}' has no map {max(chosen)}: its maps are 0 to {count - 1}.")
    return chosen


def _patches(
    net: Sequential,
    part: Dataset,
    found: StrongestExamples,
    maps: list[int],
    options: argparse.Namespace,
    remarks: set[str],
) -> Iterator[StrongestPatches]:
    """Yield the patches of one map after the other, with a bar; add their remarks to `remarks`."""
    from tqdm import tqdm

    for place in tqdm(maps, desc="Reconstructing", unit="maps", file=sys.stderr, disable=options.quiet):
        top = strongest_patches(net, part, options.layer, found, place, METHODS[options.method])
        remarks.add(top.remark)
        yield top

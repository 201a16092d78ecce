"""What an export of a trained network must do, one function for each format."""

import csv
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from tests.exports_everywhere.places import CheckFailed, Places, succeeded
from tinyml.net import Sequential
from tinyml.storage import SavedModel, open_tensors

TOLERANCE = 1e-4
_PRINTED = 6e-5
"""The scripts print losses with four decimals."""
_FOREIGN = Path(__file__).with_name("foreign_programs.py")
_VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr", "source"}
_TEST_LOSS = re.compile(r"\btest loss (\S+?),?(?:\s|$)")


@dataclass(frozen=True)
class Trained:
    """A template that was trained for one epoch.

    Attributes:
        model: its model file.
        net, about: its content.
        inputs, outputs: prepared examples, and what our network says of them.
        folder: for the exported files.
    """

    model: Path
    net: Sequential
    about: SavedModel
    inputs: np.ndarray
    outputs: np.ndarray
    folder: Path


@dataclass(frozen=True)
class Result:
    """What a check has found.

    Attributes:
        text: for the table.
        remark: for the lines below the table; empty if there is nothing to add.
    """

    text: str
    remark: str = ""


def compare_outputs(to: str, path: Path, trained: Trained, places: Places) -> tuple[float, str]:
    """Run an exported network in its clean environment; return the largest difference, and the versions there."""
    inputs, outputs = trained.folder / "inputs.npy", trained.folder / f"{to}.npy"
    np.save(inputs, trained.inputs)
    arguments = [str(_FOREIGN), to, path.name, inputs.name, outputs.name]
    said = succeeded(places.run_clean(to, arguments, trained.folder))
    theirs = np.load(outputs)
    if theirs.shape != trained.outputs.shape:
        raise CheckFailed(f"its outputs have the shape {theirs.shape}, ours {trained.outputs.shape}")
    largest = float(np.abs(theirs - trained.outputs).max())
    if not largest <= TOLERANCE:
        raise CheckFailed(f"its outputs differ by {largest:.2e}")
    return largest, said.splitlines()[-1]


def check_script(to: str, path: Path, trained: Trained, places: Places) -> float:
    """Check what the scripts for PyTorch and Keras share; return the test loss after an epoch of training.

    Without tinyml the script says that it needs it for the data. With it, it evaluates the weights as we do, and gives
    the same weights back.
    """
    weights = path.with_suffix(".weights.safetensors").name
    alone = places.run_clean(to, [path.name, "--epochs", "0"], trained.folder)
    if alone.returncode == 0 or "The data comes from tinyml." not in alone.stderr:
        raise CheckFailed(f"without tinyml it does not say what is missing:\n{alone.stdout}{alone.stderr[-500:]}")
    evaluate = [path.name, "--epochs", "0", "--weights", weights, "--save", "back.safetensors"]
    loss = _test_loss(places.run_with_data(to, evaluate, trained.folder))
    ours = trained.about.test_loss
    if ours is None or abs(loss - ours) > TOLERANCE + _PRINTED:
        raise CheckFailed(f"its test loss is {loss}, ours {ours}")
    if _tensors(trained.folder / "back.safetensors") != _tensors(path.with_name(weights)):
        raise CheckFailed("the weights that it saves are not those that it loaded")
    return _test_loss(places.run_with_data(to, [path.name, "--epochs", "1"], trained.folder))


def check_pytorch(path: Path, trained: Trained, places: Places) -> Result:
    """Compare outputs, and train in one process and in two."""
    largest, versions = compare_outputs("pytorch", path, trained, places)
    alone = check_script("pytorch", path, trained, places)
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", path.name]
    said = places.run_with_data("pytorch", [*several, "--epochs", "1", "--save", "two.safetensors"], trained.folder)
    if [line.split()[0] for line in said.splitlines()] != ["epoch", "test"]:
        raise CheckFailed(f"torchrun printed:\n{said}")
    saved = _tensors(trained.folder / "two.safetensors")
    if saved.keys() != trained.net.named_tensors.keys():
        raise CheckFailed("torchrun saved other tensors than those of the network")
    remark = f"test loss after an epoch: {alone:.4f} in one process, {_test_loss(said):.4f} in two"
    return Result(f"{largest:.1e}", f"{versions}; {remark}; tinyml {trained.about.test_loss:.4f}")


def check_keras(path: Path, trained: Trained, places: Places) -> Result:
    """Compare outputs, and train."""
    largest, versions = compare_outputs("keras", path, trained, places)
    alone = check_script("keras", path, trained, places)
    remark = f"test loss after an epoch: {alone:.4f}; tinyml {trained.about.test_loss:.4f}"
    return Result(f"{largest:.1e}", f"{versions}; {remark}")


def check_onnx(path: Path, trained: Trained, places: Places) -> Result:
    """Compare outputs, and the bits of the weights."""
    largest, versions = compare_outputs("onnx", path, trained, places)
    found = _tensors(path)
    if any(found[name] != tensor.tobytes() for name, tensor in trained.net.named_tensors.items()):
        raise CheckFailed("its weights differ from ours")
    return Result(f"{largest:.1e}", versions)


def check_tinyml(path: Path, trained: Trained, places: Places) -> Result:
    """Run the script, and compare the bytes of its weights with ours."""
    trained.net.export(trained.folder / "ours.safetensors")
    succeeded(places.run_ours([path.name, "--save", "again.safetensors"], trained.folder))
    if (trained.folder / "again.safetensors").read_bytes() != (trained.folder / "ours.safetensors").read_bytes():
        raise CheckFailed("the script writes other bytes")
    return Result("same bytes")


def check_safetensors(path: Path, trained: Trained, _places: Places) -> Result:
    """Compare the bytes with those of the model."""
    if path.read_bytes() != trained.model.read_bytes():
        raise CheckFailed("the exported weights are not the model file")
    return Result("same bytes")


def check_csv(path: Path, trained: Trained, _places: Places) -> Result:
    """Compare the numbers with the history."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    expected = [(each.epoch, each.training_loss) for each in trained.about.history]
    found = [(int(row["epoch"]), float(row["training_loss"])) for row in rows]
    if found != expected:
        raise CheckFailed(f"it holds {found}, the history {expected}")
    return Result(f"{len(rows)} row × {len(rows[0])}")


def check_svg(path: Path, trained: Trained, _places: Places) -> Result:
    """Parse the picture, and look for the name of each layer."""
    root = ElementTree.parse(path).getroot()
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        raise CheckFailed(f"its root is {root.tag}")
    text = "".join(root.itertext())
    missing = [layer.name for layer in trained.about.network.layers if layer.name not in text]
    if missing:
        raise CheckFailed(f"it does not name {missing}")
    return Result(f"{root.get('width')}×{root.get('height')}")


def check_png(path: Path, _trained: Trained, _places: Places) -> Result:
    """Decode the picture; it must not be of one colour."""
    with Image.open(path) as image:
        image.load()
        if image.format != "PNG" or all(low == high for low, high in image.convert("RGB").getextrema()):
            raise CheckFailed("it is empty")
        return Result(f"{image.width}×{image.height}")


class _Balance(HTMLParser):
    """Finds the elements that are not closed, and what a page would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "script":
            self.faults.append("it has a script")
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith(("data:", "#")):
                self.faults.append(f"{tag} loads {value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")


def check_report(path: Path, trained: Trained, _places: Places) -> Result:
    """Parse the page: all elements are closed, and nothing is loaded from elsewhere."""
    text = path.read_text(encoding="utf-8")
    page = _Balance()
    page.feed(text)
    faults = [*page.faults, *(f"<{tag}> is not closed" for tag in page.open)]
    if faults:
        raise CheckFailed("; ".join(faults[:5]))
    if trained.about.network.layers[0].name not in text:
        raise CheckFailed("it does not name the first layer")
    return Result(f"{len(text) / 1000:.0f} kB")


def check_filters(path: Path, _trained: Trained, _places: Places) -> Result:
    """Decode all pictures of the folder; the index names each of them."""
    pictures = sorted(path.glob("*.png"))
    index = next(path.glob("index*")).read_text(encoding="utf-8")
    for each in pictures:
        with Image.open(each) as image:
            image.load()
        if each.name not in index:
            raise CheckFailed(f"the index does not name {each.name}")
    return Result(f"{len(pictures)} pictures")


CHECKS: dict[str, Callable[[Path, Trained, Places], Result]] = {
    "pytorch": check_pytorch,
    "onnx": check_onnx,
    "keras": check_keras,
    "tinyml": check_tinyml,
    "safetensors": check_safetensors,
    "report": check_report,
    "csv": check_csv,
    "svg": check_svg,
    "png": check_png,
    "filters": check_filters,
}
"""The check of each format."""


def export(to: str, path: Path, model: Path, places: Places) -> str:
    """Export with the command; return an empty text, or why it was refused. After a refusal, nothing was written."""
    before = sorted(path.parent.iterdir())
    done = places.try_tinyml(["export", str(model), "--to", to, "--out", str(path)], path.parent)
    if done.returncode == 0:
        json.loads(done.stdout)
        return ""
    if sorted(path.parent.iterdir()) != before:
        raise CheckFailed(f"it was refused, and something was written: {done.stderr.strip()}")
    if "was not written." not in done.stderr or "Traceback" in done.stderr:
        raise CheckFailed(f"it was not refused with a sentence: {done.stderr.strip()[-600:]}")
    return done.stderr.strip()


def _tensors(path: Path) -> dict[str, bytes]:
    """Return the bytes of each tensor of a file."""
    with open_tensors(path) as file:
        return {tensor.name: np.ascontiguousarray(file.read(tensor.name)).tobytes() for tensor in file.header.tensors}


def _test_loss(said: str) -> float:
    """Return the test loss that a script printed; raise `CheckFailed` if there is none, or no finite one."""
    found = _TEST_LOSS.search(said)
    if found is None or not math.isfinite(float(found[1])):
        raise CheckFailed(f"it printed no test loss:\n{said}")
    return float(found[1])

r"""Trains every template for one epoch, exports it to every format, and runs the exported files elsewhere.

    python -m tests.exports_everywhere --torch-python A/bin/python --onnx-python B/bin/python \
        --keras-python C/bin/python --packages D

Each interpreter belongs to a clean environment that holds only what the exported files say they need: torch, numpy and
safetensors; onnx, onnxruntime and numpy; keras with a backend, numpy and safetensors. Without an option it is the
interpreter of this command. Scripts that read data also need tinyml. It comes from this checkout, and the packages that
it needs from the folder of --packages, if the environments do not have them:

    pip install --target D pydantic annotated-types threadpoolctl tqdm pillow pooch requests platformdirs

The command itself needs the package onnx, to write such files. Outputs may differ by 1e-4 at most; the numbers in the
table are the largest differences. It fails if anything is wrong.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.exports_everywhere.format_checks import CHECKS, Result, Trained, export
from tests.exports_everywhere.places import CheckFailed, Places
from tests.exports_everywhere.refusals import REFUSALS, TEMPLATES
from tinyml.core.resources import resource_path
from tinyml.core.text_table import format_table
from tinyml.data import prepare_splits
from tinyml.storage import PROJECT_SUFFIX, load_model
from tinyml.storage.exporters import exporters

EXAMPLES = 64
"""Examples whose outputs are compared."""


def template_paths() -> dict[str, Path]:
    """Return the project file of each template by its name."""
    found = sorted(resource_path("templates").glob(f"*{PROJECT_SUFFIX}"))
    return {path.name.removesuffix(PROJECT_SUFFIX): path for path in found}


def train(project: Path, folder: Path, places: Places) -> Trained:
    """Train a project for one epoch with the command, and compute the outputs of some test examples."""
    folder.mkdir()
    model = folder / "model.safetensors"
    command = ["train", "--network", str(project), "--epochs", "1", "--quiet", "--save", str(model)]
    json.loads(places.run_tinyml(command, folder).splitlines()[-1])
    net, about = load_model(model)
    inputs = prepare_splits(about.data).test.inputs[:EXAMPLES].astype("float32")
    exported = folder / "exported"
    exported.mkdir()
    return Trained(model, net, about, inputs, net.predict(inputs), exported)


class Report:
    """Collects the table, and what is said below it.

    Attributes:
        faults: what is wrong, one text for each.
        remarks: what else is to be known.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.remarks: list[str] = []

    def check(self, name: str, to: str, trained: Trained, places: Places) -> str:
        """Export a template to a format, check the result, and return the text for the table."""
        started = time.perf_counter()
        suffix = exporters()[to].suffix
        path = trained.folder / (f"{name}-{to}.{suffix}" if suffix else to)
        try:
            refusal = export(to, path, trained.model, places)
            expected = TEMPLATES.get((name, to), "")
            if bool(refusal) != bool(expected) or expected not in refusal:
                raise CheckFailed(f"the command said: {refusal or 'nothing'}")
            result = Result("refused", refusal) if refusal else CHECKS[to](path, trained, places)
        except CheckFailed as error:
            self.faults.append(f"{name} to {to}: {error}")
            return "WRONG"
        seconds = time.perf_counter() - started
        print(f"  {name} to {to}: {result.text} ({seconds:.1f} s)", file=sys.stderr, flush=True)
        if result.remark:
            self.remarks.append(f"{name} to {to}: {result.remark}")
        return result.text

    def check_refusals(self, formats: list[str], folder: Path, places: Places) -> int:
        """Export networks that a format has no word for; return how many exports were refused."""
        refused = 0
        for name, (save, expected) in REFUSALS.items():
            model = folder / f"{name}.safetensors"
            save(model)
            for to in formats:
                suffix = exporters()[to].suffix
                out = folder / f"{name} {to}"
                try:
                    out.mkdir()
                    said = export(to, out / f"refused.{suffix}".rstrip("."), model, places)
                    if bool(said) != (to in expected) or expected.get(to, "") not in said:
                        raise CheckFailed(f"the command said: {said or 'nothing'}")
                except CheckFailed as error:
                    self.faults.append(f"{name} to {to}: {error}")
                    continue
                refused += bool(said)
                if said:
                    self.remarks.append(f"{name} to {to}: {said}")
        return refused


def main() -> int:
    """Print the table, and return the number of faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, packages in (("torch", "PyTorch"), ("onnx", "ONNX Runtime"), ("keras", "Keras")):
        parser.add_argument(
            f"--{name}-python",
            type=Path,
            default=Path(sys.executable),
            metavar="PYTHON",
            help=f"interpreter with {packages}",
        )
    parser.add_argument("--packages", type=Path, metavar="FOLDER", help="folder with the packages that tinyml needs")
    parser.add_argument("--threads", type=int, default=2, help="threads of tinyml (default: %(default)s)")
    parser.add_argument("--templates", nargs="+", choices=template_paths(), default=list(template_paths()))
    parser.add_argument("--formats", nargs="+", choices=exporters(), default=list(exporters()))
    options = parser.parse_args()
    interpreters = [each.absolute() for each in (options.torch_python, options.onnx_python, options.keras_python)]
    places = Places(*interpreters, options.packages and options.packages.resolve(), options.threads)
    os.environ["TINYML_THREADS"] = str(options.threads)
    report, rows = Report(), []
    with tempfile.TemporaryDirectory() as temporary:
        for name in options.templates:
            trained = train(template_paths()[name], Path(temporary) / name, places)
            rows.append([name, *(report.check(name, to, trained, places) for to in options.formats)])
        refused = report.check_refusals(options.formats, Path(temporary), places)
    print(format_table(["template", *options.formats], rows, "<" * (len(options.formats) + 1)))
    print(f"\n{refused} exports were refused as they should be.", *report.remarks, sep="\n")
    print(f"\n{len(report.faults)} faults", *report.faults, sep="\n")
    return min(len(report.faults), 1)


if __name__ == "__main__":
    sys.exit(main())

"""A new layer, loss, data reader, tensor source or exporter is one file: a copy of the program finds and uses it.

Each throwaway file goes alone into its folder of the copy. Then programs in new processes use the copy.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.shell.system_libraries import find_library_obstacle
from tests.extended_package import THROWAWAYS as SOURCES

ROOT = Path(__file__).parents[2]
THROWAWAYS = {
    "scale.py": "tinyml/layers",
    "quartic.py": "tinyml/losses",
    "numbers.py": "tinyml/data/readers",
    "names.py": "tinyml/storage/exporters",
    "floats.py": "tinyml/storage/tensor_sources",
}
"""The new files, which are in the folder `throwaways`, and the folders that they go to."""

NO_QT = find_library_obstacle()
needs_qt = pytest.mark.skipif(bool(NO_QT), reason=NO_QT)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the program and add the new files."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("app", "tinyml", "resources"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, target in THROWAWAYS.items():
        assert not (folder / target / name).exists()
        shutil.copy(SOURCES / name, folder / target / name)
    return folder


def run(copy: Path, *arguments: str) -> str:
    """Run Python in the copy with these arguments; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def write_project(copy: Path, layers: str, **training: object) -> str:
    """Write a project for the sine data with these layers, as JSON text; return its name."""
    settings = ", ".join(f'"{name}": {value}' for name, value in training.items())
    text = (
        f'{{"format": "tinyml-project", "version": 2, "network": {{"layers": [{layers}]}}, '
        f'"data": {{"source": "sine"}}, "training": {{{settings}}}}}'
    )
    (copy / "new.tinyml.json").write_text(text)
    return "new.tinyml.json"


LAYERS = (
    '{"type": "Linear", "name": "fc_1", "settings": {"outputs": 4}}, '
    '{"type": "Scale", "name": "scale_1", "settings": {"start": 0.5}}, '
    '{"type": "Linear", "name": "fc_2", "settings": {"outputs": 1}}'
)


def test_a_layer_is_trained_saved_and_loaded(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"mse_loss"', epochs=2)
    run(copy, "-m", "tinyml", "train", "--network", project, "--quiet", "--save", "new.safetensors")
    names = "from tinyml.storage import read_header; print(*read_header('new.safetensors').tensors)"
    assert "scale_1.factor" in run(copy, "-c", names)
    run(copy, "-m", "tinyml", "evaluate", "new.safetensors")


def test_the_gradients_of_a_layer_are_checked(copy: Path) -> None:
    table = run(copy, "-m", "tinyml", "check", write_project(copy, LAYERS, loss='"mse_loss"'))
    (line,) = (line for line in table.splitlines() if "scale_1.factor" in line)
    assert "right" in line


def test_a_layer_is_written_in_scripts(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"mse_loss"')
    run(copy, "-m", "tinyml", "script", project, "--to", "tinyml", "--out", "new.py")
    assert 'Scale("scale_1", 4, start=0.5)' in (copy / "new.py").read_text(encoding="utf-8")
    assert "test loss" in run(copy, "new.py", "--epochs", "1")
    # The new layer has no counterpart in PyTorch, so this script ends before it.
    assert "scale_1: PyTorch has no module for Scale" in run(copy, "-m", "tinyml", "script", project, "--to", "pytorch")


@needs_qt
def test_a_layer_is_in_the_palette_and_has_a_form(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"mse_loss"')
    printed = run(copy, "-c", LAYER_IN_THE_WINDOW, project)
    assert printed.split() == ["0.5", "True", "4"]


LAYER_IN_THE_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
from app.builder import Palette, SettingsForm
from app.document import Document
from tinyml.storage import read_project

application = QApplication([])
document = Document(read_project(sys.argv[1]))
palette, form = Palette(document), SettingsForm(document)
document.select(["scale_1"])
print(form.findChild(QWidget, "setting_start").value)
print(palette.findChild(QWidget, "palette_Scale") is not None)
print(document.inference_of("scale_1").parameter_count)
"""


def test_a_loss_trains_on_the_command_line(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"quartic_loss"', epochs=1)
    run(copy, "-m", "tinyml", "train", "--network", project, "--quiet")
    layers = write_project(copy, LAYERS, loss='"mse_loss"', epochs=1)
    run(copy, "-m", "tinyml", "train", "--network", layers, "--set", "loss=quartic_loss", "--quiet")


@needs_qt
def test_a_loss_is_in_the_training_form(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"quartic_loss"')
    assert run(copy, "-c", LOSS_IN_THE_WINDOW, project).strip() == "Quartic loss"


LOSS_IN_THE_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QComboBox
from app.forms import TrainingForm
from app.document import Document
from tinyml.storage import read_project

application = QApplication([])
form = TrainingForm(Document(read_project(sys.argv[1])))
print(form.findChild(QComboBox, "training_loss").currentText())
"""


def write_table(copy: Path) -> str:
    """Write a list of numbers of 60 examples with two numbers and the classes 0 and 1; return its path."""
    rows = [f"{index / 60},{index % 7},{index % 2}" for index in range(60)]
    (copy / "table.numbers").write_text("\n".join(rows))
    return "./table.numbers"


def test_a_reader_describes_and_loads_data(copy: Path) -> None:
    code = "from tinyml.data import *; t = './table.numbers'; print(describe(t).example_shape, load(t).inputs.shape)"
    write_table(copy)
    assert run(copy, "-c", code).strip() == "(2,) (60, 2)"


def test_a_reader_works_on_the_command_line(copy: Path) -> None:
    layers = '{"type": "Linear", "name": "fc_1", "settings": {"outputs": 2}}'
    project = write_project(copy, layers, loss='"cross_entropy_with_softmax_loss"', epochs=1)
    run(copy, "-m", "tinyml", "train", "--network", project, "--data", write_table(copy), "--quiet")
    assert "a list of numbers" in " ".join(run(copy, "-m", "tinyml", "train", "--help").split())


@needs_qt
def test_a_reader_is_in_the_dialogs_of_the_window(copy: Path) -> None:
    code = "from app.document.data_filters import data_name_filters; print(*data_name_filters(), sep='\\n')"
    assert "Number lists (*.numbers)" in run(copy, "-c", code).splitlines()


def test_a_tensor_source_works_on_the_command_line(copy: Path) -> None:
    (copy / "new.floats").write_text("FLOATS\nfirst 1 2 3\nsecond 4 6\n")
    table = run(copy, "-m", "tinyml", "inspect", "new.floats")
    assert "(floats). Tensors: 2, elements: 5" in table
    assert '"mean": 5.0' in table
    assert "*.floats" in run(copy, "-m", "tinyml", "inspect", "--help")


def test_an_exporter_works_on_the_command_line(copy: Path) -> None:
    project = write_project(copy, LAYERS, loss='"mse_loss"', epochs=1)
    run(copy, "-m", "tinyml", "train", "--network", project, "--quiet", "--save", "new.safetensors")
    run(copy, "-m", "tinyml", "export", "new.safetensors", "--to", "a-names", "--out", "new.txt")
    assert "scale_1.factor 4\n" in (copy / "new.txt").read_text()


@needs_qt
def test_an_exporter_is_in_the_dialog_of_the_window(copy: Path) -> None:
    assert "List of tensors" in run(copy, "-c", EXPORT_DIALOG).splitlines()


EXPORT_DIALOG = """
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QListWidget, QWidget
from app.forms.export import ExportDialog, ModelSource
from app.jobs import BackgroundRunner

application, window, runner = QApplication([]), QWidget(), BackgroundRunner()
settings = QSettings("settings.ini", QSettings.IniFormat)
dialog = ExportDialog(ModelSource("weights", "net", lambda: None), runner, settings, window)
formats = dialog.findChild(QListWidget, "export_formats")
print(*(formats.item(row).text() for row in range(formats.count())), sep="\\n")
runner.shutdown()
"""

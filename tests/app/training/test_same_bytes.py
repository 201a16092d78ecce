"""Window and command line write the same bytes for every kind of data, and the file prepares new examples alike."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.document import Document
from app.training import Session, SessionState
from app.training.snapshot_files import export_snapshot
from tests.tinyml.data.idx import write_pair
from tinyml.command_line import main
from tinyml.core.threads import VARIABLE
from tinyml.data import DataChoice, Preprocessing, describe_choice, prepare_splits
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, load_model, save_project


def draw_photos(folder: Path) -> DataChoice:
    rng = np.random.default_rng(0)
    for name, color in (("red", (200, 40, 40)), ("green", (40, 200, 40))):
        (folder / name).mkdir()
        for number in range(20):
            size = tuple(rng.integers(12, 40, 2).tolist())
            pixels = np.clip(rng.normal(color, 30, (*size, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.{'jpg' if number % 2 else 'png'}")
    return DataChoice(preprocessing=Preprocessing(size=(8, 8), scale="standardise"))


def list_photos(folder: Path) -> DataChoice:
    choice = draw_photos(folder)
    rows = ["file,kind"]
    for path in sorted(folder.glob("*/*")):
        path.rename(folder / f"{path.parent.name}_{path.name}")
        rows.append(f"{path.parent.name}_{path.name},{path.parent.name}")
    for name in ("red", "green"):
        (folder / name).rmdir()
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return choice


def write_classes(folder: Path) -> DataChoice:
    rng = np.random.default_rng(1)
    rows = ["size;colour;kind"]
    for number in range(60):
        missing = number % 17 == 3
        size = "" if missing else f"{rng.normal(5 if number % 2 else 9):.3f}".replace(".", ",")
        rows.append(f"{size};{('red', 'blue')[int(rng.integers(2))]};{'large' if number % 2 else 'small'}")
    (folder / "fish.csv").write_text("\n".join(rows), encoding="utf-8")
    return DataChoice(source="fish.csv")


def write_prices(folder: Path) -> DataChoice:
    rng = np.random.default_rng(2)
    rows = ["area,rooms,price"]
    for _ in range(60):
        area, rooms = rng.uniform(30, 200), int(rng.integers(1, 6))
        rows.append(f"{area:.1f},{rooms},{2000 * area + 10_000 * rooms:.0f}")
    (folder / "prices.csv").write_text("\n".join(rows), encoding="utf-8")
    return DataChoice(source="prices.csv")


def write_arrays(folder: Path) -> DataChoice:
    rng = np.random.default_rng(3)
    np.savez(folder / "arrays.npz", x=rng.integers(0, 256, (40, 6, 6), dtype=np.uint8), y=np.arange(40) % 3)
    return DataChoice(source="arrays.npz")


def write_idx(folder: Path) -> DataChoice:
    write_pair(folder)
    return DataChoice(target="input")


KINDS: dict[str, Callable[[Path], DataChoice]] = {
    "image folder": draw_photos,
    "labelled images": list_photos,
    "table with classes": write_classes,
    "table with numbers": write_prices,
    "arrays": write_arrays,
    "IDX, autoencoder": write_idx,
    "moons": lambda folder: DataChoice(source="moons", options={"noise": 0.2, "count": 100}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_window_and_command_line_write_the_same_bytes(
    kind: str, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    folder = tmp_path / "data"
    folder.mkdir()
    choice = KINDS[kind](folder)
    if choice.source != "moons":
        own = folder if choice.source == DataChoice().source else folder / choice.source
        choice = choice.model_copy(update={"source": str(own)})
    project = project_for(choice)
    document = Document(project)
    qtbot.waitUntil(lambda: document.data is not None)
    session = Session(document)
    try:
        session.start()
        qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
        in_window = export_snapshot(tmp_path / "window.safetensors", session.snapshot)
    finally:
        session.shutdown()
    save_project(tmp_path / "p.tinyml.json", project)
    saved = tmp_path / "command_line.safetensors"
    words = ["train", "--network", str(tmp_path / "p.tinyml.json"), "--quiet", "--save", str(saved)]
    assert main(words) == 0, capsys.readouterr().err
    assert in_window.read_bytes() == saved.read_bytes()
    check_file(saved, choice, folder)


def check_file(path: Path, choice: DataChoice, folder: Path) -> None:
    """The file alone prepares a raw image to the same bits as the data of the training."""
    _, about = load_model(path)
    train = prepare_splits(choice).train
    assert about.preprocessing == train.preprocessing
    images = sorted(folder.rglob("*.png"))
    if images:
        prepared = about.preprocessing.prepare_image(images[0])
        stored = train.scale(train.stored_inputs / np.float32(train.divisor))
        assert any(np.array_equal(prepared[0], each) for each in stored)


def project_for(choice: DataChoice) -> Project:
    """A network with one layer that fits the data."""
    data = describe_choice(choice)
    outputs = len(data.class_names) or int(np.prod(data.target_shape))
    layers = [LayerSpecification(type="Linear", name="fc", settings={"outputs": outputs})]
    if len(data.example_shape) == 3:
        layers.insert(0, LayerSpecification(type="Flatten", name="flatten"))
    if data.target == "input":
        size = data.example_shape[1:]
        layers.append(LayerSpecification(type="Reshape", name="maps", settings={"size": size}))
    loss = "cross_entropy_with_softmax_loss" if data.has_classes else "mse_loss"
    training = TrainingSettings(loss=loss, epochs=2, batch_size=8, learning_rate=0.01)
    return Project(network=NetworkSpecification(layers=tuple(layers)), data=choice, training=training)

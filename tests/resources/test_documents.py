"""The code in the README and on the porting page runs, and its results match the text."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.core import TinymlError, set_seed
from tinyml.core.resources import resource_path

README = Path(__file__).parents[2] / "README.md"
PORTING = resource_path("porting.md")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def run(path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """Run all Python blocks of a document, one after the other; return the names that they define."""
    monkeypatch.chdir(folder)
    set_seed(0)
    names: dict[str, Any] = {}
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        exec(compile(block, path.name, "exec"), names)
    return names


def test_the_code_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run(README, monkeypatch, tmp_path)
    printed = capsys.readouterr().out
    assert names["finished"].history[-1].validation_accuracy > 0.9
    assert names["losses"][-1] < 0.1 < names["losses"][0]
    assert re.search(r"sine\.frequency .* right", printed)
    assert "wrong" not in printed
    assert names["loss"] < 0.02
    assert np.abs(names["net"](names["x"]) - names["y"]).max() < 0.5
    assert "sine.frequency" in names["net"].named_parameters


def test_each_example_of_the_readme_is_short() -> None:
    own = BLOCK.findall(README.read_text(encoding="utf-8"))[1:]
    assert len(own) == 3
    assert all(sum(map(bool, block.splitlines())) <= 16 for block in own)


def test_the_code_of_the_porting_page_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run(PORTING, monkeypatch, tmp_path)
    # The report shows about 8 % after 50 epochs.
    assert names["error"] < 0.1
    assert "training error" in capsys.readouterr().out


def test_dropout_and_names_behave_as_the_porting_page_says() -> None:
    from tinyml.layers import Dropout, ReLU
    from tinyml.net import Sequential

    dropped = Dropout("drop", 0.2, rng=np.random.default_rng(0))(np.ones((1, 10_000))) == 0
    assert dropped.mean() == pytest.approx(0.2, abs=0.02)
    with pytest.raises(TinymlError):
        Sequential([ReLU("relu"), ReLU("relu")])
    for place in (
        Dropout.__doc__,
        Dropout.Settings.model_fields["probability"].description,
        PORTING.read_text("utf-8"),
    ):
        assert "probability of dropping a number" in (place or "").lower()


def test_the_readme_links_to_the_porting_page() -> None:
    assert "(resources/porting.md)" in README.read_text(encoding="utf-8")
    assert PORTING.is_file()

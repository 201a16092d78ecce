"""`tinyml script` writes a project as a Python script."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tinyml.command_line import main
from tinyml.net import NetworkSpecification
from tinyml.storage import Project, save_project


@pytest.mark.parametrize("framework", ["tinyml", "pytorch"])
def test_a_script_is_printed_or_saved(framework: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["script", "circle", "--to", framework]) == 0
    printed = capsys.readouterr().out
    compile(printed, "circle.py", "exec")
    out = tmp_path / "circle.py"
    out.write_text("an older file")
    assert main(["script", "circle", "--to", framework, "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == printed
    result = json.loads(capsys.readouterr().out)
    assert result == {"script": framework, "lines": printed.count("\n"), "saved": str(out)}


def test_a_saved_script_runs(tmp_path: Path) -> None:
    out = tmp_path / "circle.py"
    assert main(["script", "circle", "--to", "tinyml", "--out", str(out)]) == 0
    command = [sys.executable, str(out), "--epochs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("test loss")


def test_the_script_uses_the_chosen_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["script", "lenet-mnist", "--data", "shapes", "--to", "tinyml"]) == 1
    assert "needs 8" in capsys.readouterr().err
    assert main(["script", "lenet-mnist", "--data", "digits-28", "--to", "tinyml"]) == 0
    assert 'source="digits-28"' in capsys.readouterr().out


def test_a_network_with_problems_is_refused_and_no_file_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_project(tmp_path / "empty.tinyml.json", Project(network=NetworkSpecification()))
    out = tmp_path / "empty.py"
    assert main(["script", str(tmp_path / "empty.tinyml.json"), "--to", "tinyml", "--out", str(out)]) == 1
    assert "no layers" in capsys.readouterr().err
    assert not out.exists()


def test_an_unknown_framework_is_refused() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["script", "circle", "--to", "keras"])
    assert caught.value.code == 2

import io
from pathlib import Path

import numpy as np
import pytest

from tinyml.command_line import main
from tinyml.storage import identify


@pytest.mark.parametrize("command", [["evaluate"], ["check"], ["train", "--network"], ["train", "--resume"]])
def test_every_command_says_what_a_wrong_file_is(tmp_path: Path, capsys, command) -> None:
    path = tmp_path / "arrays.npz"
    file = io.BytesIO()
    np.savez(file, weight=np.ones(3))
    path.write_bytes(file.getvalue())
    assert main([*command, str(path)]) != 0
    assert identify(path).sentence in capsys.readouterr().err
    assert "is an NPZ or NPY file. Choose it as the data of a project." in identify(path).sentence

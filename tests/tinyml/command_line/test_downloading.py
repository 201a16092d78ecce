"""Commands that use a public set download it first, and say so."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tinyml.data.downloads.file_server import FileServer, serve_files
from tests.tinyml.data.public.tiny_sets import PER_PART, put_tiny_sets
from tinyml.command_line import main
from tinyml.command_line.downloading import download_if_needed
from tinyml.core.threads import set_thread_count, thread_count


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FileServer]:
    threads = thread_count()
    with serve_files() as server:
        put_tiny_sets(monkeypatch, server, tmp_path / "cache")
        yield server
    set_thread_count(threads)


def test_training_downloads_a_public_set_once(server, tmp_path, capsys) -> None:
    saved = str(tmp_path / "model.safetensors")
    command = ["train", "--network", "lenet-mnist", "--data", "mnist", "--epochs", "1", "--save", saved]
    assert main(command) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["examples"]["test"] == PER_PART
    folder = re.escape(str(tmp_path / "cache" / "mnist"))
    assert re.match(rf"Downloading MNIST, \d+ kB, to {folder}\n", output.err)
    assert "B/s]" in output.err
    assert len(server.requests) == 4
    assert main(["evaluate", saved]) == 0
    assert capsys.readouterr().err == ""
    assert len(server.requests) == 4


def test_a_download_that_was_interrupted_continues(server, tmp_path, capsys) -> None:
    server.cut_after = 10_000
    server.ranges = False
    assert main(["train", "--network", "lenet-mnist", "--data", "mnist", "--epochs", "1"]) == 1
    failed = capsys.readouterr().err
    assert "MNIST could not be downloaded: 127.0.0.1" in failed
    assert "Traceback" not in failed
    server.cut_after, server.ranges = None, True
    download_if_needed("mnist", quiet=True)
    assert re.fullmatch(r"Continuing the download of MNIST, \d+ kB, to .*\n", capsys.readouterr().err)
    assert "bytes=" in " ".join(wanted for _, wanted in server.requests)


def test_other_data_is_left_alone(server, capsys) -> None:
    download_if_needed("digits")
    download_if_needed("./mnist")
    assert capsys.readouterr().err == ""
    assert server.requests == []

"""How commands end: Ctrl+C, a broken pipe, a full disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tinyml
from tinyml.command_line.exit_status import exit_status_of

POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and pipes")

COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "check": ["check", "circle"],
    "train": ["train", "--network", "circle", "--epochs", "2"],
    "reproduce": ["reproduce", "laws"],
}


def start(arguments, **options):
    command = [sys.executable, "-m", "tinyml", *arguments]
    # Without a buffer, argparse writes the help itself and hides errors.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, **options)


@POSIX_ONLY
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_broken_pipe_ends_a_command_without_a_message(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    process = start(arguments, stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=200)
    # As with `head`. The progress of a run is not an error.
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_gives_one_sentence():
    with Path("/dev/full").open("w") as full:
        process = start(["--help"], stdout=full)
        _, errors = process.communicate(timeout=200)
    assert process.returncode == 1
    assert errors == "tinyml: The output could not be written: No space left on device.\n"


def test_the_status_of_a_command_is_passed_on(capsys):
    assert exit_status_of(lambda: 3, "name", str) == 3
    with pytest.raises(SystemExit):
        exit_status_of(lambda: sys.exit(2), "name", str)
    assert capsys.readouterr() == ("", "")


def test_a_program_without_a_console_has_no_output_to_write(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert exit_status_of(lambda: 0, "name", str) == 0


def test_version_prints_the_version_of_the_package():
    done = subprocess.run([sys.executable, "-m", "tinyml", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"tinyml {tinyml.__version__}\n"


def test_importing_tinyml_loads_no_other_module():
    code = "import sys; before = set(sys.modules); import tinyml; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tinyml"]

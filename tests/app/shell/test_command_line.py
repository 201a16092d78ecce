"""The options of the window's command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.shell import command_line
from app.shell.command_line import main, make_parser

ROOT = Path(__file__).parents[3]


def test_without_arguments_everything_has_a_default() -> None:
    options = make_parser().parse_args([])
    assert vars(options) == {"project": None, "theme": None, "settings": None, "tour": None, "epochs": None}


def test_every_option_is_read() -> None:
    options = make_parser().parse_args(
        ["net.tinyml.json", "--theme", "dark", "--settings", "s.ini", "--tour", "out", "--epochs", "2"]
    )
    assert vars(options) == {
        "project": Path("net.tinyml.json"),
        "theme": "dark",
        "settings": Path("s.ini"),
        "tour": Path("out"),
        "epochs": 2,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", "3"], "--epochs needs --tour"),
        (["--tour", "out", "--epochs", "0"], "should be at least 1"),
        (["--theme", "pink"], "invalid choice: 'pink'"),
    ],
)
def test_wrong_options_are_refused_before_a_window_opens(capsys, monkeypatch, arguments, words) -> None:
    monkeypatch.setattr(command_line, "_start", lambda *_arguments: pytest.fail("the program must not start"))
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_the_help_loads_no_qt() -> None:
    code = (
        "import sys; from app.shell.command_line import make_parser; make_parser().format_help(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "PySide6" not in done.stdout.split()

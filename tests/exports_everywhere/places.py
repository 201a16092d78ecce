"""Where the programs run: the interpreters of the clean environments, and processes with a fixed environment."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 540
_LAST_LINES = 12


class CheckFailed(Exception):  # noqa: N818 (it is no error of the command)
    """An exported file does not do what it should. The text says what is wrong."""


@dataclass(frozen=True)
class Places:
    """The interpreters for the exported files.

    Attributes:
        torch, onnx, keras: interpreters of clean environments, without tinyml.
        packages: folder with the packages that tinyml needs, for scripts that read its data; None if the interpreters
            have them.
        threads: number of threads of tinyml.
    """

    torch: Path
    onnx: Path
    keras: Path
    packages: Path | None
    threads: int

    def interpreter(self, to: str) -> Path:
        """Return the interpreter that runs the files of a format."""
        return {"pytorch": self.torch, "onnx": self.onnx, "keras": self.keras}[to]

    def run_clean(self, to: str, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run an interpreter of a clean environment, where tinyml cannot be imported."""
        return _run([str(self.interpreter(to)), *arguments], folder, {})

    def run_with_data(self, to: str, arguments: list[str], folder: Path) -> str:
        """Run an interpreter where tinyml can be imported, for its data; return what it printed."""
        paths = [str(ROOT), *([str(self.packages)] if self.packages else [])]
        done = _run([str(self.interpreter(to)), *arguments], folder, {"PYTHONPATH": os.pathsep.join(paths)})
        return succeeded(done)

    def run_tinyml(self, arguments: list[str], folder: Path) -> str:
        """Run the command `tinyml` of this checkout; return what it printed."""
        return succeeded(self.try_tinyml(arguments, folder))

    def try_tinyml(self, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run the command `tinyml` of this checkout, which may fail."""
        return self.run_ours(["-m", "tinyml", *arguments], folder)

    def run_ours(self, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run the interpreter of this command with the tinyml of this checkout."""
        environment = {"PYTHONPATH": str(ROOT), "TINYML_THREADS": str(self.threads)}
        return _run([sys.executable, *arguments], folder, environment)


def _run(command: list[str], folder: Path, added: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # On a busy machine, several threads of PyTorch wait for each other. Keras writes settings into the home folder.
    environment |= {"OMP_NUM_THREADS": "1", "KERAS_HOME": str(folder), **added}
    environment.setdefault("KERAS_BACKEND", "torch")
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_LONGEST
        )
    except subprocess.TimeoutExpired as error:
        raise CheckFailed(f"{' '.join(command[1:3])} did not end in {_LONGEST} s") from error


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a process printed; raise `CheckFailed` with its last words if it failed."""
    if done.returncode != 0:
        said = "\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[-_LAST_LINES:])
        raise CheckFailed(f"exit status {done.returncode}\n{said}")
    return done.stdout

"""Find the Python interpreters that the tests should pass on: `python tests/interpreters.py` prints their paths.

It searches PATH and the versions that pyenv has installed. An interpreter that is found but does not run is left out;
for example the shim of a pyenv version that is not active.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")


def candidates(version: str) -> Iterator[Path]:
    """Yield the paths where an interpreter of a version can be."""
    for folder in os.get_exec_path():
        yield Path(folder) / f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted((pyenv / "versions").glob(f"{version}*/bin/python{version}"))


def runs(path: Path, version: str) -> bool:
    """Return True if the interpreter starts, has that version, and can make environments."""
    code = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == version


def find_interpreters() -> dict[str, Path]:
    """Return the first interpreter of each version that runs."""
    found = {}
    for version in VERSIONS:
        path = next((path for path in candidates(version) if path.exists() and runs(path, version)), None)
        if path is not None:
            found[version] = path
    return found


if __name__ == "__main__":
    for version, path in find_interpreters().items():
        print(f"{version}={path}")

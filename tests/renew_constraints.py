"""Write `constraints.txt` and `tests/constraints-oldest.txt` again: `make constraints`.

The first holds the newest releases that pyproject.toml allows, the second the oldest ones; both for every Python found.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.interpreters import find_interpreters

ROOT = Path(__file__).parents[1]
NEWEST, OLDEST = ROOT / "constraints.txt", ROOT / "tests" / "constraints-oldest.txt"

Versions = Mapping[str, str]
"""The release of each package, by its name in lower case."""


def direct_requirements() -> list[Requirement]:
    """Return the requirements of pyproject.toml: to run, to test, to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, test = project["project"]["dependencies"], project["project"]["optional-dependencies"]["test"]
    return [Requirement(text) for text in (*run, *test, *project["build-system"]["requires"])]


def oldest(requirement: Requirement) -> str:
    """Return the oldest release that a requirement allows."""
    (bound,) = (part.version for part in requirement.specifier if part.operator in (">=", "=="))
    return bound


def pins(by_python: Mapping[str, Versions]) -> list[str]:
    """Return one line for each release, with a marker if the versions of Python need different releases.

    >>> pins({"3.11": {"a": "1", "b": "1"}, "3.12": {"a": "1", "b": "2"}, "3.13": {"a": "1", "b": "2"}})
    ['a==1', "b==1; python_version < '3.12'", "b==2; python_version >= '3.12'"]
    """
    pythons = list(by_python)
    lines = []
    for name in sorted({name for versions in by_python.values() for name in versions}):
        releases = [by_python[python].get(name) for python in pythons]
        starts = [index for index, release in enumerate(releases) if index == 0 or release != releases[index - 1]]
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            markers = [f"python_version >= '{pythons[start]}'"] if start else []
            markers += [f"python_version < '{pythons[end]}'"] if end else []
            if releases[start] is not None:
                lines.append("; ".join(filter(None, (f"{name}=={releases[start]}", " and ".join(markers)))))
    return lines


def resolve(python: Path, constraints: Sequence[str]) -> Versions:
    """Let pip choose the releases for an interpreter; pip installs nothing."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    with tempfile.TemporaryDirectory() as folder:
        report, fixed = Path(folder) / "report.json", Path(folder) / "fixed.txt"
        fixed.write_text("\n".join(constraints))
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", report]
        subprocess.run(
            [*command, "--constraint", fixed, f"{ROOT}[test]", *build], check=True, stderr=subprocess.DEVNULL
        )
        installed = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    versions = {canonicalize_name(entry["name"]): entry["version"] for entry in installed}
    del versions["tinyml-studio"]
    return versions


def main() -> None:
    """Write both files of constraints."""
    pythons = find_interpreters()
    print("Resolving for Python", ", ".join(pythons))
    lower_bounds = [
        f"{requirement.name}=={oldest(requirement)}" + (f"; {requirement.marker}" if requirement.marker else "")
        for requirement in direct_requirements()
    ]
    for path, constraints, words in (
        (NEWEST, [], "The releases that `make` installs: the newest ones that pyproject.toml allows."),
        (OLDEST, lower_bounds, "The oldest releases that pyproject.toml allows, for `make test-oldest`."),
    ):
        found = {version: resolve(python, constraints) for version, python in pythons.items()}
        path.write_text("\n".join([f"# {words}", "# Written by `make constraints`.", *pins(found), ""]))
        print(f"Wrote {re.sub('^.*/', '', str(path))}")


if __name__ == "__main__":
    sys.exit(main())

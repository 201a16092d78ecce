"""Put each fault into a copy of the program and find the test that fails: `python -m tests.mutations`.

It prints one line for each fault. The exit status is 1 if no test finds a fault.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutations.faults import FAULTS, ROOT, Fault

COPIED = ("tinyml", "app", "main.py", "tests", "resources", "pyproject.toml")
FAILED_TEST = re.compile(r"^FAILED (\S+)", re.MULTILINE)


def run_tests(copy: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy until the first one fails; they import the code of the copy."""
    # PYTHONPATH puts the copy before an installed tinyml. Compiled files of an old source would hide the fault.
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def find(copy: Path, fault: Fault) -> str:
    """Return the name of the test that finds a fault; an empty string if no test finds it."""
    path = copy / fault.file
    source = path.read_text(encoding="utf-8")
    path.write_text(fault.apply(source), encoding="utf-8")
    try:
        result = run_tests(copy, fault.tests)
    finally:
        path.write_text(source, encoding="utf-8")
    if result.returncode == 0:
        return ""
    failed = FAILED_TEST.search(result.stdout)
    if result.returncode != 1 or failed is None:
        sys.exit(f"The tests could not run with the fault in {fault.file}:\n{result.stdout}\n{result.stderr}")
    return failed.group(1).removeprefix("tests/")


def main() -> int:
    """Try all faults and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy / name)
        needed = tuple(sorted({test for fault in FAULTS for test in fault.tests}))
        healthy = run_tests(copy, needed)
        if healthy.returncode != 0:
            sys.exit(f"The tests fail without a fault:\n{healthy.stdout}\n{healthy.stderr}")
        print("| fault | file | found by |\n|---|---|---|", flush=True)
        survivors = 0
        for fault in FAULTS:
            test = find(copy, fault)
            survivors += not test
            found = f"`{test}`" if test else "**no test**"
            print(f"| {fault.what}: `{fault.before}` → `{fault.after}` | `{fault.file}` | {found} |", flush=True)
    print(f"\n{len(FAULTS) - survivors} of {len(FAULTS)} faults were found.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())

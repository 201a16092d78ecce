"""Missing libraries are named before Qt would abort the process."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.shell import system_libraries
from app.shell.system_libraries import find_library_obstacle, find_obstacle, missing_libraries
from tests.e2e.requirements import why_no_window

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="on other systems, Qt brings all its libraries")


@pytest.fixture
def without(monkeypatch):
    """Return a function that makes libraries seem to be missing, also to the Qt files that need them."""

    def remove(needed_by, *libraries):
        real = system_libraries._load

        def load(library):
            absent = [name for name in libraries if name == library or library.endswith(needed_by)]
            problem = f"{absent[0]}: cannot open shared object file: No such file or directory" if absent else ""
            return problem or real(library)

        monkeypatch.setattr(system_libraries, "_load", load)

    return remove


@pytest.fixture
def screen(monkeypatch):
    """Return a function that sets the variables of the display. At first, none is set."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    def choose(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return choose


def test_without_a_display_the_sentence_names_the_tour(screen):
    sentence = find_obstacle()
    assert "There is no display" in sentence
    assert "tinyml-studio --tour FOLDER" in sentence
    assert "the command line `tinyml`" in sentence


def test_a_platform_that_needs_no_display_is_no_obstacle(screen):
    screen(QT_QPA_PLATFORM="offscreen")
    assert find_obstacle() == ""


def test_all_missing_libraries_of_the_window_are_named_with_their_packages(screen, without):
    screen(DISPLAY=":0")
    without("libqxcb.so", "libxcb-icccm.so.4", "libxcb-keysyms.so.1")
    sentence = find_obstacle()
    assert sentence.startswith(
        "Qt cannot open a window: the system libraries libxcb-icccm.so.4, libxcb-keysyms.so.1 are missing; "
        "on Debian or Ubuntu: sudo apt-get install libxcb-icccm4 libxcb-keysyms1."
    )
    assert "tinyml-studio --tour FOLDER" in sentence
    # The tour needs none of them.
    screen(QT_QPA_PLATFORM="offscreen")
    assert find_obstacle() == ""


def test_a_missing_library_of_qt_itself_leaves_the_command_line(screen, without):
    screen(QT_QPA_PLATFORM="offscreen")
    without("libQt6Gui.so.6", "libEGL.so.1")
    sentence = find_obstacle()
    assert sentence == find_library_obstacle()
    assert sentence == (
        "Qt cannot start: the system library libEGL.so.1 is missing; on Debian or Ubuntu: sudo apt-get install "
        "libegl1. Meanwhile the command line `tinyml` works without Qt."
    )


def test_a_library_whose_package_is_not_known_is_named_alone(screen, without):
    without("libQt6Core.so.6", "libnew.so.7")
    assert missing_libraries() == ["libnew.so.7"]
    assert "the system library libnew.so.7 is missing. Meanwhile" in find_library_obstacle()


def test_a_broken_window_system_is_no_obstacle_if_another_works(screen, monkeypatch):
    screen(DISPLAY=":0", WAYLAND_DISPLAY="wayland-0")
    monkeypatch.setattr(system_libraries, "_obstacle_of", lambda platform: "broken." if platform == "wayland" else "")
    assert find_obstacle() == ""
    monkeypatch.setattr(system_libraries, "_obstacle_of", lambda platform: f"{platform} is broken.")
    assert find_obstacle().startswith("Qt cannot open a window: xcb is broken.")


def test_the_package_of_every_library_that_qt_needs_is_known():
    """The table has all libraries of the X11 plugin, except those that every system has."""
    readelf = shutil.which("readelf")
    folder = system_libraries._qt_folder()
    if readelf is None or folder is None:
        pytest.skip("needs readelf, and PySide6 from PyPI")
    files = [folder / "plugins" / "platforms" / "libqxcb.so", *(folder / "lib").glob("libQt6XcbQpa.so.6")]
    needed = set()
    for file in files:
        lines = subprocess.run([readelf, "-d", file], capture_output=True, text=True, check=True).stdout.splitlines()
        needed |= {line.split("[")[1].rstrip("]") for line in lines if "(NEEDED)" in line}
    base = ("libQt6", "libc.", "libstdc++", "libgcc", "libm.", "libpthread", "libdl", "ld-linux", "libX11", "libxcb.so")
    # Packages that the named ones depend on contain these libraries.
    carried = ("libxcb-shm", "libxcb-render.so", "libX11-xcb", "libSM", "libICE", "libgthread", "libxcb-util")
    assert {library for library in needed if not library.startswith(base + carried)} <= set(system_libraries.PACKAGES)


def run_studio(tmp_path, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, str(ROOT / "main.py"), "--settings", str(tmp_path / "settings.ini")]
    return subprocess.run(
        command, env=environment | variables, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.mark.parametrize(
    ("variables", "words"),
    [({}, "There is no display"), ({"DISPLAY": ":4711"}, "Qt cannot open a window: ")],
    ids=["no display", "a display that does not answer"],
)
def test_the_program_names_the_obstacle_and_ends_without_a_core_dump(tmp_path, variables, words):
    done = run_studio(tmp_path, **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"tinyml-studio: {words}")
    assert done.stderr.count("\n") == 1
    assert "--tour FOLDER" in done.stderr


def test_the_check_loads_no_python_module_of_qt():
    code = "import sys; from app.shell.system_libraries import *; find_obstacle(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"PySide6", "shiboken6", "numpy"} & set(done.stdout.split())


def test_the_end_to_end_tests_name_missing_programs_and_libraries(monkeypatch, without):
    without("libqxcb.so", "libxcb-icccm.so.4")
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "xdotool" else f"/usr/bin/{program}")
    assert why_no_window() == (
        "not installed: xdotool, libxcb-icccm.so.4 (on Debian or Ubuntu: apt-get install xdotool libxcb-icccm4)"
    )


def test_without_qt_the_tests_of_the_window_are_skipped_with_the_reason(tmp_path):
    code = """
import sys
import pytest
from app.shell import system_libraries
system_libraries.find_library_obstacle = lambda: "libEGL is missing."
sys.modules["PySide6"] = None
options = ["-q", "-k", "main_imports", "-p", "no:cacheprovider", "--basetemp", sys.argv[1]]
sys.exit(pytest.main(["tests", *options]))
"""
    # With a folder of its own, it does not delete those of tests that run meanwhile.
    command = [sys.executable, "-c", code, str(tmp_path / "inner")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED tests/app, tests/e2e: libEGL is missing." in done.stdout
    assert " passed" in done.stdout

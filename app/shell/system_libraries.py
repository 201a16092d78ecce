"""Checks which system libraries Qt needs, and says which are missing. Qt itself would abort the process.

This module imports the standard library only.
"""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
"""The Debian or Ubuntu package of each system library that Qt needs."""
FONT_PACKAGE = "fonts-dejavu-core"
"""Without a font, Qt shows text as boxes."""

_QT_LIBRARIES = ("libQt6Core.so.6", "libQt6Gui.so.6", "libQt6Widgets.so.6")
_PLATFORM_VARIABLES = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
_LIBRARIES_OF = {"wayland": "libwayland", "xcb": "libxcb"}
"""Prefix of the libraries that only this window system needs."""
_TOUR = "`tinyml-studio --tour FOLDER` takes a guided tour without a display and saves pictures"
_COMMAND_LINE = "the command line `tinyml` works without Qt"


def find_obstacle() -> str:
    """Return one or two sentences that say why Qt cannot start and what to do; empty if it can start.

    On systems other than Linux, Qt brings all its libraries.
    """
    if sys.platform != "linux":
        return ""
    obstacle = find_library_obstacle()
    if obstacle:
        return obstacle
    platforms = _platforms()
    if not platforms:
        return (
            "There is no display for a window: neither DISPLAY nor WAYLAND_DISPLAY is set. "
            f"But {_TOUR}, and {_COMMAND_LINE}."
        )
    # Qt tries the platforms one after the other.
    obstacles = [_obstacle_of(platform) for platform in platforms]
    return f"Qt cannot open a window: {obstacles[-1]} Meanwhile {_TOUR}." if all(obstacles) else ""


def find_library_obstacle() -> str:
    """Return one sentence that says why Qt cannot be loaded, even without a window; empty if it can."""
    missing = missing_libraries()
    return f"Qt cannot start: {_describe_missing(missing)} Meanwhile {_COMMAND_LINE}." if missing else ""


def _obstacle_of(platform: str) -> str:
    missing = missing_libraries(platform)
    if missing:
        return _describe_missing(missing)
    if platform == "xcb" and not _x_server_answers():
        return f"the display '{os.environ.get('DISPLAY', '')}' from DISPLAY does not answer."
    return ""


def missing_libraries(platform: str = "") -> list[str]:
    """Return the system libraries that Qt needs but cannot load.

    Arguments:
        platform: Qt's name of a window system, such as "xcb" for X11, to check the libraries of its plugin too. If it
            is empty, only Qt itself is checked.
    """
    folder = _qt_folder()
    if folder is None or sys.platform != "linux":
        return []
    # Each library comes after those that it needs, so that the loader names what the system lacks.
    files = [folder / "lib" / name for name in _QT_LIBRARIES]
    if platform:
        files += sorted((folder / "plugins" / "platforms").glob(f"libq{platform}*.so"))[-1:]
    problem = next(filter(None, map(_load, map(str, files))), "")
    if not problem:
        return []
    # The loader names only the first missing library.
    named = problem.split(":")[0]
    return [named, *(library for library in libraries_for(platform) if library != named and _load(library))]


def libraries_for(platform: str) -> list[str]:
    """Return the libraries in `PACKAGES` that Qt needs.

    Arguments:
        platform: Qt's name of a window system; empty for Qt without a window.
    """
    unneeded = tuple(prefix for name, prefix in _LIBRARIES_OF.items() if name != platform)
    return [library for library in PACKAGES if not library.startswith(unneeded)]


def _describe_missing(libraries: list[str]) -> str:
    several = len(libraries) > 1
    names = f"the system {'libraries' if several else 'library'} {', '.join(libraries)} {'are' if several else 'is'}"
    packages = " ".join(PACKAGES[library] for library in libraries if library in PACKAGES)
    remedy = f"; on Debian or Ubuntu: sudo apt-get install {packages}" if packages else ""
    return f"{names} missing{remedy}."


def _platforms() -> list[str]:
    """Return the platform plugins that Qt will try; empty without a display."""
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if chosen:
        return [part.split(":")[0] for part in chosen.split(";")]
    return [platform for platform, variable in _PLATFORM_VARIABLES.items() if os.environ.get(variable)]


def _qt_folder() -> Path | None:
    """Return the folder of the Qt that PySide6 contains; None if PySide6 uses the Qt of the system."""
    found = importlib.util.find_spec("PySide6")
    places = found.submodule_search_locations if found is not None else None
    folders = (Path(place) / "Qt" for place in places or ())
    return next(filter(Path.is_dir, folders), None)


def _load(library: str) -> str:
    """Load a shared library. Return the loader's error message, or an empty text."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return ""


def _x_server_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers

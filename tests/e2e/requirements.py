"""Programs and libraries for a real window on a virtual screen. Run as a module, it prints their Debian packages."""

import shutil
import sys

from app.shell.system_libraries import FONT_PACKAGE, PACKAGES, libraries_for, missing_libraries

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "openbox": "openbox"}
"""Debian package of each program."""


def why_no_window() -> str:
    """Return a sentence with the missing programs and their packages; an empty string if nothing is missing."""
    if sys.platform != "linux":
        return "a virtual screen needs Linux"
    missing = {program: package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    missing |= {library: PACKAGES.get(library, "") for library in missing_libraries("xcb")}
    if not missing:
        return ""
    packages = " ".join(filter(None, missing.values()))
    return f"not installed: {', '.join(missing)} (on Debian or Ubuntu: apt-get install {packages})"


if __name__ == "__main__":
    print(*(PACKAGES[library] for library in libraries_for("xcb")), FONT_PACKAGE, *PROGRAMS.values())

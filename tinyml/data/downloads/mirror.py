"""A mirror that a school runs itself: a folder of a web server that holds the published files."""

import os
from urllib.parse import urlsplit

from tinyml.core import SettingsError

MIRROR_VARIABLE = "TINYML_MIRROR"
"""Environment variable with the address of a school's own mirror."""
_EXAMPLE = "https://school.example/data"


def school_mirror(setting: str = "") -> str:
    """Return the address of the school's own mirror, with a "/" at its end; empty if there is none.

    The mirror holds a folder for each set, for example `mnist/train-images-idx3-ubyte.gz` below the address.

    Arguments:
        setting: the address that the user chose in the window; empty to read the environment variable TINYML_MIRROR.

    Raises `SettingsError` when it is no address of a web server.

    >>> school_mirror("https://school.example/data")
    'https://school.example/data/'
    """
    if setting.strip():
        return check_mirror(setting, "The mirror")
    return check_mirror(os.environ.get(MIRROR_VARIABLE, ""), MIRROR_VARIABLE)


def check_mirror(address: str, what: str = "The mirror") -> str:
    """Return an address with a "/" at its end; an empty text stays empty.

    Arguments:
        address: what the user typed.
        what: name of the setting, for the error message.

    Raises `SettingsError` when it is no address of a web server.

    >>> check_mirror("school.example")
    Traceback (most recent call last):
    tinyml.core.errors.SettingsError: The mirror is 'school.example' but should be an address such as https://...
    """
    text = address.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        # Reading the port checks it.
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text:
        raise SettingsError(f"{what} is {text!r} but should be an address such as {_EXAMPLE}.")
    return text.rstrip("/") + "/"

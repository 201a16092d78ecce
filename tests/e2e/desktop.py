"""A virtual desktop with a window manager, a mouse and a keyboard."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_WAIT = 150.0
"""Seconds. A wait ends as soon as its condition holds. A busy machine may need this long."""


def wait_for(condition: Callable[[], Any], what: str, pause: float = 0.05) -> Any:
    """Call `condition` until it returns something true, and return that. After `LONGEST_WAIT`, fail and name `what`."""
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {LONGEST_WAIT:g} s for {what}, which did not come")
        time.sleep(pause)


class Desktop:
    """An X server without a screen, with openbox as its window manager. Use it in a `with` statement.

    Arguments:
        folder: the home folder of the server, the window manager and the programs.
        size: width and height of the screen in pixels.
    """

    def __init__(self, folder: Path, size: tuple[int, int] = (1600, 1000)) -> None:
        self._folder, self._size = folder, size
        self._processes: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "Desktop":
        try:
            self._start_server()
            self._start_window_manager()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the window manager and the server."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    @property
    def process_ids(self) -> list[int]:
        """The process ids of the server and of the window manager."""
        return [process.pid for process in self._processes]

    def xdotool(self, *arguments: object, check: bool = True) -> str:
        """Run xdotool and return what it prints."""
        command = ["xdotool", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=LONGEST_WAIT)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def windows(self, name: str) -> list[str]:
        """Return the ids of the visible windows whose title matches the regular expression `name`."""
        return self.xdotool("search", "--onlyvisible", "--name", name, check=False).split()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other: "F5", "shift+F5", "Return"."""
        for key in keys:
            self.xdotool("key", key)

    def type(self, text: str) -> None:
        """Type a text, as fast as a hand that hurries."""
        self.xdotool("type", "--delay", "15", text)

    def click(self, x: float, y: float, button: int = 1) -> None:
        """Move the mouse to a point of the screen and click."""
        self.move(x, y)
        self.xdotool("click", button)

    def turn_wheel(self, steps: int) -> None:
        """Turn the wheel at the place of the mouse; `steps` is positive for up."""
        self.xdotool("click", "--repeat", abs(steps), "--delay", "10", 4 if steps > 0 else 5)

    def move(self, x: float, y: float) -> None:
        """Move the mouse to a point of the screen."""
        self.xdotool("mousemove", round(x), round(y))

    def press_mouse(self, button: int = 1) -> None:
        """Press a button of the mouse and keep it down: 1 is the left one, 2 the middle one."""
        self.xdotool("mousedown", button)

    def release_mouse(self, button: int = 1) -> None:
        """Release a button of the mouse."""
        self.xdotool("mouseup", button)

    def drag(self, start: tuple[float, float], end: tuple[float, float], button: int = 1) -> None:
        """Press a button at a point, move the mouse to another point, and release the button."""
        self.move(*start)
        self.press_mouse(button)
        self.glide(start, end)
        self.release_mouse(button)

    @contextmanager
    def holding(self, key: str) -> Iterator[None]:
        """Hold a key while the block of the `with` statement runs."""
        self.xdotool("keydown", key)
        try:
            yield
        finally:
            self.xdotool("keyup", key)

    def glide(self, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
        """Move the mouse from one point to another in steps, as a hand does."""
        for step in range(1, steps + 1):
            share = step / steps
            self.move(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            time.sleep(0.02)

    def _start_server(self) -> None:
        width, height = self._size
        reading, writing = os.pipe()
        # The server finds a free display number itself and reports it, so two servers never choose the same one.
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        with (self._folder / "xvfb.log").open("wb") as log:
            process = subprocess.Popen([*command, "-noreset"], pass_fds=(writing,), stdout=log, stderr=log)
        self._processes.append(process)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise AssertionError(f"Xvfb did not start: {(self._folder / 'xvfb.log').read_text()}")
        self.environment = self._make_environment(f":{number}")

    def _make_environment(self, display: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        home = self._folder / "home"
        runtime = self._folder / "runtime"
        home.mkdir()
        runtime.mkdir(mode=0o700)
        return {
            **kept,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONUNBUFFERED": "1",
        }

    def _start_window_manager(self) -> None:
        with (self._folder / "openbox.log").open("wb") as log:
            command = ["openbox", "--sm-disable"]
            self._processes.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))
        # This command succeeds only when a window manager runs.
        wait_for(lambda: self.xdotool("get_num_desktops", check=False), "the window manager")

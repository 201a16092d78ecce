"""The mirror of a school is a setting of the window, and downloads end with the window."""

import subprocess
import sys
import threading

from tests.tinyml.data.downloads.file_server import serve_files
from tests.tinyml.data.public.tiny_sets import put_tiny_sets


def test_the_mirror_is_kept_for_the_next_start(make_window) -> None:
    first = make_window()
    assert first.data_page.downloads.mirror == ""
    first.data_page.downloads.set_mirror("https://school.example/data/")
    assert make_window().data_page.downloads.mirror == "https://school.example/data/"


def test_closing_the_window_stops_a_download(qtbot, make_window, monkeypatch, tmp_path) -> None:
    with serve_files(stall_after=60_000) as server:
        put_tiny_sets(monkeypatch, server, tmp_path / "cache")
        window = make_window()
        window.data_page.downloads.start("cifar-10")
        qtbot.waitUntil(lambda: window.data_page.downloads.states["cifar-10"].received > 40_000)
        window.close()
        qtbot.waitUntil(lambda: all(thread.name != "tinyml_download" for thread in threading.enumerate()))
        assert [path.suffix for path in (tmp_path / "cache" / "cifar-10").iterdir()] == [".part"]


def test_the_start_of_the_window_imports_no_library_for_downloads() -> None:
    code = (
        "import sys, app.shell.main_window; print({'pooch', 'requests', 'urllib3', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

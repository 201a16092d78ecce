"""A web server on this machine for the tests of downloads. It can misbehave as servers on the internet do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class FileServer:
    """Serves files from memory.

    Attributes:
        files: content by path, such as "/mnist/a.gz".
        ranges: False to ignore the header Range.
        cut_after: bytes after which an answer is cut; None to send everything.
        stall_after: bytes after which nothing more comes until `release` is set.
        without_length: True to leave out the header Content-Length.
        headers: more headers of each answer.
        requests: path and Range of each request.
        on_chunk: called before each chunk is sent.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    cut_after: int | None = None
    stall_after: int | None = None
    without_length: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    release: Event = field(default_factory=Event)
    on_chunk: Callable[[], None] = lambda: None
    address: str = ""

    def folder(self, name: str = "") -> str:
        """Return the address of a folder on this server."""
        return f"{self.address}/{name}/" if name else f"{self.address}/"


def answer(handler: BaseHTTPRequestHandler, server: FileServer) -> None:
    wanted = handler.headers.get("Range", "")
    server.requests.append((handler.path, wanted))
    content = server.files.get(handler.path)
    if content is None:
        handler.send_error(404)
        return
    start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges else 0
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    if not server.without_length:
        handler.send_header("Content-Length", str(len(content) - start))
    for name, value in server.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    rest = content[start:]
    sent = rest[: server.cut_after] if server.cut_after is not None else rest
    with suppress(OSError):  # the client has gone
        for first in range(0, len(sent), 1000):
            if server.stall_after is not None and start + first >= server.stall_after:
                handler.wfile.flush()
                server.release.wait(60)
            server.on_chunk()
            handler.wfile.write(sent[first : first + 1000])
        handler.wfile.flush()


@contextmanager
def serve_files(**settings: object) -> Iterator[FileServer]:
    """Run a server on a free port of 127.0.0.1; its settings may be changed while it runs."""
    server = FileServer(**settings)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, server)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.address = f"http://127.0.0.1:{http.server_address[1]}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            http.shutdown()
            thread.join()

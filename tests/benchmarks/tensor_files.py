"""Measure how files of tensors are listed and summarised: seconds, processor time and peak memory.

Run `python -m tests.benchmarks.tensor_files` from the root of the repository. It makes files of 3 GB (`--gigabytes`)
and of 50 000 tensors in a temporary folder (`--folder`), and reads each in a new process. It asserts nothing.
"""

import argparse
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.tinyml.storage.tensor_sources import onnx_bytes

ROOT = Path(__file__).parents[2]
_TENSORS = 24
_MANY = 50_000
_PATTERN = np.random.default_rng(0).normal(size=2**20).astype("<f4")
_ACTIONS = ("list", "picture", "statistics", "compare")


def main() -> None:
    """Make the files, measure each in a new process, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.tensor_files", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=3.0, help="size of the large files (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where the files are made; they are deleted at the end")
    parser.add_argument("--only", nargs="+", choices=tuple(_makers()), default=tuple(_makers()), metavar="FILE")
    parser.add_argument("--actions", nargs="+", choices=_ACTIONS, default=("list", "picture"), metavar="ACTION")
    parser.add_argument("--markdown", action="store_true", help="print the table as in README.md")
    parser.add_argument("--measure", nargs=2, metavar=("ACTION", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(*options.measure)))
        return
    rows = []
    print(f"load of the machine: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for name in options.only:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = _makers()[name](Path(folder), int(options.gigabytes * 1e9))
            for action in options.actions:
                found = _in_new_process(action, path)
                rows.append(
                    (
                        name,
                        action,
                        f"{found['seconds']:.2f} s",
                        f"{found['processor']:.2f} s",
                        f"{found['memory'] / 1e6:.0f} MB",
                        f"{(found['memory'] - found['before']) / 1e6:.0f} MB",
                    )
                )
    table = Table(
        "Files of tensors", ("file", "action", "time", "processor", "peak memory", "of this, for the file"), tuple(rows)
    )
    print((as_markdown if options.markdown else as_text)(table))


def _in_new_process(action: str, path: Path) -> dict[str, float]:
    print(f"  {action} {path.name}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.benchmarks.tensor_files", "--measure", action, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(action: str, path: str) -> dict[str, float]:
    """Do something with a file; return the seconds and the memory of the process."""
    from tinyml.storage import compare_files, open_tensors, read_header, summarise_tensors

    def picture() -> None:
        # Of the largest tensor, as many numbers as the window shows.
        with open_tensors(path) as file:
            largest = max(file.header.tensors, key=lambda tensor: tensor.count)
            file.read_range(largest.name, 0, min(largest.count, 2048 * 2048))

    actions: dict[str, Callable[[], object]] = {
        "list": lambda: read_header(path),
        "picture": picture,
        "statistics": lambda: [None for _ in summarise_tensors(path)],
        "compare": lambda: [None for _ in compare_files(path, path)],
    }
    before = _peak()
    started, processor = time.perf_counter(), time.process_time()
    actions[action]()
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    return {"seconds": seconds, "processor": processor, "memory": _peak(), "before": before}


def _peak() -> float:
    """Return the peak memory of the process in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _makers() -> dict[str, Callable[[Path, int], Path]]:
    """Return functions that make a file in a folder, by the name of the file; they get the size in bytes."""
    return {
        "safetensors": _make_safetensors,
        "shards": _make_shards,
        "npz": lambda folder, size: _make_npz(folder / "a.npz", size, zipfile.ZIP_STORED),
        "npz, compressed": lambda folder, size: _make_npz(folder / "a.npz", size // 10, zipfile.ZIP_DEFLATED),
        "npy": _make_npy,
        "npy, Fortran": lambda folder, size: _make_npy(folder, size // 10, fortran=True),
        "onnx": lambda folder, size: _make_onnx(folder, min(size, 2 * 10**9)),
        "onnx, data beside": _make_onnx_beside,
        f"{_MANY} tensors": lambda folder, _size: _make_many(folder),
        f"{_MANY} in onnx": lambda folder, _size: _make_many_onnx(folder),
    }


def _values(file: object, count: int) -> None:
    """Write `count` numbers of float32."""
    while count > 0:
        part = _PATTERN[: min(count, _PATTERN.size)]
        file.write(part.tobytes())  # type: ignore[attr-defined]
        count -= part.size


def _write_safetensors(path: Path, names: list[str], rows: int) -> None:
    size = rows * 1024 * 4
    header = {
        name: {"dtype": "F32", "shape": [rows, 1024], "data_offsets": [size * place, size * (place + 1)]}
        for place, name in enumerate(names)
    }
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        _values(file, rows * 1024 * len(names))


def _make_safetensors(folder: Path, size: int) -> Path:
    names = [f"layers.{number}.weight" for number in range(_TENSORS)]
    _write_safetensors(folder / "a.safetensors", names, size // 4096 // _TENSORS)
    return folder / "a.safetensors"


def _make_shards(folder: Path, size: int) -> Path:
    weight_map = {}
    for shard in range(4):
        name = f"model-{shard + 1:05}-of-00004.safetensors"
        names = [f"layers.{shard}.{number}.weight" for number in range(_TENSORS // 4)]
        _write_safetensors(folder / name, names, size // 4096 // _TENSORS)
        weight_map |= dict.fromkeys(names, name)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return index


def _npy_start(shape: tuple[int, ...], fortran: bool = False) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


def _make_npz(path: Path, size: int, compression: int) -> Path:
    rows = size // 4096 // _TENSORS
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as archive:
        for number in range(_TENSORS):
            with archive.open(f"layers.{number}.weight.npy", "w", force_zip64=True) as file:
                file.write(_npy_start((rows, 1024)))
                _values(file, rows * 1024)
    return path


def _make_npy(folder: Path, size: int, fortran: bool = False) -> Path:
    rows = size // 4096
    with (folder / "a.npy").open("wb") as file:
        file.write(_npy_start((rows, 1024), fortran))
        _values(file, rows * 1024)
    return folder / "a.npy"


def _make_onnx(folder: Path, size: int) -> Path:
    rows = size // 4096 // _TENSORS
    bytes_each = rows * 4096
    starts = []
    for number in range(_TENSORS):
        start = onnx_bytes.tensor(f"layers.{number}.weight", 1, (rows, 1024))
        start += onnx_bytes.varint(9 << 3 | 2) + onnx_bytes.varint(bytes_each)
        starts.append(onnx_bytes.varint(5 << 3 | 2) + onnx_bytes.varint(len(start) + bytes_each) + start)
    with (folder / "a.onnx").open("wb") as file:
        length = sum(map(len, starts)) + bytes_each * _TENSORS
        file.write(onnx_bytes.number(1, 9) + onnx_bytes.varint(7 << 3 | 2) + onnx_bytes.varint(length))
        for start in starts:
            file.write(start)
            _values(file, rows * 1024)
    return folder / "a.onnx"


def _make_onnx_beside(folder: Path, size: int) -> Path:
    rows = size // 4096 // _TENSORS
    tensors = tuple(
        onnx_bytes.outside_tensor(
            f"layers.{number}.weight",
            (rows, 1024),
            location="a.data",
            offset=str(number * rows * 4096),
            length=str(rows * 4096),
        )
        for number in range(_TENSORS)
    )
    with (folder / "a.data").open("wb") as file:
        _values(file, rows * 1024 * _TENSORS)
    (folder / "a.onnx").write_bytes(onnx_bytes.model(tensors))
    return folder / "a.onnx"


def _make_many(folder: Path) -> Path:
    header = {
        f"model.layers.{place // 10}.part_{place % 10}.weight": {
            "dtype": "F32",
            "shape": [4, 4],
            "data_offsets": [64 * place, 64 * (place + 1)],
        }
        for place in range(_MANY)
    }
    text = json.dumps(header).encode()
    with (folder / "many.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        _values(file, 16 * _MANY)
    return folder / "many.safetensors"


def _make_many_onnx(folder: Path) -> Path:
    array = np.ones((4, 4), np.float32)
    tensors = tuple(onnx_bytes.raw_tensor(f"model.layers.{place}.weight", array) for place in range(_MANY))
    (folder / "many.onnx").write_bytes(onnx_bytes.model(tensors))
    return folder / "many.onnx"


if __name__ == "__main__":
    main()

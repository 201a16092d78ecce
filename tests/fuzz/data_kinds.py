"""The kinds of data files that the fuzzer damages: tables, arrays, images in folders, and tables of labels."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.fuzz import damage, table_damage
from tests.fuzz.kind import Kind
from tests.fuzz.tensor_kinds import TENSOR_READERS
from tinyml.data import describe, load

_FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "bmp": "BMP", "webp": "WEBP", "tiff": "TIFF"}
_TABLE_DAMAGE: tuple[damage.Bytes, ...] = (
    *[table_damage.damage_fields] * 4,
    *[table_damage.damage_rows] * 4,
    *[table_damage.damage_marks] * 2,
    *[table_damage.damage_encoding] * 2,
    *damage.ANYWHERE,
)
_ARRAY_DAMAGE: tuple[damage.Bytes, ...] = (*[table_damage.damage_npy] * 6, table_damage.grow_array, *damage.ANYWHERE)
_ARCHIVE_DAMAGE: tuple[damage.Bytes, ...] = (
    *[table_damage.in_archive(table_damage.damage_npy)] * 5,
    table_damage.in_archive(table_damage.grow_array),
    *map(table_damage.in_archive, (damage.cut, damage.extend, damage.flip_bits)),
    *[table_damage.damage_directory] * 4,
    *damage.ANYWHERE,
)


def data_kinds() -> dict[str, Kind]:
    """Return the kinds by name."""
    labels = b"file;label\nimages/0.png;cat\nimages/1.png;\xd9\x82\xd8\xb7\xd8\xa9\n"
    labelled = {f"set/images/{number}.png": _picture("PNG", number) for number in range(2)}
    return {
        "csv": Kind("a.csv", _tables(), _TABLE_DAMAGE, _FILE_READERS),
        "tsv": Kind("a.tsv", tuple(_as_tsv(table) for table in _tables()), _TABLE_DAMAGE, _FILE_READERS),
        "txt": Kind("a.txt", tuple(_as_tsv(table) for table in _tables()), _TABLE_DAMAGE, _FILE_READERS),
        "npz": Kind("a.npz", _archives(), _ARCHIVE_DAMAGE, {**_FILE_READERS, **TENSOR_READERS}),
        "npy": Kind(
            "x.npy", _arrays(), _ARRAY_DAMAGE, {**_FILE_READERS, **TENSOR_READERS}, {"y.npy": _npy(np.arange(8) % 2)}
        ),
        "npy of labels": Kind("y.npy", (_npy(np.arange(8) % 2),), _ARRAY_DAMAGE, _BESIDE, {"x.npy": _arrays()[0]}),
        "table of labels": Kind("set/labels.csv", (labels,), _TABLE_DAMAGE, _SET_READERS, labelled),
        **{
            f"image folder, {suffix}": Kind(
                f"set/cat/0.{suffix}",
                tuple(_picture(format_name, number) for number in range(4)),
                damage.ANYWHERE,
                _SET_READERS,
                {"set/cat/1.png": _picture("PNG", 0), "set/dog/2.png": _picture("PNG", 1)},
            )
            for suffix, format_name in _FORMATS.items()
        },
    }


def _reads(place: Callable[[Path], Path]) -> dict[str, Callable[[Path], object]]:
    return {
        "describe": lambda path: describe(str(place(path))),
        "load": lambda path: load(str(place(path))),
    }


def _set_of(path: Path) -> Path:
    """Return the folder "set" that holds a file."""
    return next(folder for folder in path.parents if folder.name == "set")


_FILE_READERS = _reads(lambda path: path)
_BESIDE = _reads(lambda path: path.with_name("x.npy"))
_SET_READERS = _reads(_set_of)


def _tables() -> tuple[bytes, ...]:
    rows = [
        (f"{index / 7:.3f}", index % 5, ("red", "blue", "")[index % 3], ("a", "b")[index % 2]) for index in range(40)
    ]
    lines = [",".join(map(str, row)) for row in rows]
    quoted = [f'{index},"name, {index}","{index},5",{index % 3}' for index in range(40)]
    return (
        "\n".join(["size,count,colour,class", *lines]).encode(),
        "\r\n".join(lines).encode(),
        "\n".join(["id,名前,area,نوع", *quoted, ""]).encode(),
        "\n".join(line.replace(".", "~").replace(",", ";").replace("~", ",") for line in lines).encode(),
    )


def _as_tsv(table: bytes) -> bytes:
    return table.replace(b",", b"\t")


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _arrays() -> tuple[bytes, ...]:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, 5, 4), dtype=np.uint8)
    return (
        _npy(images),
        _npy(rng.normal(size=(8, 3))),
        _npy(np.asfortranarray(rng.normal(size=(8, 3)))),
        _npy(images[0]),
    )


def _archives() -> tuple[bytes, ...]:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (9, 5, 4, 3), dtype=np.uint8), np.arange(9) % 3
    packed = []
    for arrays in (
        {"x_train": images, "y_train": labels, "x_test": images[:4], "y_test": labels[:4]},
        {"X": rng.normal(size=(9, 3)), "y": rng.normal(size=9)},
        {"data": images, "target": np.eye(3)[labels], "target_names": np.array(["a", "b", "c"])},
    ):
        file = io.BytesIO()
        (np.savez if len(packed) % 2 else np.savez_compressed)(file, **arrays)
        packed.append(file.getvalue())
    return tuple(packed)


def _picture(format_name: str, number: int) -> bytes:
    """Draw a small picture in one of four modes."""
    image = Image.new("RGB", (12, 9), (40 * number, 90, 200))
    ImageDraw.Draw(image).ellipse((2, 2, 9, 7), fill=(250, 30, 60))
    if format_name in ("PNG", "TIFF", "WEBP") and number == 1:
        image.putalpha(120)
    if format_name in ("PNG", "TIFF", "GIF", "BMP") and number == 2:
        image = image.convert("P")
    if number == 3 and format_name != "WEBP":
        image = image.convert("L")
    file = io.BytesIO()
    image.save(file, format_name)
    return file.getvalue()

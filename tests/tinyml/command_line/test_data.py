"""`tinyml data`: what it says of images and tables; broken images; the cache of downloads; the contact sheet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.data.downloads.file_server import serve_files
from tests.tinyml.data.public.tiny_sets import put_tiny_sets
from tinyml.command_line import main
from tinyml.core.threads import set_thread_count, thread_count


@pytest.fixture(autouse=True)
def _thread_count_afterwards() -> Iterator[None]:
    before = thread_count()
    yield
    set_thread_count(before)


def last_line(output: str) -> dict[str, Any]:
    result = json.loads(output.splitlines()[-1])
    assert isinstance(result, dict)
    return result


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three classes with names in three scripts; one image is in two classes."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "photos"
    for label, name in enumerate(("dog", "猫", "قطة")):
        (folder / name).mkdir(parents=True)
        for number in range(10 - 2 * label):
            pixels = rng.integers(0, 256 - 50 * label, (20 + number, 24, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    (folder / "猫" / "copy.png").write_bytes((folder / "dog" / "0.png").read_bytes())
    return folder


def test_a_folder_of_images_is_described(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", str(photos), "--preprocess", "size=16x20", "--split", "test=0.4", "--split", "seed=3"]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    result = last_line(output.out)
    assert (result["shape"], result["format"]) == ([3, 16, 20], "Image folder")
    assert result["classes"].keys() == {"dog", "猫", "قطة"}
    assert {name: sum(counts.values()) for name, counts in result["classes"].items()} == {"dog": 10, "猫": 9, "قطة": 6}
    assert result["examples"] == {"training": 12, "validation": 3, "test": 10}
    assert result["duplicates"]["contradictions"] == 2
    assert any("have an equal image of another class" in sentence for sentence in result["warnings"])
    printed = output.out.splitlines()
    assert printed[0].endswith("25 colour images of 16×20, 3 classes")
    assert any(line.split() == ["猫", *map(str, result["classes"]["猫"].values())] for line in printed)
    assert any(line.startswith("Warning: 2 images have an equal image of another class") for line in printed)


def test_broken_images_are_an_error_or_are_left_out(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "dog" / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    assert main(["data", str(photos)]) == 1
    assert "'dog/bad.jpg'" in (refused := capsys.readouterr().err)
    assert "The option --skip-broken leaves such files out." in refused
    assert main(["data", str(photos), "--skip-broken"]) == 0
    output = capsys.readouterr()
    assert output.err == "Left out, because they cannot be read: dog/bad.jpg\n"
    result = last_line(output.out)
    assert sum(result["examples"].values()) == 25
    assert result["options"] == {"ignored": ["dog/bad.jpg"]}


def test_a_table_has_columns_and_says_what_was_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal(40, 10):.2f};7;{rng.normal():.3f};{'ab'[number % 2]}" for number in range(60)]
    rows[5] = "999999;7;;a"
    table = tmp_path / "people.csv"
    table.write_text("age;same;size;kind\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["data", str(table)]) == 0
    output = capsys.readouterr().out
    result = last_line(output)
    assert result["recognised"]["delimiter"] == "a semicolon"
    assert [column["name"] for column in result["columns"]] == ["age", "same", "size"]
    assert result["columns"][2]["missing"] == 1
    assert any("'same' is always the same" in sentence for sentence in result["warnings"])
    assert any(line.split()[:2] == ["delimiter", "automatic"] for line in output.splitlines())
    assert main(["data", str(table), "--option", "targets=age,size", "--option", "inputs=kind,same"]) == 0
    result = last_line(capsys.readouterr().out)
    assert result["classes"] == {}
    assert [column["name"] for column in result["targets"]] == ["age", "size"]
    assert result["options"] == {"inputs": ["kind", "same"], "targets": ["age", "size"]}


@pytest.mark.parametrize("name", ["digits", "circle", "sine"])
@pytest.mark.parametrize("target", ["label", "input"])
def test_the_contact_sheet_is_a_picture(
    name: str, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    sheet.write_bytes(b"old")
    assert main(["data", name, "--target", target, "--contact-sheet", str(sheet)]) == 0
    assert last_line(capsys.readouterr().out)["saved"] == str(sheet)
    with Image.open(sheet) as image:
        assert image.format == "PNG"
        assert min(image.size) > 300
        assert len(image.convert("P").getcolors() or []) > 3
    assert list(tmp_path.iterdir()) == [sheet]


def test_the_contact_sheet_shows_names_in_any_script(photos: Path, tmp_path: Path) -> None:
    (photos / ("x" * 200)).mkdir()
    Image.new("L", (5, 5), 200).save(photos / ("x" * 200) / "a.png")
    sheet = tmp_path / "sheet.png"
    assert main(["data", str(photos), "--contact-sheet", str(sheet), "--quiet"]) == 0
    assert sheet.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["digitz"], "Did you mean 'digits'"),
        (["digits", "--option", "noise=1"], "There is no option of these data called 'noise'"),
        (["circle", "--option", "nois=1"], "Did you mean 'noise'"),
        (["circle", "--option", "noise"], "--option noise has no value. Write --option noise=VALUE."),
        (["circle", "--option", "noise=-1"], "An option of 'circle' is wrong. Noise is '-1'"),
        (["digits", "--preprocess", "sise=8"], "There is no preprocessing 'sise'. Did you mean 'size'"),
        (["digits", "--preprocess", "size=8x"], "Size is"),
        (["digits", "--preprocess", "scale=large"], "Scale is 'large' but should be"),
        (["digits", "--split", "test=0.9"], "Test share is '0.9' but should be at most 0.5"),
        (["digits", "--split", "tset=0.1"], "Did you mean 'test'"),
        (["digits", "--contact-sheet", "no/such/folder/a.png"], "there is no folder 'no/such/folder'"),
        (["--clear-cache", "mnits"], "Did you mean 'mnist'"),
    ],
)
def test_an_error_is_one_sentence_and_status_1(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("tinyml data: ")
    assert len(captured.err.splitlines()) == 1
    assert words in captured.err


@pytest.mark.parametrize("arguments", [[], ["digits", "--cache"], ["digits", "circle"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["data", *arguments])
    assert caught.value.code == 2
    assert "usage: tinyml data" in capsys.readouterr().err


def test_names_from_files_cannot_write_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"{number / 7:.3f},\x1b[2Jred\n{number / 3:.3f},blue\n" for number in range(20))
    table.write_text(f"a\x07b,kind\n{rows}", encoding="utf-8")
    assert main(["data", str(table)]) == 0
    assert not {"\x1b", "\x07"} & set(capsys.readouterr().out)


def test_the_cache_is_shown_and_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_files() as server:
        put_tiny_sets(monkeypatch, server, tmp_path / "cache")
        assert main(["data", "--cache"]) == 0
        assert last_line(capsys.readouterr().out) == {"cache": [], "bytes": 0, "freed": 0}
        assert main(["data", "mnist", "--quiet"]) == 0
        output = capsys.readouterr()
        assert "Downloading MNIST" in output.err
        assert last_line(output.out)["format"] == "public set"
        assert main(["data", "--cache"]) == 0
        (entry,) = last_line(capsys.readouterr().out)["cache"]
        assert (entry["name"], entry["complete"]) == ("mnist", True)
        assert main(["data", "--clear-cache"]) == 0
        output = capsys.readouterr()
        assert last_line(output.out) == {"cache": [], "bytes": 0, "freed": entry["bytes"]}
        assert output.out.startswith("Freed ")

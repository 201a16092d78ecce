"""No two runs get the same number, whichever window trains them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.runs import RunStore
from tests.app.runs.conftest import keep
from tinyml.core import StorageError

ROOT = Path(__file__).parents[3]


def test_two_programs_at_once_take_different_numbers(tmp_path) -> None:
    command = [sys.executable, "-m", "tests.app.runs.take_numbers", str(tmp_path / "runs"), "100"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(2)]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    numbers = [json.loads(program.communicate(timeout=200)[0]) for program in programs]
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 201))


def test_numbers_go_on_after_the_largest_one_and_are_not_used_again(store, make_run) -> None:
    run = make_run(41)
    keep(store, run)
    assert store.take_number("a", 1) == 42
    store.delete(run.identifier)
    assert RunStore(store.folder).take_number("b", 1) == 43
    assert store.take_number("c", 50) == 50


@pytest.mark.parametrize("content", [b"", b"-7", b"nine", b"9" * 100, b"\xff\xfe"])
def test_a_damaged_counter_is_made_again(store, make_run, content) -> None:
    keep(store, make_run(41))
    store.take_number("a", 1)
    (store.folder / ".last-number").write_bytes(content)
    assert store.take_number("b", 1) == 42


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be kept"):
        RunStore(tmp_path / "file").take_number("a", 1)


def test_the_record_gets_the_number_that_was_taken(store, make_run) -> None:
    run, other = make_run(1), make_run(1)
    for each in (run, other):
        store.take_number(each.identifier, each.number)
        keep(store, each)
    records = [store.read_record(each.identifier) for each in (run, other)]
    assert [(record.number, record.color) for record in records] == [(1, 0), (2, 1)]

"""The fuzzer reads 2000 damaged files without a fault, and it finds each kind of fault."""

import pytest

from tests.fuzz import fuzzer
from tests.fuzz.fuzzer import Report, _try_call, fuzz
from tests.fuzz.kinds import kinds
from tests.special_files import SPECIAL
from tinyml.core import StorageError


@pytest.mark.timeout(600)
def test_two_thousand_damaged_files_are_read_or_refused() -> None:
    report = fuzz(seed=7, numbers=range(2000))
    assert report.faults == []
    assert report.files == 2000
    # Some calls must be refused and some must succeed; otherwise the files test nothing.
    assert 0.5 < report.refused / report.calls < 0.98
    assert set(kinds()) | (SPECIAL.keys() - {"device"}) <= set(report.kinds)


@pytest.mark.timeout(600)
def test_five_hundred_damaged_files_of_each_format_of_tensors_are_read_or_refused() -> None:
    for seed, part in enumerate(("npz", "npy", "shards", "onnx")):
        report = fuzz(seed, range(500), only=[name for name in kinds() if part in name])
        assert (report.faults, report.files) == ([], 500), part
        assert 0.1 < report.refused / report.calls < 0.98, part


def test_valid_files_are_read(tmp_path) -> None:
    for name, kind in kinds().items():
        folder = tmp_path / name
        folder.mkdir()
        path = kind.write(folder, kind.seeds[0])
        read = 0
        for function in kind.readers.values():
            try:
                function(path)
                read += 1
            except StorageError:
                pass
        assert read >= 2, name


def test_the_fuzzer_finds_each_kind_of_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise KeyError("tensor")

    def refuse() -> None:
        raise StorageError("Two\nlines")

    def wait() -> None:
        import threading

        threading.Event().wait(30)

    report = Report()
    assert "raised KeyError" in _try_call(fail, report)
    assert "is not a sentence" in _try_call(refuse, report)
    monkeypatch.setattr(fuzzer, "_PATIENCE_SECONDS", 0.1)
    assert "did not return" in _try_call(wait, report)
    monkeypatch.setattr(fuzzer, "_PATIENCE_SECONDS", 60)
    monkeypatch.setattr(fuzzer, "MOST_SECONDS", 0.0)
    assert "took" in _try_call(lambda: sum(range(100_000)), report)
    assert (report.calls, report.refused) == (4, 1)

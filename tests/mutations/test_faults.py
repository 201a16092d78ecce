"""The faults fit the code. `make mutations` tries them."""

import ast

import pytest

from tests.mutations.faults import FAULTS, ROOT, Fault


def test_there_are_at_least_ten() -> None:
    assert len(FAULTS) >= 10
    assert len({fault.file for fault in FAULTS}) >= 8


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_matches_the_code_and_gives_valid_code(fault: Fault) -> None:
    source = (ROOT / fault.file).read_text(encoding="utf-8")
    changed = fault.apply(source)
    assert changed != source
    ast.parse(changed)
    for test in fault.tests:
        assert (ROOT / test.partition("::")[0]).exists()

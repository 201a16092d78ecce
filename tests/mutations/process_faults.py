"""Mistakes in the sharing of batches with helper processes."""

from tests.mutations.fault import Fault

HELPERS = "tests/tinyml/net/execution/processes"

PROCESS_FAULTS = (
    Fault(
        what="helpers: the activations of a dead helper are not computed again",
        file="tinyml/net/execution/segments.py",
        before="if number in self._elsewhere:",
        after="if False:",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: the shares of a dead helper are left out",
        file="tinyml/net/execution/processes/remote.py",
        before="sorted(missing + [number for numbers in waiting.values() for number in numbers])",
        after="sorted(missing)",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: gradients are added to those of the last batch",
        file="tinyml/net/execution/processes/process.py",
        before='arrays[f"gradient {number} {index}"][...] = found',
        after='arrays[f"gradient {number} {index}"][...] += found',
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: a layer of a user is taken for one of tinyml",
        file="tinyml/net/execution/processes/remote.py",
        before="if kind is not layer_types().get(layer.type_name) or",
        after="if",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: they are started again and again although they die",
        file="tinyml/net/execution/processes/team.py",
        before=" or _state.failures >= MOST_FAILURES",
        after="",
        tests=(HELPERS,),
    ),
)

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
        file="tinyml/net/execution/processes/description.py",
        before='if kind is not layer_types().get(layer.type_name) or not kind.__module__.startswith("tinyml.layers."):',
        after="if False:",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: they are started again and again although they die",
        file="tinyml/net/execution/processes/team.py",
        before=" or _state.failures >= MOST_FAILURES",
        after="",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: a helper without the shared memory computes with its own",
        file="tinyml/net/execution/processes/process.py",
        before="descriptor = None if name else self._channel.descriptors.popleft()",
        after="descriptor = self._channel.descriptors.popleft() if self._channel.descriptors else None",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: a copy of the program writes into its memory",
        file="tinyml/net/execution/processes/remote.py",
        before="self._memory.process != os.getpid()",
        after="self._memory.process < 0",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: they stay while another process holds their channel open",
        file="tinyml/net/execution/processes/process.py",
        before="and os.getppid() == parent",
        after="and parent",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: ended ones stay in the system",
        file="tinyml/net/execution/processes/team.py",
        before="if team is None or perf_counter() - team.used < IDLE_SECONDS:",
        after="if team is None or True:",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: they get too small a part of the input",
        file="tinyml/net/execution/processes/remote.py",
        before="self._begin = pairs[len(bounds) // workers][0]",
        after="self._begin = pairs[-1][0]",
        tests=(HELPERS,),
    ),
    Fault(
        what="helpers: they begin with random weights",
        file="tinyml/net/execution/processes/description.py",
        before='settings = settings.model_copy(update={"initialiser": "uniform"})',
        after="pass",
        tests=(HELPERS,),
    ),
)

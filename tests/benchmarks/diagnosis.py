"""Trains lessons, near misses, templates and examples to the end, and prints which rules find something.

    python -m tests.benchmarks.diagnosis
    python -m tests.benchmarks.diagnosis --only lessons templates --seeds 5

The layers are measured and probed as the window does. Each seed gives other weights, batches and parts of the data.
A rule in brackets found something after an earlier epoch and no longer at the end. The command fails if a lesson does
not provoke its rule first, if a near miss does, or if a template provokes any.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from app.training.worker import MEASURING_SHARE
from tests.tinyml.diagnosis.real_runs import RealRun, run_project
from tests.tinyml.diagnosis.test_lessons import NEAR, nearly, template_names, template_path
from tinyml.storage import Project, example_names, example_path, lesson_names, lesson_path, read_project

KINDS = ("lessons", "near", "templates", "examples")


class Case(NamedTuple):
    """A project to train.

    Attributes:
        kind: one of `KINDS`.
        name: of the lesson, the template or the example.
        project: to train.
    """

    kind: str
    name: str
    project: Project

    def is_right(self, found: RealRun) -> bool:
        """Return True if the diagnosis is the expected one."""
        if self.kind == "lessons":
            return found.rules[:1] == [self.name]
        if self.kind == "near":
            return self.name not in found.rules and self.name not in found.on_the_way
        return self.kind != "templates" or (not found.rules and not found.on_the_way)


def find_cases(kinds: list[str]) -> Iterator[Case]:
    """Yield all cases of some kinds."""
    if "lessons" in kinds:
        yield from (Case("lessons", name, read_project(lesson_path(name))) for name in lesson_names())
    if "near" in kinds:
        yield from (Case("near", name, nearly(name)) for name in NEAR)
    if "templates" in kinds:
        yield from (Case("templates", name, read_project(template_path(name))) for name in template_names())
    if "examples" in kinds:
        yield from (Case("examples", name, read_project(example_path(name))) for name in example_names())


def with_seed(case: Case, seed: int) -> Case:
    """Return a case with other weights, batches and parts of the data; seed 0 is the case as it is."""
    project = case.project
    data = project.data.model_copy(update={"seed": project.data.seed + seed})
    training = project.training.model_copy(update={"seed": project.training.seed + seed})
    return case._replace(project=project.model_copy(update={"data": data, "training": training}))


def main() -> int:
    """Run the cases, and return the number of wrong ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seeds", type=int, default=1, help="number of seeds")
    options = parser.parse_args()
    wrong = 0
    print(f"{'':9} {'project':20} seed {'seconds':>7} {'score':>7}  rules")
    for original, seed in itertools.product(find_cases(options.only), range(options.seeds)):
        case = with_seed(original, seed)
        started = time.perf_counter()
        found = run_project(case.project, measure_share=MEASURING_SHARE)
        seconds = time.perf_counter() - started
        score = "" if found.evidence.score is None else f"{found.evidence.score:.3f}"
        earlier = [f"({rule})" for rule in found.on_the_way if rule not in found.rules]
        right = case.is_right(found)
        wrong += not right
        rules = " ".join([*found.rules, *earlier]) or "-"
        print(
            f"{case.kind:9} {case.name:20} {seed:4} {seconds:7.1f} {score:>7}  {rules}{'' if right else '   WRONG'}",
            flush=True,
        )
    print(f"{wrong} wrong")
    return wrong


if __name__ == "__main__":
    sys.exit(main())

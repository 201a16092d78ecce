"""Typical mistakes in the exports: half-written files, markup from names, wrong bits."""

from tests.mutations.fault import Fault

EXPORTERS = "tests/tinyml/storage/exporters"

EXPORT_FAULTS = (
    Fault(
        what="export: an old file is not put back when a later one cannot be written",
        file="tinyml/core/file_groups.py",
        before="restore.callback(_put_back, backup, target)",
        after="pass",
        tests=("tests/tinyml/core/test_file_groups.py",),
    ),
    Fault(
        what="export: obstacles are ignored",
        file="tinyml/storage/exporters/base.py",
        before="        if obstacles:",
        after="        if len(obstacles) > 99:",
        tests=(f"{EXPORTERS}/test_registry.py",),
    ),
    Fault(
        what="report: a name from a file becomes markup",
        file="tinyml/storage/exporters/report_page/html_text.py",
        before="return html.escape(",
        after="return str(",
        tests=(f"{EXPORTERS}/test_report.py",),
    ),
    Fault(
        what="report: the mistakes with the lowest confidence come first",
        file="tinyml/storage/exporters/report_page/findings.py",
        before="np.argsort(-np.nan_to_num(confidence[wrong])",
        after="np.argsort(np.nan_to_num(confidence[wrong])",
        tests=(f"{EXPORTERS}/test_report.py",),
    ),
    Fault(
        what="script: BLAS may use several threads, so the last bits differ",
        file="tinyml/scripts/tinyml_script.py",
        before="    with one_blas_thread():  # as the window",
        after="    if one_blas_thread:  # as the window",
        tests=(f"{EXPORTERS}/test_tinyml_script.py",),
    ),
)

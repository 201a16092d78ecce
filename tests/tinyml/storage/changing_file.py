"""Summarises a file again and again while another process changes it; prints how often each outcome was seen.

Run by `test_tensor_summary.py`: what goes wrong here may kill the process.
"""

import sys

from tinyml.core import StorageError
from tinyml.storage import read_header, read_tensors, summarise_tensors

_WANTED = 30


def main() -> None:
    """Read until the file was found changed often enough."""
    path, changed, others, whole = sys.argv[1], 0, 0, 0
    while changed < _WANTED or not whole:
        try:
            list(summarise_tensors(path))
            read_header(path)
            read_tensors(path)
        except StorageError as error:
            if "was changed by another program" in str(error):
                changed += 1
            else:
                others += 1
        else:
            whole += 1
    print(changed, others, whole)


if __name__ == "__main__":
    main()

"""The command `python -m tinyml`, or `tinyml`."""

import sys

from tinyml.command_line import main

if __name__ == "__main__":
    sys.exit(main())

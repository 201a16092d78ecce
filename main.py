"""Start TinyML Studio: run the command line of the window."""

import sys

from app.shell.command_line import main

if __name__ == "__main__":
    sys.exit(main())

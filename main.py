"""Start TinyML Studio: parse the command line and hand over to the shell."""

import sys

from app.shell.command_line import main

if __name__ == "__main__":
    sys.exit(main())

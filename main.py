"""Start TinyML Studio: pass the command line to `app.shell`."""

import sys

from app.shell.command_line import main

if __name__ == "__main__":
    sys.exit(main())

"""Files that pytest ignores: `test_one_file.py` copies them into a copy of the program."""

collect_ignore = ["throwaways"]

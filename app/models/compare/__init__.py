"""The comparison of two files on the Models page: the table of what changed."""

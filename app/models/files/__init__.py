"""The list of the files at the left of the Models page."""

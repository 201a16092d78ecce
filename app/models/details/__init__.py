"""The details of the selected tensor, at the right of the Models page."""

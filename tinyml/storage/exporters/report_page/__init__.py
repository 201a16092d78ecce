"""The parts of the report: what is computed from the data, the charts, and the sections of the page."""

"""Helpers: processes that compute shares of large batches, because Python's lock lets only one thread work at a time.

`remote` is what a segment of a network uses. `team` starts and ends the processes, `process` is what they run.
`channel` and `memory` carry messages and arrays between them.
"""

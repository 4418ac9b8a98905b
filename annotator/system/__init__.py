"""The machine and the interpreter: cores, processes, prefetching, and private parts of other libraries."""

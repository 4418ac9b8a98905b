"""The machine and the interpreter: cores, processes, start-up, and private parts of other libraries."""

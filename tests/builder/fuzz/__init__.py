"""Fuzzing of all that reads what people write, `python -m tests.builder.fuzz`, and the inputs it once failed on."""

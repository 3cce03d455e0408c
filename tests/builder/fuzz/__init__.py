"""Fuzzing of everything that reads what people write: `python -m tests.fuzz`, and the inputs it once failed on."""

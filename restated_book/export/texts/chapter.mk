# Two commands: `make setup`, then `make rerun`.
.PHONY: setup rerun lab
PYTHON ?= python3

setup:
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.lock

rerun:
	.venv/bin/python -m restated_book.build.rerun

lab:
	.venv/bin/python -m restated_book.build.lab

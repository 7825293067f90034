# `make run` serves the portal with demo data on http://127.0.0.1:8000, `make test` runs every test.
# Both set up what they need, are safe to repeat, and leave everything they install in .venv.
# Another interpreter: make run PYTHON=python3.12

PY := .venv/bin/python
export PYTHON

.PHONY: help run test bench lint types contract lock clean

help:
	@echo "make run       the portal with demo data on http://127.0.0.1:8000"
	@echo "make test      every test, the real browser included"
	@echo "make bench     sizes and times beside their limits"
	@echo "make lint      ruff      make types   mypy      make contract   who may import whom"
	@echo "make lock      newest versions into the two lock files"
	@echo "make clean     removes what the commands above made; your data in instance/ stays"

run:
	@sh .ci/setup run
	@exec .venv/bin/nqms demo

test: # compiled files are kept, because tests start many processes
	@sh .ci/setup test
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -n 2 --dist worksteal $(ARGS)

bench:
	@sh .ci/setup dev
	@$(PY) -m tests.benchmarks

lint:
	@sh .ci/setup dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types:
	@sh .ci/setup dev
	@$(PY) -m mypy

contract:
	@sh .ci/setup dev
	@$(PY) -c 'from importlinter.cli import lint_imports_command as run; run(["--no-logo", "--no-cache"])'

lock:
	@sh .ci/setup venv
	@sh .ci/lock

clean:
	@rm -rf .venv dist build screenshots test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find portal rules plugins migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# `make run` serves the portal with demo data on http://127.0.0.1:8000, `make test` runs the tests.
# Both set up what they need, are safe to repeat, and leave everything they install in .venv.
# Another interpreter: make run PYTHON=python3.12

PY := .venv/bin/python
WORKERS ?= 2
export PYTHON

.PHONY: help run test walk bench lint types contract lock clean

help:
	@echo "make run       the portal with demo data on http://127.0.0.1:8000"
	@echo "make test      the tests, the real browser included"
	@echo "make walk      the long ones: every page and route as everybody, the built package"
	@echo "make bench     sizes and times beside their limits"
	@echo "make lint      ruff      make types   mypy      make contract   who may import whom"
	@echo "make lock      newest versions into the two lock files"
	@echo "make clean     removes what the commands above made; your data in instance/ stays"

run:
	@sh .ci/setup run
	@exec env PYTHONDONTWRITEBYTECODE= .venv/bin/nqms demo

# Compiled files are kept, because tests start many processes. One worker a core: with more of them, the two cores this
# is meant for spend a fifth more on the same tests, since a test in the browser keeps more than one core busy by itself.
TESTS = PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -n $(WORKERS) --dist worksteal

test:
	@sh .ci/setup test
	@$(TESTS) -m "not walk and not wheel" $(ARGS)

walk:
	@sh .ci/setup test
	@$(TESTS) -m "walk or wheel" $(ARGS)

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
	@sh .ci/setup dev
	@sh .ci/lock

clean:
	@rm -rf .venv dist build screenshots test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find portal rules plugins migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

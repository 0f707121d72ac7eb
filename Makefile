# `make` alone lists what can be made. Each goal is a script, so that it can be read and run alone.

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench docs lock clean

help: ## List these goals
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Everything from nothing to a page in the browser, with demo data (PORT=8000)
	@scripts/run

test: ## Everything from nothing to a green suite, on SQLite and on PostgreSQL (ARGS="tests/letters -x")
	@scripts/test $(ARGS)

lint: ## Style, types and layers, without the tests
	@scripts/environment dev && scripts/lint

format: ## Lay out the code and mend what ruff can mend by itself
	@scripts/environment dev && .venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

bench: ## The benchmarks, each against its reference in the same run (JSON in bench/results/)
	@scripts/system test && scripts/environment bench && .venv/bin/python -m bench $(ARGS)

docs: ## Draw docs/states.md from the tables of states
	@scripts/environment dev && PYTHONPATH=. .venv/bin/python scripts/draw_states.py

lock: ## Write the requirements*.lock files anew from the pinned choices
	@scripts/lock

clean: ## Throw away the environment and the caches (the database in instance/ stays)
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

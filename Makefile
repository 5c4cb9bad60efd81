# `make predict` runs the main job on the sample; `make test` runs every check. Both build .venv first.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

# The development data lie beside the checkout on the project's machines, and nowhere else.
ifneq ($(wildcard ../shared/data),)
export RADIOGENOMICS_DATA ?= $(abspath ../shared/data)
endif

.PHONY: predict test clean

predict: .venv/ready
	@out=out/sample; n=2; while [ -e "$$out" ]; do out=out/sample-$$n; n=$$((n+1)); done; \
	$(BIN)/radiogenomics predict --sample --output "$$out"

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

# The stamp is written last, so that a broken installation is started afresh.
.venv/ready: requirements.lock requirements-nodeps.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -r requirements-nodeps.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

clean:
	rm -rf .venv out dist

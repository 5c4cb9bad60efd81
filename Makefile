# `make predict` runs the main job on the sample; `make test` runs every check. Both build .venv first.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

# The development data lie beside the checkout on the project's machines, and nowhere else.
ifneq ($(wildcard ../shared/data),)
export RADIOGENOMICS_DATA ?= $(abspath ../shared/data)
endif
# Percent of lines: without the data many tests are skipped. Measured with them: 97.
COVERAGE_FLOOR := $(if $(RADIOGENOMICS_DATA),95,85)

.PHONY: predict test test-other-processor docs benchmark fuzz soak clean

predict: .venv/ready
	@out=out/sample; n=2; while [ -e "$$out" ]; do out=out/sample-$$n; n=$$((n+1)); done; \
	$(BIN)/radiogenomics predict --sample --output "$$out"

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-fail-under=$(COVERAGE_FLOOR)

# The documentation as a site in out/docs, in an environment of its own.
docs: .venv-docs/ready
	.venv-docs/bin/sphinx-build -W --keep-going --quiet -b html Documentation out/docs

.venv-docs/ready: Documentation/requirements.txt
	rm -rf .venv-docs
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet -r Documentation/requirements.txt
	touch $@

# The numeric tests once more as on an older processor, so that a tolerance that one processor set is found on any other:
# PyTorch without AVX, oneDNN, MKL and NumPy without AVX-512. OPENBLAS_CORETYPE stays as it is found.
NUMERIC := Testing/baselines $(addprefix Testing/unit/,imaging model training validation)
test-other-processor: .venv/ready
	OMP_NUM_THREADS=1 ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 \
	NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR" \
	$(BIN)/python -m pytest -n 2 --dist loadfile $(NUMERIC)

# Not part of `make test`: half an hour on an idle machine. BENCHMARKS names paths of Testing/benchmarks/paths; none is all.
BENCHMARKS ?=
benchmark: .venv-benchmarks/ready
	.venv-benchmarks/bin/python -m Testing.benchmarks.run $(BENCHMARKS)

# Not part of `make test`: about an hour. FUZZ_SECONDS is the time for each reader.
FUZZ_SECONDS ?= 180
fuzz: .venv/ready
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-fuzz.lock
	$(BIN)/python -m Testing.fuzz.run all --seconds $(FUZZ_SECONDS)

# Kills batches of predictions at random moments.
SOAK_MINUTES ?= 30
soak: .venv/ready
	$(BIN)/python -m Testing.soak.run --minutes $(SOAK_MINUTES)

# The product's own environment made anew, with the peers beside it.
.venv-benchmarks/ready: requirements.lock requirements-torch.lock pyproject.toml Testing/benchmarks/requirements.txt
	rm -rf .venv-benchmarks
	$(PYTHON) -m venv .venv-benchmarks
	.venv-benchmarks/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	.venv-benchmarks/bin/python -m pip install --quiet -r requirements-torch.lock
	.venv-benchmarks/bin/python -m pip install --quiet --no-deps -r Testing/benchmarks/requirements.txt
	.venv-benchmarks/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

# --no-deps: the lock is complete, and torch, whose build differs by machine, comes after it. The stamp is written last,
# so that a broken installation is started afresh.
.venv/ready: requirements.lock requirements-torch.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet -r requirements-torch.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv .venv-benchmarks .venv-docs out dist

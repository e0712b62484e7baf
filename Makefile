# What you can do here. Every target makes .venv first when it is missing or outdated.
BIN := .venv/bin

.PHONY: help demo test test-compiled check bench wheel image lock venv
help:
	@echo "make demo    the whole story on this machine, without any account"
	@echo "make test    the whole test suite"
	@echo "make test-compiled  the tests of the sound's way, with the bridge compiled (needs gcc)"
	@echo "make check   style and types"
	@echo "make bench   measures the bridge (vocero bench) and the other parts that have a benchmark"
	@echo "make wheel   builds Vocero with a compiled bridge (needs gcc): fewer milliseconds per call"
	@echo "make image   builds the container image and tries it (docker, or buildah and debootstrap)"
	@echo "make lock    pins the dependencies anew (needs uv)"

venv:
	@./make-venv.sh

demo: venv
	@$(BIN)/vocero demo

test: venv
	$(BIN)/pytest --numprocesses 2 --dist loadfile

test-compiled: venv
	@./tests/compiled.sh tests/audio tests/bridge tests/calls

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: venv
	$(BIN)/python tests/bench/bench_resample.py
	$(BIN)/vocero bench --calls 20 --seconds 12
	$(BIN)/vocero bench --calls 20 --seconds 12 --format pcm_16000
	$(BIN)/python -m tests.bench.bench_webhook

wheel: venv
	@./make-wheel.sh

image:
	@./docker/make-image.sh

lock:
	UV_PYTHON_DOWNLOADS=never uv pip compile --universal --generate-hashes --no-header \
	    --no-annotate --python-version 3.11 --extra otel --extra tunnel pyproject.toml -o requirements.lock
	UV_PYTHON_DOWNLOADS=never uv pip compile --universal --generate-hashes --no-header \
	    --no-annotate --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock
	UV_PYTHON_DOWNLOADS=never uv pip compile --universal --generate-hashes --no-header \
	    --no-annotate --python-version 3.11 --constraint requirements-dev.lock \
	    --group pyproject.toml:compile -o requirements-compile.lock

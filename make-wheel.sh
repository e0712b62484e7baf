#!/bin/sh
# Builds Vocero as a wheel in dist/, with the way of the sound compiled. Run by `make wheel`.
# Needs a C compiler and Python's headers (Debian: apt install gcc libc6-dev python3-dev);
# `./make-wheel.sh check` only says whether they are there.
#
# Install it where the locked packages are:
#   pip install --require-hashes -r requirements.lock && pip install --no-deps dist/vocero-*.whl
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-.venv/bin/python}

"$PYTHON" - <<'CHECK'
import os, shutil, sys, sysconfig
compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
header = os.path.join(sysconfig.get_paths()["include"], "Python.h")
if not shutil.which(os.environ.get("CC", compiler).split()[0]):
    sys.exit(f"no C compiler ({compiler}). On Debian or Ubuntu: apt install gcc libc6-dev")
if not os.path.exists(header):
    sys.exit("Python's headers are missing. On Debian or Ubuntu: apt install python3-dev")
CHECK
[ "${1:-}" != check ] || exit 0
echo "Compiling (about a minute) ..."
rm -rf build/wheel
mkdir -p build dist
VOCERO_COMPILED=1 "$PYTHON" -m pip wheel --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --wheel-dir build/wheel .
mv build/wheel/*.whl dist/
ls dist/*.whl

#!/bin/sh
# Runs the tests of the sound's way against the compiled bridge, in a copy of the repository: a
# compiled module beside its source would hide what is changed in it. Run by `make test-compiled`.
# Needs a C compiler and Python's headers.
set -eu
cd "$(dirname "$0")/.."
./make-wheel.sh check
copy=build/compiled
python=$PWD/.venv/bin/python
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cd "$copy"
export VOCERO_COMPILED=1 PYTHONPATH="$PWD"
echo "Compiling (about a minute) ..."
"$python" setup.py --quiet build_ext --inplace
exec "$python" -m pytest --numprocesses 2 --dist loadfile "${@:-tests/bridge}"

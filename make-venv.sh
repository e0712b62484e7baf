#!/bin/sh
# Makes .venv with everything that Vocero needs. Run by the Makefile; running it twice is harmless.
#
#   ./make-venv.sh            with the newest usable Python (3.11 or later)
#   PYTHON=python3.11 VENV=.venv311 ./make-venv.sh
#
# uv does the work when it is there and works; otherwise the standard library's venv and pip.
set -eu
cd "$(dirname "$0")"
VENV=${VENV:-.venv}
LOCK=${LOCK:-requirements-dev.lock}
export UV_PYTHON_DOWNLOADS=never

usable() { # a Python that starts, is new enough and can make environments
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

newest_python() {
    for minor in 14 13 12 11; do
        for candidate in "python3.$minor" \
            "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
            # A name on the PATH can be a shim without an interpreter behind it: running it tells.
            if usable "$candidate"; then echo "$candidate"; return; fi
        done
    done
    if usable python3; then echo python3; return; fi
    echo "Vocero needs Python 3.11 or later (with venv); none was found on the PATH." >&2
    echo "On Debian or Ubuntu: apt install python3 python3-venv" >&2
    exit 1
}

wanted=$(cat "$LOCK" pyproject.toml | cksum)
stamp=$VENV/.made-from
if [ -x "$VENV/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

python=${PYTHON:-$(newest_python)}
usable "$python" || { echo "$python is no usable Python 3.11 or later" >&2; exit 1; }
echo "Making $VENV with $("$python" -V) ($python) ..."
rm -rf "$VENV"
"$python" -m venv "$VENV"

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    VIRTUAL_ENV=$PWD/$VENV uv pip install --quiet --require-hashes -r "$LOCK" || return 1
    VIRTUAL_ENV=$PWD/$VENV uv pip install --quiet --no-deps -e .
}

with_pip() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$LOCK"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
}

echo "Installing the pinned packages (about a minute with pip, seconds with uv) ..."
with_uv || with_pip
echo "$wanted" >"$stamp"
echo "Ready."

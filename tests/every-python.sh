#!/bin/sh
# Runs `make test` with each Python from 3.11 to 3.13 that is found, each in its own environment.
set -eu
found=0
for version in 3.11 3.12 3.13; do
    for python in "python$version" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/$version.*/bin/python \
        "${XDG_DATA_HOME:-$HOME/.local/share}"/uv/python/cpython-$version.*/bin/python; do
        "$python" -c 'import venv' 2>/dev/null || continue
        echo "== $("$python" --version)"
        make test PYTHON="$python" VENV=".venv-$version"
        found=$((found + 1))
        break
    done
done
echo "Python versions tested: $found"
test "$found" -gt 0

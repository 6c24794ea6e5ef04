#!/bin/sh
# Rewrite the two lock files from pyproject.toml (needs `uv`); hashes, every platform, no index address.
# requirements.lock is what a report needs; requirements-dev.lock adds the Lab, PostgreSQL and the tests.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --custom-compile-command 'tools/lock.sh' "$@"; }
lock pyproject.toml tools/build.in -o requirements.lock
lock pyproject.toml tools/build.in --extra lab --extra postgres --extra test -c requirements.lock -o requirements-dev.lock

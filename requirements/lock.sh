#!/bin/sh
# Write run.txt and dev.txt from pyproject.toml: `make lock`. Takes the path of pip-compile.
#
# Settings of this machine's pip are left aside, so that every hash is one of the public index
# and no line names a host or a path.
set -eu
cd "$(dirname "$0")/.."
unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_CONSTRAINT || true
export PIP_CONFIG_FILE=/dev/null

compile() {
    target=$1
    shift
    "$compiler" --quiet --no-config --generate-hashes --allow-unsafe --strip-extras \
        --no-header --no-emit-index-url --no-emit-options --no-emit-trusted-host \
        --build-deps-for editable --output-file "$target" "$@" pyproject.toml
    { echo "# Written by \`make lock\` from pyproject.toml. Not for editing."; cat "$target"; } \
        > "$target.new"
    mv "$target.new" "$target"
}

compiler=$1
compile requirements/run.txt
compile requirements/dev.txt --extra dev --constraint requirements/run.txt
rm -rf portal.egg-info

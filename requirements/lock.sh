#!/bin/sh
# Write run.txt and dev.txt from pyproject.toml: `make lock`. Takes the path of pip-compile.
#
# To be run with the oldest Python that is supported, the 3.11.2 of Debian 12: some packages have
# begun to refuse it, and an older release of those serves every newer Python too. What is
# pinned stays pinned where it can; delete a lock first to renew everything.
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
"$(dirname "$compiler")/python" -c 'import sys; sys.exit(sys.version_info[:3] > (3, 11, 2))' || {
    echo "Lock with Python 3.11.2 or 3.11.1 or 3.11.0: make lock LOCK_PYTHON=/path/to/it" >&2
    exit 1
}
compile requirements/run.txt
compile requirements/dev.txt --extra dev --constraint requirements/run.txt
rm -rf portal.egg-info

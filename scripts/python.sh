# Which Python makes the environment. Sourced by the scripts beside it.
#
# PYTHON=/path/to/python chooses one; otherwise the first of these that is 3.11 or later.

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Debian's own Python comes without ensurepip until python3-venv is installed.
can_make_environments() {
    local python
    python=$(find_python) && "$python" -c 'import ensurepip, venv'
}

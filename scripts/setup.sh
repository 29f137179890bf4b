#!/bin/sh
# Makes .venv and installs the pinned packages of requirements/$2.txt into it. Says what to do when it cannot.
set -eu
python=$1 set_=$2

"$python" - <<'CHECK' || { echo "Passation needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
CHECK

if [ ! -x .venv/bin/pip ]; then
    if ! "$python" -m venv .venv 2>/dev/null; then
        # Debian and Ubuntu ship Python without ensurepip.
        rm -rf .venv
        [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || {
            echo "python3 -m venv does not work here: install the package python3-venv, then run this again" >&2
            exit 1
        }
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >/dev/null
        "$python" -m venv .venv
    fi
fi
echo "installing pinned packages (once) ..." >&2
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$set_.txt"

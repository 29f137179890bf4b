#!/bin/sh
# A Chromium for the tests: the one on the path; as root Debian's package; else Playwright's own download.
set -eu
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || {
    echo "installing a browser for the tests (once) ..." >&2
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium fonts-dejavu-core >/dev/null 2>&1
    else
        .venv/bin/playwright install chromium
    fi
}

"""What is looked at before a run begins, so that a slip of the pen costs a second and not the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError

from loadtest.archived import ledger_lines

REFUSED = {
    401: "the operator's token is not taken: is --operator-token-file that of this server?",
    403: "the operator's token may not read the ledger: is --operator-token-file that of an operator?",
    404: "this server has no delivery {delivery!r}: `passation deliveries status` lists them",
}


def check_places(files: Iterable[str]) -> None:
    """ValueError if a report could not be written there, which would be found out after the run."""
    for name in filter(None, files):
        file = Path(name).absolute()
        if file.is_dir():
            raise ValueError(f"{name} is a folder: give the report a file name")
        if not file.parent.is_dir():
            raise ValueError(f"there is no folder {file.parent} for the report: make it, or choose another")
        special = file.is_symlink() or (file.exists() and not file.is_file())
        if not os.access(file if special else file.parent, os.W_OK):
            raise ValueError(f"the report cannot be written to {name}: no permission")


def check_server(url: str, delivery: str, operator: str, ca_file: str | None = None) -> None:
    """ValueError if the server is not there, or would not show the ledger of the delivery."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url or 'nothing'} is no address of a server: it begins with http:// or https://")
    try:
        ledger_lines(url, delivery, operator, ca_file).close()
    except HTTPError as error:
        meaning = REFUSED.get(error.code, "the ledger cannot be read: status {status}")
        raise ValueError(meaning.format(delivery=delivery, status=error.code)) from error
    except (URLError, OSError, HTTPException) as error:  # the last: what answers speaks no HTTP
        raise ValueError(f"no server answers at {url}: {getattr(error, 'reason', error)}") from error

"""nginx before the worker, as an operator would put it there: kept connections, and a bound for each pupil.

The bound goes by the pupil's token: a whole school shares one address. Who exceeds it is refused by nginx,
with `Retry-After`, before the engine sees anything. With a certificate it speaks TLS at a second port.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Skipped
from benchmarks.stack import OTHER_CORES, free_port, stop, until_listening

CONFIG = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
worker_rlimit_nofile 20000;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000; keepalive_timeout 120s;
  limit_req_zone $http_authorization zone=pupils:64m rate={rate}r/s;
  upstream engine {{ server 127.0.0.1:{to}; keepalive 256; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    {tls}
    limit_req zone=pupils burst={burst} nodelay;
    limit_req_status 503;
    error_page 503 @busy;
    location / {{
      proxy_pass http://engine; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_read_timeout 15s;
    }}
    location @busy {{ add_header Retry-After 2 always; return 503; }}
  }}
}}
"""
TLS = (
    "listen 127.0.0.1:{port} ssl backlog=4096; ssl_certificate {0}; ssl_certificate_key {1}; "
    "ssl_protocols TLSv1.2 TLSv1.3;"
)
BOUNDS = {"rate": 2, "burst": 8}
"""A player sends a batch every few seconds; after an outage some, one after the other."""
NO_BOUNDS = {"rate": 1_000_000, "burst": 1_000_000}


@dataclass(frozen=True, slots=True)
class Front:
    """A running nginx: its port in clear, the one where it speaks TLS (0: none), its processes."""

    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    @property
    def pids(self) -> list[int]:
        """The processes that do the work."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in children.read_text().split()]


def nginx_binary(given: str) -> str:
    """The binary, or Skipped."""
    found = given or shutil.which("nginx")
    if not found or not os.access(found, os.X_OK):
        raise Skipped("no nginx on the path: install it, or give --nginx PATH")
    return found


@asynccontextmanager
async def front(
    binary: str, folder: Path, to: int, certificate: tuple[str, str] | None = None, **bounds: int
) -> AsyncIterator[Front]:
    """nginx before the port `to`, on the generator's core."""
    port, tls_port = free_port(), free_port() if certificate else 0
    tls = TLS.format(*certificate, port=tls_port) if certificate else ""
    process = _started(
        binary, folder, CONFIG.format(folder=folder, to=to, port=port, tls=tls, **BOUNDS | bounds)
    )
    try:
        await until_listening(port)
        yield Front(port, tls_port, process)
    finally:
        stop(process)


def _started(binary: str, folder: Path, config: str) -> subprocess.Popen[bytes]:
    (folder / "nginx.conf").write_text(config)
    options = ["-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    process = subprocess.Popen([binary, *options])
    os.sched_setaffinity(process.pid, OTHER_CORES)
    return process

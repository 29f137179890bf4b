"""TLS: the server speaks it itself, and refuses to speak in clear text to the world."""

from __future__ import annotations

import signal
import socket
import ssl
from pathlib import Path

import psutil
import pytest

from tests.certificate import make_certificate
from tests.pupil import PupilClient
from tests.served import served


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A certificate for localhost, made here; paths of certificate and key."""
    return make_certificate(tmp_path)


def test_a_pupil_sits_over_tls(tmp_path: Path, certificate: tuple[str, str]) -> None:
    """Certificate and key are all it takes; the cookie of the page is for TLS alone."""
    cert, key = certificate
    with served(tmp_path, tls_cert=cert, tls_key=key) as engine:
        pupil = PupilClient(engine.url, engine.prepare(codes_each=1)[0].codes[0])
        pupil.login()
        pupil.start()
        assert pupil.answer(i1={"r1": None})["last"] == 1
        assert "Secure" in PupilClient(engine.url).http.get("/").headers["set-cookie"]


def test_who_says_nothing_holds_up_no_stop(tmp_path: Path, certificate: tuple[str, str]) -> None:
    """A browser that keeps a connection and sleeps answers no goodbye; the workers leave all the same."""
    cert, key = certificate
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with served(tmp_path, tls_cert=cert, tls_key=key, workers=1, shutdown_seconds=120) as engine:
        address = ("127.0.0.1", engine.settings.port)
        with context.wrap_socket(socket.create_connection(address)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(12) == b"HTTP/1.1 200"
            workers = engine.processes("engine.worker")
            engine.process.send_signal(signal.SIGTERM)
            # TLS itself waits half a minute for the goodbye: this is a guard, not a measure of speed.
            _, alive = psutil.wait_procs(workers, timeout=25)
        assert alive == []

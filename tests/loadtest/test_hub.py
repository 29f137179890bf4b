"""The hub of the light generator: many pupils in one thread, each as if it were alone."""

from __future__ import annotations

import socket
import time

import pytest

from loadtest.hub import Hub
from loadtest.line import Address
from tests.patience import PATIENCE_S


class Seen(Exception):
    """Ends a run that has shown what was to be seen."""


def test_while_one_sleeps_the_others_go_on() -> None:
    """Moments come in their order, whoever asked first."""
    hub, seen = Hub(), list[str]()

    def late() -> None:
        hub.sleep(PATIENCE_S)
        seen.append("late")

    def early() -> None:
        for pause_s in (0.0, 0.05):
            hub.sleep(pause_s)
            seen.append("early")
        raise Seen

    hub.spawn(late)
    hub.spawn(early)
    with pytest.raises(Seen):
        hub.run()

    assert seen == ["early", "early"]


def test_a_server_that_says_nothing_is_given_up_and_holds_up_nobody() -> None:
    """Each pupil has its own patience; who waits for a reply does not keep the others from their moments."""
    hub, seen = Hub(), list[str]()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Address.of(f"http://127.0.0.1:{silent.getsockname()[1]}")

        def waits() -> None:
            connection = hub.connect(address, 0.1, "127.0.1.1")
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with pytest.raises(TimeoutError):
                connection.recv(100)
            connection.close()
            seen.append("gave up")

        def sleeps() -> None:
            hub.sleep(0.0)
            seen.append("went on")

        hub.spawn(waits)
        hub.spawn(sleeps)
        hub.run()

    assert seen == ["went on", "gave up"]


def test_more_than_a_socket_takes_at_once_is_sent_whole() -> None:
    """A large batch waits until the other side has read; what comes meanwhile is not lost."""
    hub, sent = Hub(), bytes(range(256)) * 40_000
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = Address.of(f"http://127.0.0.1:{listening.getsockname()[1]}")
        received = bytearray()

        def sends() -> None:
            connection = hub.connect(address, PATIENCE_S, None)
            connection.sendall(sent)
            connection.close()

        def reads() -> None:
            hub.sleep(0.0)
            accepted, _ = listening.accept()
            accepted.setblocking(False)
            while len(received) < len(sent):
                try:
                    received.extend(accepted.recv(1 << 20))
                except BlockingIOError:
                    hub.sleep(0.001)
            accepted.close()

        hub.spawn(sends)
        hub.spawn(reads)
        hub.run()

    assert bytes(received) == sent


def test_what_a_pupil_raises_ends_the_run() -> None:
    """A fault of the generator is no silence of the server."""
    hub = Hub()
    hub.spawn(lambda: 1 // 0)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        hub.run()


def test_looking_round_does_not_keep_a_run_alive() -> None:
    """What is done every so often ends with the last pupil."""
    hub, looks = Hub(), list[float]()
    hub.every(0.01, lambda: looks.append(time.monotonic()))
    hub.spawn(lambda: hub.sleep(0.1))
    hub.run()

    assert looks

"""What is wrong with a run is said before it begins, in one sentence, and costs no run."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from loadtest.beforehand import check_places, check_server
from loadtest.scenario import Scenario, checked, entry_of, options, read_scenario, scenario_of
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted((ROOT / "loadtest" / "scenarios").glob("*.toml"))


def test_a_report_that_could_not_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    """No such folder, or a folder itself; a file that may be made is made by nobody yet."""
    with pytest.raises(ValueError, match="there is no folder"):
        check_places([str(tmp_path / "no" / "report.html")])
    with pytest.raises(ValueError, match="is a folder"):
        check_places(["", str(tmp_path)])

    check_places([str(tmp_path / "report.html"), ""])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("url", "said"), [("http://127.0.0.1:9", "no server answers"), ("shop", "address")])
def test_a_server_that_is_not_there_is_told_before_the_run(url: str, said: str) -> None:
    """Rather than after pupils have tried for minutes."""
    with pytest.raises(ValueError, match=said):
        check_server(url, "x", "token")


def test_what_is_there_but_no_server_of_the_web_is_told_in_a_sentence() -> None:
    """The port of a Redis, or one that is no number: whoever mistyped it sees no stack of calls."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=reply_as_redis, args=(listener,), daemon=True).start()
        with pytest.raises(ValueError, match="no server answers"):
            check_server(f"http://127.0.0.1:{listener.getsockname()[1]}", "x", "token")
    with pytest.raises(ValueError, match="no server answers"):
        check_server("http://127.0.0.1:80x", "x", "token")


def reply_as_redis(listener: socket.socket) -> None:
    line, _ = listener.accept()
    with line:
        line.recv(4096)
        line.sendall(b"-ERR unknown command 'GET'\r\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pace = 3", "has no 'pace'; its entries are seconds"),
        ("think_s = 'x'", "think_s is a number"),
        ("think_s = nan", "think_s is a number"),
        ("zones = 1.5", "zones is a whole number"),
        ("zones = true", "zones is a whole number"),
        ("zones", "scenario.toml: "),
    ],
)
def test_a_wrong_scenario_file_names_the_file_and_the_entry(tmp_path: Path, text: str, said: str) -> None:
    """Whoever wrote it finds the line."""
    file = tmp_path / "scenario.toml"
    file.write_text(text)

    with pytest.raises(ValueError, match=r"scenario\.toml") as found:
        read_scenario(file)
    assert said in str(found.value)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_scenario_that_comes_along_can_be_run(file: Path) -> None:
    """By either generator: the file holds nothing but entries of the table."""
    checked(Scenario(**read_scenario(file)))


def test_what_is_typed_wins_over_the_file_and_the_file_over_the_table(tmp_path: Path) -> None:
    """The entries of a file are the defaults of the command line."""
    from loadtest.run import parsed

    file = tmp_path / "scenario.toml"
    file.write_text("think_s = 7\nsteps = 2\n")
    nowhere = ["--url", "-", "--codes", "-", "--delivery", "-", "--operator-token-file", "-"]
    found = scenario_of(parsed([*nowhere, "--scenario", str(file), "--steps", "4"]))

    assert (found.think_s, found.steps, found.zones) == (7.0, 4, Scenario().zones)
    assert {option.name: option.default for option in options()}["think_s"] == Scenario().think_s


def test_an_unknown_shape_never_begins() -> None:
    """It once left a server, and generators that waited for each other."""
    with pytest.raises(ValueError, match="shape is one of bell, ramp"):
        checked(Scenario(shape="zigzag"))
    assert entry_of("shape", "wave") == "wave"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "shape=zigzag"], "shape is one of"),
        (["--set", "pace=3"], "has no 'pace'"),
        (["--generator", "heavy"], "locust, light, both"),
        (["--outage", "disk:5"], "is no outage"),
        (["--report", "/nowhere/page.html"], "there is no folder"),
    ],
)
def test_a_rehearsal_that_cannot_begin_makes_no_server(options: list[str], said: str) -> None:
    """Exit code 2 with the thing to do, nothing was prepared."""
    done = command("engine", "loadtest", "--pupils", "5", *options)

    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "preparing" not in done.stderr


@pytest.mark.parametrize("missing", ["--codes", "--host"])
def test_plain_locust_without_what_it_needs_ends_at_once(tmp_path: Path, missing: str) -> None:
    """It once sent pupils round and round, with a trace each."""
    codes = tmp_path / "codes"
    codes.write_text("K7QF 2M9X T4HD\n")
    given = {"--codes": str(codes), "--host": "http://127.0.0.1:9", "--delivery": "d"}
    given |= {"--operator-token-file": str(codes)}
    del given[missing]
    done = command("locust", "-f", "loadtest/locustfile.py", "--headless", "-u", "1", *sum(given.items(), ()))

    assert done.returncode == 2
    assert f"loadtest: {missing} must be given" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of ours, or Locust, to its end."""
    given: dict[str, Any] = {
        "cwd": ROOT,
        "capture_output": True,
        "text": True,
        "check": False,
        "timeout": PATIENCE_S,
    }
    return subprocess.run([sys.executable, "-m", *arguments], **given)

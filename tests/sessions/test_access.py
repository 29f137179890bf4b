"""The application's user in Redis has all it needs and nothing else, and a server can be asked so."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.embedded import operator_options, redis_binary, redis_options
from sessions import keys
from sessions.access import COMMANDS, DANGEROUS, SINCE_7_2, acl_line, privileges
from sessions.journal import BatchLine
from sessions.keys import KEY_PATTERNS
from sessions.link import Link, StoreRefused
from sessions.model import CodeEntry, Credit, Extend, Login, Pause, Read, Resume, Submit
from sessions.partitions import GAP_MS
from sessions.store import Store
from tests.sessions.given import NOW, a_row, a_running, a_save, a_sid, one, verdicts

SOURCES = Path(__file__).parents[2] / "sessions"
SUBCOMMANDS = {"SCRIPT": "script|load", "CLUSTER": "cluster|slots"}
NO_COMMANDS_OF_OURS = {"SENTINEL", "LOADING", "OOM"}  # asked of sentinels alone; words of refusals


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The embedded Redis, with the options that it has on the day."""
    folder = tmp_path_factory.mktemp("access")
    path = folder / "redis.sock"
    options = [*redis_options(folder, path), *operator_options(folder), "--logfile", ""]
    with subprocess.Popen([str(redis_binary()), *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "eady to accept connections" in line:
                break
        yield path
        process.terminate()


@pytest.fixture
async def link(socket: Path) -> AsyncIterator[Link]:
    link = Link(f"unix://{socket}")
    yield link
    await link.aclose()


def test_every_command_in_the_sources_is_allowed() -> None:
    """Who writes another command finds out here, not on the day."""
    lua = "".join(path.read_text() for path in SOURCES.glob("lua/*.lua"))
    named = set(re.findall(r'(?:redis\.call\(|\{ ?)"([A-Z]+)"', lua))
    for name in ("store", "registry", "link", "routes", "access"):
        python = (SOURCES / f"{name}.py").read_text().partition("DANGEROUS")[0]
        named |= set(re.findall(r'\(\s*"([A-Z]+)",', python))
    assert {"XADD", "MGET", "EVALSHA", "WAIT"} <= named
    allowed = {*COMMANDS, *SINCE_7_2}
    refused = {name for name in named if SUBCOMMANDS.get(name, name.lower()) not in allowed}
    assert refused <= NO_COMMANDS_OF_OURS


def test_every_key_that_is_described_may_be_touched() -> None:
    """Who writes under another name finds out here as well."""
    described = re.findall(r"^    (\S+) +(?:string|hash|zset|list|stream|counts)", keys.__doc__ or "", re.M)
    assert {"s:{pNN}:SID", "l:{pNN}:SID", "workers", "{deliveries}:version"} <= set(described)
    for name in described:
        assert any(name.startswith(pattern.rstrip("*")) for pattern in KEY_PATTERNS), name


async def test_workers_may_leave_a_word_for_one_another(link: Link) -> None:
    """How much each can start, who waits for a bell."""
    store = Store(link)
    assert await store.tell_workers("one", b"busy") == {b"one": b"busy"}
    await store.forget_workers([b"one"])
    assert await store.tell_workers("two", b"idle") == {b"two": b"idle"}


async def test_all_that_the_store_does_is_allowed(link: Link) -> None:
    """A whole sitting, the journal, codes, deliveries, outages, leases: no command and no key is refused."""
    store = Store(link)
    await store.claim()
    sids = [a_sid(number, partition=number) for number in range(3)]
    tickets = [await a_running(store, sid) for sid in sids]
    saves = [a_save(ticket, n) for n in range(1, 21) for ticket in tickets]  # digests are spilled after 16
    assert set(await verdicts(store, *saves)) == {"ok"}
    again, fork = a_save(tickets[0], 2), a_save(tickets[0], 3, body="x")
    assert await verdicts(store, again, fork) == ["repeated", "fork"]
    acts = Pause(sids[0], "p"), Resume(sids[0], "r"), Extend(sids[0], 1, "e")
    assert set(await verdicts(store, *acts)) == {"ok"}
    assert len((await one(store, Read(tickets[1]))).batches) == 20
    lines = await store.journal(store.journals(), 1000)
    assert len([line for line in lines if isinstance(line, BatchLine)]) == 60
    await store.sealed([(sid, 20) for sid in sids], {line.partition: line.stream_id for line in lines})
    assert await store.journal_length() == 0
    assert all(await store.glance(sids))
    await store.tick(NOW)
    outages = await store.tick(NOW + GAP_MS + 1)
    await one(store, Credit(sids[0], outages[0].from_ms, outages[0].to_ms))
    assert len(await store.waiting()) == 64
    for outage in outages:
        await store.settle(outage)
    assert (await store.running(0))[1] == [sids[0]]
    assert await store.due(0, NOW + GAP_MS) == []
    entry = CodeEntry(bytes(16), sids[0], "R1")
    await store.put_codes([entry])
    assert await store.find_codes([entry.digest]) == [entry]
    assert await store.revoke([entry.digest]) == 1
    await store.drop_codes([entry.digest])
    await store.put_delivery("maths26a", "{}")
    assert (await store.deliveries(), await store.deliveries_version()) == ([b"{}"], 1)
    await store.drop_delivery("maths26a")
    assert await store.lease("drain", "anna", 1000)
    assert await verdicts(store, Submit(tickets[0], 20), Login(sids[0])) == ["ok", "ok"]
    assert await store.create_sessions([a_row(a_sid(9))]) == 1
    assert await store.destroy_sessions([*sids, a_sid(9)]) == 4


@pytest.mark.parametrize("command", DANGEROUS)
async def test_nothing_dangerous_is_allowed(link: Link, command: str) -> None:
    """Not to the application, whatever defect speaks through it; nor in a script of ours."""
    with pytest.raises(StoreRefused, match="NOPERM"):
        await link.command(*command.split())


async def test_other_keys_are_out_of_reach(link: Link) -> None:
    """A Redis that is shared with another program keeps that program's values."""
    with pytest.raises(StoreRefused, match="NOPERM"):
        await link.command("GET", "another:program")


async def test_a_server_can_be_asked_what_its_user_may_do(link: Link, socket: Path) -> None:
    """The application's user has what it needs; the operator's is told to have more; nothing is done."""
    password = (socket.parent / "operator.password").read_text()
    operator = Link(f"unix://operator:{password}@{socket}")
    await operator.command("SET", "kept", 1)

    assert await privileges(link) == ([], [])
    lacking, excess = await privileges(operator)

    assert lacking == []
    assert {"flushall", "config", "debug", "eval", "shutdown", "keys", "monitor"} <= set(excess)
    assert await operator.command("GET", "kept") == b"1"
    await operator.aclose()


async def test_a_user_without_a_command_is_told_which(socket: Path) -> None:
    """Before the day, by `passation doctor`."""
    password = (socket.parent / "operator.password").read_text()
    admin = Link(f"unix://operator:{password}@{socket}")
    rule = acl_line("narrow", ">secret").split()[2:]
    await admin.command("ACL", "SETUSER", "narrow", *rule, "-xadd", "-evalsha")
    link = Link(f"unix://narrow:secret@{socket}")

    assert await privileges(link) == (["evalsha", "xadd"], [])

    await link.aclose()
    await admin.aclose()


async def test_a_user_who_cannot_even_be_asked_is_told_so(socket: Path) -> None:
    """Without transactions nothing can be tried without doing it, so nothing else is tried."""
    password = (socket.parent / "operator.password").read_text()
    admin = Link(f"unix://operator:{password}@{socket}")
    await admin.command("ACL", "SETUSER", "mute", *acl_line("mute", ">secret").split()[2:], "-multi")
    link = Link(f"unix://mute:secret@{socket}")

    assert await privileges(link) == (["multi", "discard"], [])

    await link.aclose()
    await admin.aclose()

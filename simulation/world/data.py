"""What a Redis holds, as far as the engine asks for it, and the commands that read and write it.

The scripts are the state machine of `simulation.protocol`. A copy costs a few microseconds, so the server
keeps one after each write: a crash or a fail-over is a step back to one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from sessions.keys import partition_of
from sessions.model import Save
from sessions.script import sessions_script, upkeep_script
from sessions.states import Status
from simulation.protocol.group import Do, do, do_group
from simulation.protocol.session import Line, Session
from simulation.protocol.upkeep import Partition, may_close, settle, tick
from simulation.world import wire
from simulation.world.resp import Command, Refused

SESSIONS, UPKEEP = sessions_script(), upkeep_script()
Entry = tuple[bytes, list[bytes]]


class Data:
    """The keys of one server. `partitions` as the engine is set."""

    def __init__(self, partitions: int = 64) -> None:
        self.partitions = partitions
        self.sessions: dict[bytes, Session] = {}
        self.journals: dict[int, list[Entry]] = {}
        self.clocks: dict[int, Partition] = {}
        self.strings: dict[bytes, bytes] = {}
        self.hashes: dict[bytes, dict[bytes, bytes]] = {}
        self.leases: dict[bytes, tuple[bytes, int]] = {}
        self.newest_id = (0, 0)

    def copy(self) -> Data:
        """The same, for later."""
        other = Data.__new__(Data)
        other.partitions, other.newest_id = self.partitions, self.newest_id
        other.sessions = dict(self.sessions)
        other.journals = {partition: list(entries) for partition, entries in self.journals.items()}
        other.clocks = dict(self.clocks)
        other.strings = dict(self.strings)
        other.hashes = {name: dict(fields) for name, fields in self.hashes.items()}
        other.leases = dict(self.leases)
        return other


class Commands:
    """Does commands on `data`; `now_ms` is this server's own clock, `noted` hears of each journal entry."""

    do_one: Do = staticmethod(do)

    def __init__(
        self, data: Data, noted: Callable[[list[Line], int], None] = lambda lines, now_ms: None
    ) -> None:
        self.data = data
        self.noted = noted
        self.known: set[str] = set()
        self.wrote = False

    def do(self, command: Command, now_ms: int) -> Any:
        """The reply to one command; `wrote` says afterwards whether it goes into the append-only file."""
        self.wrote = False
        return _COMMANDS[str(command[0])](self, now_ms, *command[1:])

    def evalsha(self, now_ms: int, sha: str, count: int, *given: Any) -> Any:
        if sha not in self.known:
            return Refused("NOSCRIPT No matching script. Please use EVAL.")
        names, arguments = given[:count], given[count:]
        self.wrote = True
        if sha == SESSIONS.sha:
            return self._sessions(names[0], arguments[0], int(arguments[1]), now_ms)
        return self.upkeep(_text(arguments[0]), now_ms, names, arguments)

    def script(self, _now_ms: int, _load: str, text: str) -> bytes:
        found = SESSIONS if text == SESSIONS.text else UPKEEP
        self.known.add(found.sha)
        return found.sha.encode()

    def _sessions(self, journal: str, packed: bytes, now_ms: int, clock_ms: int) -> list[Any]:
        operations = wire.read_operations(packed)
        done = do_group(self.data.sessions, operations, now_ms, self._outages_of, self.do_one)
        for lines in done.entries:
            self._append(journal, lines, now_ms, clock_ms)
        return [
            wire.save_reply(outcome) if isinstance(operation, Save) else wire.reply(outcome)
            for (_, operation), outcome in zip(operations, done.outcomes, strict=True)
        ]

    def _append(self, journal: str, lines: list[Line], now_ms: int, clock_ms: int) -> None:
        data = self.data
        before_ms, count = data.newest_id
        data.newest_id = (clock_ms, 0) if clock_ms > before_ms else (before_ms, count + 1)
        stream_id = b"%d-%d" % data.newest_id
        fields = [b"t", b"%d" % now_ms, b"l", wire.journal_lines(lines, data.partitions)]
        data.journals.setdefault(partition_in(journal), []).append((stream_id, fields))
        self.noted(lines, now_ms)

    def _outages_of(self, sid: bytes) -> tuple[tuple[int, int], ...]:
        partition = self.data.clocks.get(partition_of(sid, self.data.partitions))
        return partition.outages if partition else ()

    def upkeep(self, verb: str, now_ms: int, names: Any, arguments: Any) -> Any:
        verbs = {"tick": self.tick, "waiting": self.waiting, "due": self.due, "lease": self.lease}
        return (verbs | {"seal": self.seal, "deliver": self.deliver})[verb](now_ms, names, arguments)

    def seal(self, _now_ms: int, names: Any, arguments: Any) -> int:
        raised = 0
        for name, n in zip(names, arguments[1:], strict=True):
            sid = wire.sid_of_owner(_bytes(name).partition(b":")[2])
            session = self.data.sessions.get(sid)
            if session is not None and int(n) > session.sealed:
                self.data.sessions[sid] = session._replace(sealed=int(n))
                raised += 1
        return raised

    def tick(self, _now_ms: int, names: Any, arguments: Any) -> list[int]:
        for name in names[::3]:
            partition = partition_in(name)
            after = tick(self.data.clocks.get(partition, Partition()), int(arguments[1]), int(arguments[2]))
            self.data.clocks[partition] = after
        found = self.waiting(0, names[::3], arguments)
        self.wrote = True
        return found

    def waiting(self, _now_ms: int, names: Any, _arguments: Any) -> list[int]:
        self.wrote = False
        waiting: list[int] = []
        for place, name in enumerate(names, start=1):
            for from_ms, to_ms in self.data.clocks.get(partition_in(name), Partition()).uncredited:
                waiting += [place, from_ms, to_ms]
        return waiting

    def due(self, _now_ms: int, names: Any, arguments: Any) -> list[bytes]:
        _, now_ms, gap_ms, until_ms, count = arguments
        self.wrote = False
        partition = partition_in(names[0])
        if not may_close(self.data.clocks.get(partition, Partition()), now_ms, gap_ms):
            return []
        open_ = self._open(partition)
        return [sid for deadline_ms, sid in open_ if deadline_ms is not None and deadline_ms <= until_ms][
            :count
        ]

    def _open(self, partition: int) -> list[tuple[int | None, bytes]]:
        found = [
            (session.deadline_ms if session.status is Status.RUNNING else None, sid.hex().encode())
            for sid, session in self.data.sessions.items()
            if session.status in (Status.RUNNING, Status.PAUSED)
            and partition_of(sid, self.data.partitions) == partition
        ]
        return sorted(found, key=lambda one: (one[0] is None, one[0] or 0, one[1]))

    def lease(self, now_ms: int, names: Any, arguments: Any) -> int:
        key, (_, owner, ttl_ms) = names[0], arguments
        holder, until_ms = self.data.leases.get(key, (owner, 0))
        if holder != owner and until_ms > now_ms:
            return 0
        self.data.leases[key] = (owner, now_ms + ttl_ms)
        return 1

    def deliver(self, now_ms: int, names: Any, arguments: Any) -> int:
        _, delivery, record = arguments
        held = self.data.hashes.get(_bytes(names[0]), {}).get(_bytes(delivery))
        if held is not None and _version_of(held) > _version_of(record):
            return 0
        self.hset(now_ms, names[0], delivery, record)
        self.incr(now_ms, names[1])
        return 1

    def xrange(self, _now_ms: int, name: str, low: str, _high: str, _count: str, count: int) -> list[Entry]:
        entries = self.data.journals.get(partition_in(name), [])
        if low != "-":
            entries = [entry for entry in entries if _place(entry[0]) >= _place(low.encode())]
        return entries[:count]

    def xlen(self, _now_ms: int, name: str) -> int:
        return len(self.data.journals.get(partition_in(name), []))

    def xtrim(self, _now_ms: int, name: str, _minid: str, first: str) -> int:
        self.wrote = True
        entries = self.data.journals.get(partition_in(name), [])
        kept = [entry for entry in entries if _place(entry[0]) >= _place(first.encode())]
        self.data.journals[partition_in(name)] = kept
        return len(entries) - len(kept)

    def zscan(self, _now_ms: int, name: str, _cursor: int, _count: str, _size: int) -> list[Any]:
        return [b"0", [part for _, sid in self._open(partition_in(name)) for part in (sid, b"0")]]

    def hdel(self, _now_ms: int, name: str, field: Any) -> int:
        self.wrote = True
        if name.startswith("w:"):
            partition = partition_in(name)
            before = self.data.clocks.get(partition, Partition())
            self.data.clocks[partition] = settle(before, int(field))
            return len(before.uncredited) - len(self.data.clocks[partition].uncredited)
        return int(self.data.hashes.get(_bytes(name), {}).pop(_bytes(field), None) is not None)

    def hset(self, _now_ms: int, name: str, field: Any, value: Any) -> int:
        self.wrote = True
        self.data.hashes.setdefault(_bytes(name), {})[_bytes(field)] = _bytes(value)
        return 1

    def hvals(self, _now_ms: int, name: str) -> list[bytes]:
        return list(self.data.hashes.get(_bytes(name), {}).values())

    def incr(self, _now_ms: int, name: str) -> int:
        self.wrote = True
        value = int(self.data.strings.get(_bytes(name), b"0")) + 1
        self.data.strings[_bytes(name)] = b"%d" % value
        return value

    def exists(self, _now_ms: int, name: str) -> int:
        return int(bool(self.data.hashes.get(_bytes(name))))

    def set(self, _now_ms: int, name: str, value: Any, *options: str) -> bytes | None:
        if "NX" in options and _bytes(name) in self.data.strings:
            return None
        self.wrote = True
        if _text(name).startswith("u:"):
            partition = partition_in(_text(name))
            before = self.data.clocks.get(partition, Partition())
            self.data.clocks[partition] = before._replace(last_ms=int(value))
        else:
            self.data.strings[_bytes(name)] = _bytes(value)
        return b"OK"

    def delete(self, _now_ms: int, *names: Any) -> int:
        self.wrote = True
        return sum(self.data.strings.pop(_bytes(name), None) is not None for name in names)

    def get(self, _now_ms: int, name: Any) -> bytes | None:
        return self._value(_bytes(name))

    def mget(self, _now_ms: int, *names: Any) -> list[bytes | None]:
        return [self._value(_bytes(name)) for name in names]

    def _value(self, name: bytes) -> bytes | None:
        kind, _, owner = name.partition(b":")
        if kind == b"u":
            clock_ms = self.data.clocks.get(partition_in(owner.decode()), Partition()).last_ms
            return None if clock_ms is None else b"%d" % clock_ms
        if kind not in (b"s", b"c", b"e", b"b"):
            return self.data.strings.get(name)
        session = self.data.sessions.get(wire.sid_of_owner(owner))
        if session is None:
            return None
        if kind == b"b":
            save = {**session.retained, **session.batches}.get(int(owner.rpartition(b":")[2]))
            return wire.batch_line(save) if save else None
        if kind == b"s":
            return wire.shown(session)
        return wire.constants(session.row) if kind == b"c" else b"%d" % session.sealed


_COMMANDS: dict[str, Callable[..., Any]] = {
    "EVALSHA": Commands.evalsha,
    "SCRIPT": Commands.script,
    "XRANGE": Commands.xrange,
    "XLEN": Commands.xlen,
    "XTRIM": Commands.xtrim,
    "ZSCAN": Commands.zscan,
    "HDEL": Commands.hdel,
    "HSET": Commands.hset,
    "HVALS": Commands.hvals,
    "INCR": Commands.incr,
    "EXISTS": Commands.exists,
    "SET": Commands.set,
    "DEL": Commands.delete,
    "GET": Commands.get,
    "MGET": Commands.mget,
}


def partition_in(name: str) -> int:
    """NN of a key that carries `{pNN}`."""
    return int(name[name.index("{p") + 2 : name.index("}")])


def _place(stream_id: bytes) -> tuple[int, int]:
    moment, _, count = stream_id.partition(b"-")
    return int(moment), int(count)


def _version_of(record: str | bytes) -> int:
    try:
        return int(orjson.loads(record).get("version", 0))
    except (ValueError, TypeError, AttributeError):
        return 0


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()

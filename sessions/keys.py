"""Every key in Redis: its name, what it holds, how long it stays.

All keys of a session carry the hash tag `{pNN}` of its partition, and in a cluster so does the journal it
writes to: they lie on one node, where one script may touch them together. `SID` is the session id in hex.

    s:{pNN}:SID    string  the session record: STATE_FIELDS, then TEXT_FIELDS; until the delivery is
                           destroyed, as all keys of a session without another note
    c:{pNN}:SID    string  what never changes: msgpack array in the order of CONSTANT_FIELDS
    e:{pNN}:SID    string  number up to which the archive has everything
    b:{pNN}:SID:N  string  batch N (sealed) with its head; until it counts for no item any more, and the
                           archive has it
    d:{pNN}:SID    string  8 bytes of digest for each number that the record holds no longer
    x:{pNN}:SID    hash    rare marks: `!ID` change ID of the audit log has been applied (what it gave before
                           the start: `when:how much`), `~D` a batch with digest D has been kept aside
    l:{pNN}:SID    string  the latest log-ins that bear a mark, at most 8, newest first: 8 bytes of the mark,
                           8 bytes of the epoch it was given; ten minutes from the last one
    j:{pNN}        stream  the journal; an entry goes when the archive has it (seconds)
    z:{pNN}        zset    open sessions by deadline (paused: +inf); until handed in or closed
    u:{pNN}        string  when the partition last acknowledged
    o:{pNN}        list    outages, `from:to`, the last 200; until the delivery is destroyed
    w:{pNN}        hash    from -> to of the outages not yet credited (a minute)
    f:{pNN}        string  always 1, in a cluster alone: the node has what the archive knows of the partition
                           (written when that is done, gone with the node)
    k:{kNN}:DIGEST string  a code: msgpack (digest, sid, room, revoked); until the delivery closes
    deliveries     hash    delivery id -> JSON, a copy of what SQL holds
    {deliveries}:version   counts the changes of `deliveries`
    {deliveries}:layout    LAYOUT of the program that filled this Redis; until Redis is emptied
    workers        hash    worker -> JSON [when, what it tells the others ...]; a minute after its last word
    figures        hash    process -> JSON, how it does now; a minute after its last word
    a:{TAG}        string  always 1: a write for WAIT to wait for, where replicas are asked for
    lease:NAME     string  who does a job that one process does alone; has its own time-out

An entry of the journal holds what one call wrote: `t` (now) and `l`, a msgpack array of the label and bytes
of each line (as fields of their own they would cost the square of their number). Labels are `batch:LATE`,
`paused:LATE`, `aside:VERDICT`, `state:EVENT`; LATE is empty for what came in time. In place of the bytes of
a batch stands the name of its key, `b:...`: bytes are what a save costs, so they lie once. On a single
node all partitions write to the journal of partition 0: what a command costs is the call.
"""

from __future__ import annotations

from functools import lru_cache

DELIVERIES = "deliveries"
DELIVERIES_VERSION = "{deliveries}:version"
LAYOUT_MARK = "{deliveries}:layout"
WORKERS = "workers"
FIGURES = "figures"

LAYOUT = 2
"""Raised whenever a key above, or a line of the journal, is written so that another program would misread it:
one that meets another number touches nothing (`Registry.meet`). Those before the first bore no mark."""

KEY_PATTERNS = (
    *(f"{letter}:{{p*" for letter in "sebcdxljzuowf"),
    *("k:{k*", DELIVERIES, DELIVERIES_VERSION, LAYOUT_MARK, "a:{*", "lease:*", WORKERS, FIGURES),
)
"""All keys above as Redis's patterns, the busiest first: what the user of the application may touch."""

STATE_FIELDS = {
    "sid": ("c16", "16s"),
    "status": ("B", "B"),
    "epoch": ("L", "Q"),
    "version": ("I", "I"),
    "started_ms": ("L", "Q"),
    "deadline_ms": ("L", "Q"),
    "last": ("I", "I"),
    "seen_ms": ("L", "Q"),
    "held": ("I", "I"),
    "taken_over_ms": ("L", "Q"),
    "paused_at_ms": ("L", "Q"),
    "paused_from_ms": ("L", "Q"),
    "paused_to_ms": ("L", "Q"),
    "extra_ms": ("l", "q"),
    "asides": ("I", "I"),
    "dropped": ("I", "I"),
    "spilled": ("I", "I"),
}
"""The numbers of the session record, big-endian, as Lua's struct and as Python's struct call them. Reading
msgpack into a table takes Lua three times as long, on every save."""

REPLY_FIELDS = 7
"""The first so many of them go into every reply."""

TEXT_FIELDS = ("at", "batches", "retained", "loose", "digests")
"""Behind the numbers: the lengths of these byte strings (four bytes each), then they themselves; see
`lua/batches.lua`. What each save changes stands together, or grows at its end: `lua/answers.lua`."""

CONSTANT_FIELDS = ("delivery", "room", "factor_permille", "needs", "wrapped_key")


def partition_of(sid: bytes, partitions: int) -> int:
    """The partition of a session: its first byte modulo 64 by default (two bytes serve more than 256)."""
    return int.from_bytes(sid[:2], "little") % partitions


def tag(partition: int) -> str:
    """The hash tag that all keys of a partition carry."""
    return f"{{p{partition:02d}}}"


@lru_cache(maxsize=32_768)
def owner(sid: bytes, partitions: int) -> str:
    """What the keys of a session end in: `{pNN}:SID`."""
    return f"{tag(partition_of(sid, partitions))}:{sid.hex()}"


def journal(partition: int) -> str:
    return f"j:{tag(partition)}"


def clock(partition: int) -> str:
    return f"u:{tag(partition)}"


def outages(partition: int) -> str:
    return f"o:{tag(partition)}"


def uncredited(partition: int) -> str:
    return f"w:{tag(partition)}"


def filled(partition: int) -> str:
    return f"f:{tag(partition)}"


def open_sessions(partition: int) -> str:
    return f"z:{tag(partition)}"


def code(digest: bytes) -> str:
    """The key of a code; 64 tags of their own, so that a cluster can fetch many of one tag at once."""
    return f"k:{{k{digest[0] % 64:02d}}}:{digest.hex()}"


def written(name: str) -> str:
    """The key for WAIT to wait for, in the slot of key `name`."""
    _, brace, rest = name.partition("{")
    tagged = rest.partition("}")[0] if brace else name
    return f"a:{{{tagged}}}"


def lease(name: str) -> str:
    return f"lease:{name}"

"""Who may do what in Redis: the one user of the application, and how to see that it is no more than that.

The application needs few commands and no other keys than its own; a defect, or somebody who speaks
through it, cannot flush, reconfigure, debug or read what is not ours. The tests hold the list against the
sources, and `privileges` asks a running server.
"""

from __future__ import annotations

from collections.abc import Sequence

from sessions.keys import KEY_PATTERNS
from sessions.link import Link, StoreError
from sessions.pipe import Command, ErrorReply

COMMANDS = (
    *(
        "evalsha",
        "script|load",
        "script|exists",
        "ping",
        "select",
        "info",
        "wait",
        "command",
        "cluster|slots",
        "cluster|info",
    ),
    *("get", "set", "mget", "mset", "del", "exists", "incr", "getrange", "setrange"),
    *("hget", "hset", "hdel", "hgetall", "hvals", "hexists"),
    *("zadd", "zrem", "zscan", "zrangebyscore", "rpush", "ltrim", "lrange"),
    *("xadd", "xrange", "xlen", "xtrim"),
    *("multi", "discard"),
)
"""`info` shows memory; `multi` and `discard`, without `exec`, let `privileges` ask and nothing be done."""

SINCE_7_2 = ("waitaof",)
"""Not known to older servers, which would refuse the whole rule."""

DANGEROUS = (
    *("FLUSHALL", "FLUSHDB", "CONFIG GET dir", "DEBUG SLEEP 0", "KEYS *", "SCAN 0", "SHUTDOWN NOSAVE"),
    *("EVAL return 0", "SCRIPT FLUSH", "REPLICAOF NO ONE", "MODULE LIST", "ACL LIST", "CLIENT LIST"),
    *("SAVE", "BGREWRITEAOF", "MONITOR", "MIGRATE h 1 k 0 1", "RESTORE k 0 v", "DUMP k", "SWAPDB 0 1"),
    *("CLUSTER NODES", "FAILOVER"),
)
"""What the application's user must be refused; each with arguments that a server would take."""


def rules(*, waitaof: bool = False) -> list[str]:
    """The rule of the application's user, word by word, as `ACL SETUSER`, `user` and an ACL file take it."""
    commands = [*COMMANDS, *(SINCE_7_2 if waitaof else ())]
    keys = [f"~{pattern}" for pattern in KEY_PATTERNS]
    return ["resetchannels", "resetkeys", *keys, "-@all", *(f"+{command}" for command in commands)]


def acl_line(name: str, credential: str, *, waitaof: bool = False) -> str:
    """A line of an ACL file; `credential` is `#` and the SHA-256 of the password in hex, or `nopass`."""
    return " ".join(["user", name, "on", credential, *rules(waitaof=waitaof)])


async def privileges(link: Link) -> tuple[list[str], list[str]]:
    """What the user of `link` lacks, and what it has and should not; both empty as it should be.

    Each command is queued in a transaction that is thrown away: the server says whether it would be
    allowed, and does nothing. The transaction itself is tried first, alone.
    """
    try:
        await link.commands([("MULTI",), ("DISCARD",)])
    except StoreError:
        return ["multi", "discard"], []
    lacking = [example for example in _EXAMPLES if await _refusal(link, example) == "NOPERM"]
    excess = [text for text in DANGEROUS if await _refusal(link, tuple(text.split())) == ""]
    return [str(example[0]).lower() for example in lacking], [text.split()[0].lower() for text in excess]


async def _refusal(link: Link, command: Command) -> str:
    """Why the server would not do it: "NOPERM" by this user, "unknown" for it lacks the command, "" it would.

    One exchange, so that nothing can come between its parts. Rights are looked at before anything else that
    a server may have against a command (it has no such key, not within a transaction).
    """
    _, told, _ = await link.replies([("MULTI",), command, ("DISCARD",)])
    text = str(told) if isinstance(told, ErrorReply) else ""
    return next((word for word in ("NOPERM", "unknown") if word in text), "")


_EXAMPLES: Sequence[Command] = (
    ("EVALSHA", "0" * 40, 0),
    ("SCRIPT", "LOAD", "return 0"),
    *((name.upper(), "deliveries") for name in ("get", "hgetall", "hvals", "incr", "del", "xlen")),
    ("MGET", "s:{p00}:0", "e:{p00}:0", "c:{p00}:0", "b:{p00}:0:1"),
    ("MSET", "s:{p00}:0", "", "d:{p00}:0", "", "a:{p00}", 1),
    ("XADD", "j:{p00}", "*", "t", 0),
    ("XRANGE", "j:{p00}", "-", "+"),
    ("XTRIM", "j:{p00}", "MINID", "0-1"),
    ("ZADD", "z:{p00}", 0, "0"),
    ("HSET", "w:{p00}", 0, 0),
    ("RPUSH", "o:{p00}", "0:0"),
    ("SET", "k:{k00}:0", ""),
    ("SET", "lease:drain", ""),
    ("INFO", "memory"),
    ("WAIT", 0, 0),
    ("WAITAOF", 0, 0, 0),
)

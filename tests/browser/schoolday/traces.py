"""Everything that an engine keeps or has said, as whoever gets hold of its machines would read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgpack
from redis.asyncio import Redis

from engine.backup.manifest import part_key, read_manifest
from engine.backup.parts import read_part
from engine.keyring import KeyRing
from tests.browser.deliveries import apart
from tests.served import Served

Trace = tuple[str, bytes]


def of_files(*folders: Path) -> Iterator[Trace]:
    """Each file, its name first: Redis's own, the archive's, forms, what is published, take-outs, backups."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            yield f"name of {path.name}", str(path.relative_to(folder)).encode()
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()


def of_redis(engine: Served) -> list[Trace]:
    """Each key of the running Redis with its value, since its files may be packed."""

    async def read() -> list[Trace]:
        client = Redis.from_url(engine.operator_redis)
        try:
            return [trace async for trace in _keys(client)]
        finally:
            await client.aclose()

    return apart(lambda: asyncio.run(read()))


async def _keys(client: Any) -> AsyncIterator[Trace]:
    async for key in client.scan_iter(count=1000):
        kind = (await client.type(key)).decode()
        yield f"redis {kind} {key!r}", key + b" " + repr_of(await _READ[kind](client, key))


_READ: dict[str, Any] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "set": lambda client, key: client.smembers(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "zset": lambda client, key: client.zrange(key, 0, -1),
    "stream": lambda client, key: client.xrange(key),
}


def repr_of(value: Any) -> bytes:
    """All bytes of a nested value, as they are."""
    if isinstance(value, dict):
        return b"\n".join(repr_of(part) for entry in value.items() for part in entry)
    if isinstance(value, (list, tuple, set)):
        return b"\n".join(map(repr_of, value))
    return value if isinstance(value, bytes) else str(value).encode()


def of_backup(engine: Served, folder: Path) -> Iterator[Trace]:
    """A backup's records in clear, by the key that its operator has in the safe."""
    key = KeyRing.of(engine.settings).backup_key()
    manifest = read_manifest(folder, key)
    opened = part_key(key, manifest.id)
    for part in manifest.parts:
        records = (msgpack.packb(record, use_bin_type=True) for record in read_part(folder, part, opened))
        yield f"backup {part.name}", b"".join(records)

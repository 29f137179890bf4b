"""The end of a campaign: every delivery destroyed, once the authority has signed for its results.

    receipt = the authority's proof of completeness, `passation-authority takeout check --proof FILE`:
    {"format": "passation-proof/1", "delivery", "score_version", "takeout_made_ms", "whole": true, "counts":
     {"scored": ...}, ..., "signature": Ed25519, hex, over the rest as sorted JSON without spaces}

What stands in the way is told all at once, and nothing is touched until nothing does. Then keys go first:
from that moment answers are noise in every copy, whatever becomes of the rest. Doing it again goes on where
it broke off: a destroyed delivery needs no receipt any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from engine.archive import Archive, Conflict, Delivery
from engine.archive.answers import scored, unscored
from engine.archive.versions import outdated
from engine.deliveries import Deliveries
from engine.files import FileStore
from engine.keyring import KeyRing
from engine.results.export import chosen_version
from sessions.store import Store

FORMAT = "passation-proof/1"
RECEIPT_BYTES_MAX = 10_000_000
"""Some forty bytes a school of a country."""


class Receipt(NamedTuple):
    """What the authority has signed for."""

    delivery: str
    score_version: int
    takeout_made_ms: int
    scored: int


class Plan(NamedTuple):
    """What would go, and what stands in the way; nothing is done while anything does."""

    deliveries: tuple[str, ...]
    sessions: int
    hindrances: tuple[str, ...]


def read_receipt(path: Path, key: Ed25519PublicKey) -> Receipt:
    """A receipt whose signature is the authority's, of a take-out that was whole; or Conflict."""
    try:
        with path.open("rb") as file:
            record = json.loads(file.read(RECEIPT_BYTES_MAX))
        rest = {name: value for name, value in record.items() if name != "signature"}
        signed = json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()
        key.verify(bytes.fromhex(record["signature"]), signed)
        receipt = Receipt(
            delivery=str(record["delivery"]),
            score_version=int(record["score_version"]),
            takeout_made_ms=int(record["takeout_made_ms"]),
            scored=int(record["counts"]["scored"]),
        )
        is_whole = record["format"] == FORMAT and record["whole"] is True
    except OSError as error:
        raise Conflict(f"cannot read the receipt {path}: {error.strerror}") from error
    except InvalidSignature as error:
        raise Conflict(f"the receipt {path} is not signed by this authority, or was changed") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Conflict(
            f"{path} is no receipt: `passation-authority takeout check --proof FILE` writes one"
        ) from error
    if not is_whole:
        raise Conflict(f"the receipt {path} says that the take-out is not whole: nothing is signed for")
    return receipt


class Finish:
    """The closing of one installation."""

    def __init__(self, archive: Archive, store: Store, keyring: KeyRing, files: FileStore) -> None:
        self._archive = archive
        self._store = store
        self._keyring = keyring
        self._files = files

    async def plan(self, receipts: Sequence[Receipt]) -> Plan:
        """Look at everything, change nothing."""
        deliveries = await self._archive.deliveries()
        signed = {receipt.delivery: receipt for receipt in receipts}
        hindrances = [
            f"the receipt of {name} is of no delivery here, or of one that is destroyed already"
            for name in sorted(signed.keys() - {delivery.id for delivery in deliveries})
        ]
        sessions = 0
        for delivery in deliveries:
            counts = await self._archive.counts(delivery.id)
            sessions += sum(counts.values())
            found = [
                *_of_sittings(delivery, counts),
                *await self._of_results(delivery, signed.get(delivery.id)),
            ]
            hindrances += [f"{delivery.id}: {one}" for one in found]
        if waiting := await self._store.journal_length():
            hindrances.append(
                f"the archive lacks {waiting} entries of the journal: let the engine run, then repeat"
            )
        return Plan(tuple(delivery.id for delivery in deliveries), sessions, tuple(hindrances))

    async def carry_out(self, plan: Plan, receipts: Mapping[str, str], *, who: str, now_ms: int) -> None:
        """Destroy what the plan names; `receipts` are the SHA-256 of the files, for the audit log."""
        if plan.hindrances:
            raise Conflict("; ".join(plan.hindrances))
        await self._archive.audit(
            "campaign.finish",
            who=who,
            now_ms=now_ms,
            deliveries=list(plan.deliveries),
            sessions=plan.sessions,
            receipts=dict(receipts),
        )
        deliveries = Deliveries(self._archive, self._keyring, who=who)
        for name in plan.deliveries:
            await deliveries.destroy(name, self._store, now_ms, self._files)
        self._keyring.replace_token_keys(now_ms)

    async def _of_results(self, delivery: Delivery, receipt: Receipt | None) -> list[str]:
        """Whether the authority has what there is."""
        database, told = self._archive.database, []
        count, newest_ms = await scored(database, delivery.id)
        if waiting := await unscored(database, delivery.id):
            told.append(f"{waiting} sessions are not scored yet: let the engine run, then repeat")
        if receipt is None:
            return [*told, "nobody has signed for its results: give --receipt"] if count else told
        version, _ = await chosen_version(self._archive, delivery, None)
        if receipt.score_version != version:
            told.append(f"the authority has score version {receipt.score_version}, not {version}: export it")
        if changed := await outdated(database, delivery.id, version):
            told.append(f"{changed} scores changed after version {version}: rescore, then export")
        if receipt.scored != count or newest_ms > receipt.takeout_made_ms:
            told.append(f"the authority has {receipt.scored} scores, of {count}, or older ones: export again")
        return told


def _of_sittings(delivery: Delivery, counts: Mapping[str, int]) -> list[str]:
    """Whether its time is over for everybody."""
    told = []
    if delivery.state != "closed":
        told.append(f"it is {delivery.state}: `passation deliveries close {delivery.id}` first")
    if unfinished := sum(counts.get(status, 0) for status in ("running", "paused")):
        told.append(f"{unfinished} sessions are open still: let the engine run, then repeat")
    return told


def described(plan: Plan) -> dict[str, Any]:
    """The plan for machines."""
    return {**plan._asdict(), "ready": not plan.hindrances}

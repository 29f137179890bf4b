"""The player's outbox as a state machine: numbered batches, one under way, kept until the archive has them.

The protocol of `engine/web/js/outbox.js`, `sitting.js` and `resume.js`; the JavaScript is run against it on
the same histories. Time is an argument, nothing is sent from here: `next_batch` says what to send, `accepted`
and `refused` what a reply makes of the box. A box is plain data, so a vault keeps and restores it as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

ENTRIES_MAX = 200
STALE_MS = 5_000
Box = dict[str, Any]
Batch = dict[str, Any]
Reply = Mapping[str, Any]

PASSING = ("away", "overloaded", "store_away", "store_full", "internal")
"""What passes by itself: a dead line, a time-out, a server under load."""
OVER = ("handed_in", "session_closed")
"""A batch refused so is kept aside."""


def fresh_box(last: int) -> Box:
    """The box of a device that has nothing of this session yet."""
    return {
        "last": last,
        "sealed": 0,
        "top": last,
        "batches": [],
        "dirty": [],
        "full": False,
        "aside": {},
    }


class Outbox:
    """A box with the answers that it is made from. `now_ms`: the server's clock as the device knows it."""

    entries_max = ENTRIES_MAX
    """Answers in a batch."""

    def __init__(self, box: Box, answers: dict[str, Any]) -> None:
        self.box = box
        self.answers = answers

    @property
    def unacknowledged(self) -> list[Batch]:
        return [batch for batch in self.box["batches"] if batch["n"] > self.box["last"]]

    @property
    def waiting(self) -> int:
        """Batches that the server has not acknowledged, the one to come included."""
        return len(self.unacknowledged) + (1 if self.box["dirty"] or self.box["full"] else 0)

    def answer(self, item: str, response: Any, now_ms: int) -> None:
        """The pupil answers; the same answer again is none."""
        known = self.answers.get(item)
        if known and known["response"] == response:
            return
        self.answers[item] = {"response": response, "given_ms": now_ms}
        self.box["aside"].pop(item, None)
        if item not in self.box["dirty"]:
            self.box["dirty"].append(item)

    def next_batch(self, now_ms: int) -> Batch | None:
        """The oldest batch that the server lacks, else a new one, else None: a sign of life."""
        box = self.box
        if (box["top"] > box["last"] or self.unacknowledged) and not box["full"]:
            for kept in self.unacknowledged:
                if kept["n"] == box["last"] + 1 or kept["full"]:
                    return kept
            box["full"] = True  # a hole that only all we know can close
        return self.freeze(now_ms) if box["full"] or box["dirty"] else None

    def freeze(self, now_ms: int) -> Batch:
        """A new batch; a full one stands for every unacknowledged one before it."""
        box, full = self.box, self.box["full"]
        if full:
            box["dirty"] = [item for item in self.answers if item not in box["aside"]]
            box["batches"] = [kept for kept in box["batches"] if kept["n"] <= box["last"]]
        answers = [self.entry(item, now_ms) for item in box["dirty"][: self.entries_max]]
        n = max(box["top"], box["last"]) + 1
        items = [answer["item"] for answer in answers]
        presence = {"at": "", "held": self.waiting, "lease": box.get("lease")}
        fields = {"n": n, "answers": answers, "full": full, **presence}
        body = orjson.dumps({name: value for name, value in fields.items() if value is not None}).decode()
        batch = {"n": n, "body": body, "items": items, "full": full, "frozen_ms": now_ms}
        box["batches"].append(batch)
        box["top"], box["full"] = n, False
        box["dirty"] = [item for item in box["dirty"] if item not in items]
        return batch

    def entry(self, item: str, now_ms: int) -> dict[str, Any]:
        """An answer as it is sent."""
        answer = self.answers[item]
        age_ms = max(0, now_ms - answer["given_ms"])
        return {"item": item, "response": answer["response"], "elapsed_ms": 0, "age_ms": age_ms}

    def sign_of_life(self) -> bytes:
        """The body of a heartbeat."""
        lease = self.box.get("lease")
        return orjson.dumps(
            {"answers": [], "at": "", "held": self.waiting} | ({"lease": lease} if lease else {})
        )

    def settle(self, last: int, sealed: int) -> None:
        """What the server holds and what its archive holds; a lower `last` means that it lost batches."""
        box = self.box
        box["last"] = last
        box["top"] = max(box["top"], last)
        box["sealed"] = max(box["sealed"], sealed)
        box["batches"] = [batch for batch in box["batches"] if batch["n"] > box["sealed"]]

    def accepted(self, batch: Batch | None, reply: Reply, now_ms: int) -> None:
        """A reply of 200."""
        box = self.box
        box["lease"] = reply.get("lease") or box.get("lease")
        self.settle(reply["last"], reply["sealed"])
        box["told"] = max(box.get("told") or 0, reply["last"])
        late = reply.get("late")
        if batch and now_ms - batch["frozen_ms"] > STALE_MS and late and late != "proved":
            self.again(batch["items"])  # frozen long before it arrived, its ages are too small

    def refused(self, batch: Batch | None, reply: Reply, is_over: bool = False) -> bool:
        """Do the one thing that a refusal asks for; False if sending ends here for now.

        `is_over`: this device has its receipt, and sends only what a server has lost since.
        """
        box, code = self.box, reply["code"]
        if code == "bad_answer" and batch:
            self.set_aside(batch, reply.get("entries") or [])
        elif code == "gap":
            self.gap(reply["last"], batch["n"] if batch else 0)
        elif code == "fork":
            box["last"] = box["top"] = reply["last"]
            box["batches"] = [kept for kept in box["batches"] if kept["n"] <= reply["last"]]
            box["full"] = True
        elif code in OVER and batch and is_over:
            box["last"] = batch["n"]  # it is kept aside: on to the next
        elif code not in PASSING and code != "slow_down":
            return False
        return True

    def gap(self, last: int, n: int) -> None:
        """The server holds up to `last`, and did not take `n`; 0: no batch at all.

        With nothing missing before it, it does not know this seat: its numbers say nothing of our batches.
        """
        box = self.box
        box["last"] = last
        if n <= last + 1:
            box["top"], box["full"] = max(box["top"], last), True

    def set_aside(self, batch: Batch, entries: Sequence[Mapping[str, Any]]) -> None:
        """A refused batch consumed no number: its good answers go again under the same one."""
        box = self.box
        for entry in entries or [{"item": item} for item in batch["items"]]:
            if entry["item"] not in box["dirty"]:  # else: answered anew since, and not refused
                box["aside"][entry["item"]] = entry.get("problem", "refused")
        box["batches"] = [kept for kept in box["batches"] if kept is not batch]
        if batch["n"] == box["top"]:
            box["top"] -= 1
        box["full"] = batch["full"] or batch["n"] <= box["top"]
        self.again(batch["items"])

    def again(self, items: Sequence[str]) -> None:
        """These answers are to be sent once more."""
        box = self.box
        box["dirty"] += [item for item in items if item not in box["dirty"] and item not in box["aside"]]

    def unseat(self) -> None:
        """This seat is gone: what the archive does not hold is looked for on the server, or sent again."""
        box = self.box
        box["unsent"] = [*box.get("unsent", []), *box["batches"]]
        box["batches"] = []
        unsent = [item for batch in box["unsent"] for item in batch["items"] if item not in box["aside"]]
        box["dirty"] = list(dict.fromkeys([*unsent, *box["dirty"]]))

    @property
    def doubtful(self) -> list[Batch]:
        """A former seat's batches whose numbers are taken: by them, or by others since a server lost them."""
        return [batch for batch in self.box.get("unsent", []) if batch["n"] <= self.box["last"]]

    def delivered(self, arrived: Sequence[Batch]) -> dict[str, Any]:
        """Of a test that is over: the answers in batches that the server knows or has kept, for `merge`."""
        return {
            answer["item"]: {"response": answer["response"], "n": batch["n"]}
            for batch in arrived
            for answer in _answers_in(batch)
        }

    def merge_ended(self, answers: Mapping[str, Any], is_new_seat: bool, now_ms: int) -> None:
        """The same of a test that is over; where a server has lost what it had told, all goes again."""
        told, asked = self.box.get("told") or 0, self.doubtful
        self.merge(answers, is_new_seat, now_ms)
        if is_new_seat:
            self.box["batches"] = asked  # whoever has their numbers: until the archive holds them
        if self.box["last"] < told:
            self.box["full"] = True

    def merge(self, answers: Mapping[str, Any], is_new_seat: bool, now_ms: int) -> None:
        """What the server holds; what it had not got goes again, unless another seat was there since."""
        box = self.box
        told, unsent = box.get("told", 0), box.get("unsent", [])
        frozen = [batch for batch in box["batches"] if batch["n"] > min(told, box["last"])]
        waiting = {*box["dirty"], *(item for batch in frozen for item in batch["items"])}
        for item, known in answers.items():
            ours = self.answers.get(item)
            is_held = ours is not None and is_new_seat and ours["response"] == known["response"]
            is_ours = not is_new_seat or _is_ours(item, known, unsent, told)
            if not is_held and item in waiting and is_ours:
                continue
            if not is_held:
                self.answers[item] = {"response": known["response"], "given_ms": now_ms}
            box["dirty"] = [one for one in box["dirty"] if one != item]
        if is_new_seat:
            box["top"] = box["told"] = box["last"]
            box["full"] = False
            box.pop("unsent", None)


def _answers_in(batch: Batch) -> list[dict[str, Any]]:
    return orjson.loads(batch["body"])["answers"]  # type: ignore[no-any-return]


def _is_ours(item: str, known: Mapping[str, Any], unsent: Sequence[Batch], told: int) -> bool:
    """Whether a former seat of this device sent it: its number may have been given again, to another one."""
    batch = next((batch for batch in unsent if batch["n"] == known["n"]), None)
    if batch is None:
        return bool(known["n"] <= told)
    given = [answer for answer in _answers_in(batch) if answer["item"] == item]
    return any(answer["response"] == known["response"] for answer in given)


def has_arrived(reply: Reply) -> bool:
    """Whether the server has these very bytes, among the answers or among the evidence."""
    return bool(reply["ok"]) or reply["code"] in ("fork", *OVER)

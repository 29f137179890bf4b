"""Group commit: who waits for whom, and what happens to those who do not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from engine.errors import Problem
from engine.writer import GROUP_MIN, Lanes, Writer


class SlowDisk:
    """A place to commit to that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.busy = asyncio.Event()
        self.wake = asyncio.Event()

    async def commit(self, operations: Sequence[str]) -> list[str]:
        self.commits.append(list(operations))
        self.busy.set()
        await self.wake.wait()
        return [operation.upper() for operation in operations]


async def test_operations_arriving_during_a_commit_leave_together() -> None:
    """A slow commit costs those who come after it one wait in all, not one each."""
    disk = SlowDisk()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=10)
    running = asyncio.create_task(writer.run())
    first = writer.put("anna")
    await disk.busy.wait()
    others = [writer.put("bob"), writer.put("eve")]
    disk.wake.set()
    assert [await first, *await asyncio.gather(*others)] == ["ANNA", "BOB", "EVE"]
    assert disk.commits == [["anna"], ["bob", "eve"]]
    writer.close()
    await running


async def test_a_crowd_leaves_in_thirds_and_a_few_do_not_wait_for_more() -> None:
    """Who is answered together asks together: groups of one size keep server and Redis both at work."""
    disk = SlowDisk()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=200)
    running = asyncio.create_task(writer.run())
    waiting = [writer.put(f"anna {number}") for number in range(90)]
    await _until_still()
    assert [len(group) for group in disk.commits] == [30, 30, 30]
    waiting += [writer.put(f"bob {number}") for number in range(GROUP_MIN)]
    await _until_still()
    assert len(disk.commits) == 3, "far from a third of those who are here: they wait for more"
    waiting += [writer.put(f"eve {number}") for number in range(24)]
    await _until_still()
    assert [len(group) for group in disk.commits[3:]] == [24 + GROUP_MIN], "a third is here"
    waiting += [writer.put(f"kim {number}") for number in range(70)]
    await _until_still()
    assert len(disk.commits) == 4, "so many are under way at most"
    disk.wake.set()
    await asyncio.gather(*waiting)
    assert sum(map(len, disk.commits)) == len(waiting) == 200
    writer.close()
    await running


async def test_a_few_wait_for_the_commit_under_way() -> None:
    """Each of their own would cost Redis an fsync, which takes it as long as fifteen saves."""
    disk = SlowDisk()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=200)
    running = asyncio.create_task(writer.run())
    waiting = [writer.put("anna"), *(writer.put(f"bob {number}") for number in range(2))]
    await _until_still()
    waiting += [writer.put(f"eve {number}") for number in range(GROUP_MIN - 1)]
    await _until_still()
    assert [len(group) for group in disk.commits] == [3], "the first left at once, the others wait for it"
    waiting.append(writer.put("kim"))
    await _until_still()
    assert [len(group) for group in disk.commits] == [3, GROUP_MIN]
    disk.wake.set()
    await asyncio.gather(*waiting)
    writer.close()
    await running


async def test_behind_a_crowd_that_was_answered_a_few_wait_for_a_few() -> None:
    """Who has been answered is not here any more: nobody waits for a third of a crowd that has left."""
    disk = SlowDisk()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=200)
    running = asyncio.create_task(writer.run())
    disk.wake.set()
    await asyncio.gather(*(writer.put(f"anna {number}") for number in range(180)))
    disk.wake.clear()
    disk.commits.clear()
    waiting = [writer.put("bob")]
    await _until_still()
    waiting += [writer.put(f"eve {number}") for number in range(GROUP_MIN)]
    await _until_still()
    assert [len(group) for group in disk.commits] == [1, GROUP_MIN]
    disk.wake.set()
    await asyncio.gather(*waiting)
    writer.close()
    await running


async def _until_still() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_past_its_bound_the_writer_refuses_at_once() -> None:
    """A refusal now is better than an answer after the bell."""
    writer: Writer[str, str] = Writer(SlowDisk().commit, pending_max=2)
    writer.put("anna")
    writer.put("bob")
    with pytest.raises(Problem, match="overloaded"):
        writer.put("eve")


async def test_the_first_rank_goes_first_and_no_rank_uses_up_the_bound_of_another() -> None:
    """A crowd at log-in neither delays nor displaces those who hand in."""
    disk = SlowDisk()
    disk.wake.set()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=2, group_max=2, ranks=2)
    writer.put("login 1", 1)
    writer.put("login 2", 1)
    writer.put("submit", 0)
    writer.close()
    await writer.run()
    assert disk.commits == [["submit", "login 1"], ["login 2"]]
    assert writer.taken == 3


async def test_a_pupil_who_hangs_up_takes_nobody_elses_reply() -> None:
    """A cancelled request cancels its own future; the replies of the others stay in their places."""
    disk = SlowDisk()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=10)
    running = asyncio.create_task(writer.run())
    anna, bob, eve = writer.put("anna"), writer.put("bob"), writer.put("eve")
    await disk.busy.wait()
    bob.cancel()
    disk.wake.set()
    assert (await anna, await eve) == ("ANNA", "EVE")
    writer.close()
    await running


async def test_what_nobody_waits_for_any_more_is_not_written() -> None:
    """A batch whose pupil hung up before the commit is not sent: the pupil will send it again."""
    disk = SlowDisk()
    disk.wake.set()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=10)
    writer.put("anna").cancel()
    bob = writer.put("bob")
    writer.close()
    await writer.run()
    assert await bob == "BOB"
    assert disk.commits == [["bob"]]


async def test_where_all_have_hung_up_redis_is_not_asked() -> None:
    """Nothing is left to write."""
    disk = SlowDisk()
    disk.wake.set()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=10)
    writer.put("anna").cancel()
    writer.close()
    await writer.run()
    assert disk.commits == []
    assert writer.taken == 1


async def test_a_commit_that_fails_is_told_to_each_of_its_pupils_and_the_writer_goes_on() -> None:
    """Redis away is a reason to send again, for every pupil of the group, and for nobody after it."""

    async def commit(operations: Sequence[str]) -> list[str]:
        if "anna" in operations:
            raise ConnectionError("away")
        return list(operations)

    writer: Writer[str, str] = Writer(commit, pending_max=10)
    running = asyncio.create_task(writer.run())
    told = await asyncio.gather(writer.put("anna"), writer.put("bob"), return_exceptions=True)
    assert [type(error) for error in told] == [ConnectionError, ConnectionError]
    assert await writer.put("eve") == "eve"
    writer.close()
    await running


@pytest.mark.parametrize("replies", [["ANNA"], ["ANNA", "BOB", "EVE"]], ids=["fewer", "more"])
async def test_where_replies_do_not_match_what_was_asked_nobody_is_told_anything_of_them(
    replies: list[str],
) -> None:
    """Whose reply is whose cannot be known: all send again, and nobody waits for ever."""

    async def commit(_operations: Sequence[str]) -> list[str]:
        return replies

    writer: Writer[str, str] = Writer(commit, pending_max=10)
    running = asyncio.create_task(writer.run())
    told = await asyncio.wait_for(
        asyncio.gather(writer.put("anna"), writer.put("bob"), return_exceptions=True), 60
    )
    assert [type(error) for error in told] == [ValueError, ValueError]
    writer.close()
    await running


async def test_who_hung_up_is_not_told_of_a_commit_that_failed() -> None:
    """A cancelled future must not be set; those behind it hear of the failure all the same."""
    disk = SlowDisk()

    async def commit(operations: Sequence[str]) -> list[str]:
        await disk.commit(operations)
        raise ConnectionError("away")

    writer: Writer[str, str] = Writer(commit, pending_max=10)
    running = asyncio.create_task(writer.run())
    anna, bob = writer.put("anna"), writer.put("bob")
    await disk.busy.wait()
    anna.cancel()
    disk.wake.set()
    with pytest.raises(ConnectionError):
        await bob
    writer.close()
    await running


def test_the_load_is_the_share_of_the_bound_that_waits() -> None:
    """Of the first rank alone: a crowd at log-in does not make the answers look late."""

    async def waiting(writer: Writer[str, str]) -> float:
        writer.tell(asyncio.get_running_loop().create_future(), "anna")
        writer.put("login", 1)
        writer.put("another login", 1)
        return writer.load

    commit = SlowDisk().commit
    assert asyncio.run(waiting(Writer(commit, pending_max=4, ranks=2))) == 0.25
    assert asyncio.run(waiting(Lanes(commit, lanes=2, lane_of=lambda _: 1, pending_max=4, ranks=2))) == 0.25


async def test_closing_commits_what_was_taken_and_takes_no_more() -> None:
    """A worker that stops answers those whom it has let in."""
    disk = SlowDisk()
    disk.wake.set()
    writer: Writer[str, str] = Writer(disk.commit, pending_max=10)
    anna = writer.put("anna")
    writer.close()
    with pytest.raises(Problem, match="overloaded"):
        writer.put("bob")
    await writer.run()
    assert await anna == "ANNA"


async def test_a_lane_that_stands_still_holds_up_no_other() -> None:
    """While a node of the cluster is replaced the pupils of the others go on; its own are refused first."""
    disk = SlowDisk()

    async def commit(operations: Sequence[str]) -> list[str]:
        if operations[0].startswith("a"):
            return await disk.commit(operations)
        return [operation.upper() for operation in operations]

    lanes: Lanes[str, str] = Lanes(
        commit, lanes=2, lane_of=lambda operation: int(operation.startswith("b")), pending_max=GROUP_MIN
    )
    running = asyncio.create_task(lanes.run())
    waiting = [lanes.put(f"anna {number}") for number in range(GROUP_MIN)]
    with pytest.raises(Problem, match="overloaded"):
        lanes.put("anna, too many")
    assert lanes.load == 1
    assert await lanes.put("bob") == "BOB"
    assert not any(put.done() for put in waiting)
    disk.wake.set()
    lanes.close()
    await running
    assert [put.result() for put in waiting] == [f"ANNA {number}" for number in range(GROUP_MIN)]
    assert (len(lanes), lanes.taken) == (0, GROUP_MIN + 1)


async def test_a_lane_takes_twice_its_share_and_commits_as_a_writer_does() -> None:
    """Those of one node do not fill them all; ranks and the bound of a group are every lane's."""
    disk = SlowDisk()
    disk.wake.set()
    lanes: Lanes[str, str] = Lanes(
        disk.commit, lanes=4, lane_of=lambda _: 0, pending_max=4 * GROUP_MIN, group_max=3, ranks=2
    )
    waiting = [lanes.put(f"anna {number}", 1) for number in range(2 * GROUP_MIN)]
    with pytest.raises(Problem, match="overloaded"):
        lanes.put("anna, too many", 1)
    waiting.append(lanes.put("bob"))
    lanes.close()
    await lanes.run()
    assert disk.commits[0][0] == "bob"
    assert max(map(len, disk.commits)) == 3
    assert sum(map(len, disk.commits)) == len(waiting)

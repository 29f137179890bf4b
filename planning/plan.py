"""From costs to machines: pure arithmetic, every assumption a named number."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any, NamedTuple

from planning.costs import Costs, table

GIB = 1024**3


def _assumed(default: float, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Demand:
    """A day, and the machines that it may use."""

    pupils: int
    window_s: float = _assumed(7200, "time in which all pupils sit their test")
    test_s: float = _assumed(3600, "length of one test")
    think_s: float = _assumed(20, "mean time between two batches of a pupil")
    login_s: float = _assumed(600, "log-in opens so long before each bell")
    start_s: float = _assumed(60, "the starts of one bell spread over so long")
    reconnect_s: float = _assumed(60, "after an outage all pupils come back within so long")
    busy: float = _assumed(0.5, "share of a core that may be used at the peak")
    cores: int = _assumed(8, "cores of a server")
    memory_gib: float = _assumed(32, "memory of a server")
    spare: int = _assumed(1, "servers more than the peak needs: so many may fail")
    price: float = _assumed(0.0, "price of a server for an hour")
    extra_s: float = _assumed(7200, "time before and after, for which servers are paid")


def checked(demand: Demand) -> Demand:
    """The demand, or ValueError with what is wrong."""
    for name, value in asdict(demand).items():
        if value < 0 or (value == 0 and name not in ("price", "extra_s", "spare")):
            raise ValueError(f"{name} is more than 0")
    if demand.busy > 1:
        raise ValueError("busy is a share of a core, at most 1")
    if demand.window_s < demand.test_s:
        raise ValueError("the window is shorter than the test: give a longer --window or a shorter --test")
    return demand


class Peak(NamedTuple):
    """What happens a second while a bell's pupils are all there."""

    waves: int
    live: int
    connected: int
    saves_s: float
    starts_s: float
    logins_s: float
    handshakes_s: float


def peak_of(demand: Demand) -> Peak:
    """As many bells as tests fit into the window, all pupils shared evenly among them.

    Those of the next bell log in, and are connected, while those of this one still sit.
    """
    waves = int(demand.window_s // demand.test_s)
    live = ceil(demand.pupils / waves)
    logins_s = live / demand.login_s
    handshakes_s = max(logins_s, live / demand.reconnect_s)
    connected = min(demand.pupils, live * min(2, waves))
    return Peak(waves, live, connected, live / demand.think_s, live / demand.start_s, logins_s, handshakes_s)


def cores_of(peak: Peak, costs: Costs) -> dict[str, float]:
    """Cores that are wholly busy at the peak, by what they do."""
    _, _, _, saves_s, starts_s, logins_s, handshakes_s = peak
    return {
        "saves": saves_s * costs.save_us / 1e6,
        "starts": starts_s * costs.start_us / 1e6,
        "log_ins": logins_s * costs.login_us / 1e6,
        "redis": (saves_s + starts_s + logins_s) * costs.redis_us / 1e6,
        "drain": saves_s * costs.drain_us / 1e6,
        "tls": handshakes_s / costs.handshakes_a_core,
    }


def plan(demand: Demand, costs: Costs) -> dict[str, Any]:
    """What the day needs at its peak, in all, and what that costs."""
    peak = peak_of(demand)
    cores = cores_of(peak, costs)
    waves, live, connected, saves_s, starts_s, logins_s, handshakes_s = peak
    batches = demand.pupils * demand.test_s / demand.think_s
    # Sessions stay in Redis all day; those who have handed in as well.
    redis_gib = (demand.pupils * costs.session_kib * 1024 + 60 * saves_s * costs.batch_bytes) / GIB
    memory_gib = connected * (costs.pupil_kib + costs.socket_kib) * 1024 / GIB + redis_gib
    by_cores = ceil(sum(cores.values()) / (demand.cores * demand.busy))
    by_memory = ceil(memory_gib / (demand.memory_gib * demand.busy))
    servers = max(1, by_cores, by_memory) + demand.spare
    server_hours = (demand.window_s + demand.extra_s) / 3600 * servers
    return {
        "pupils": demand.pupils,
        "waves": waves,
        "live": live,
        "connected": connected,
        "saves_per_s": round(saves_s, 1),
        "starts_per_s": round(starts_s, 1),
        "log_ins_per_s": round(logins_s, 1),
        "tls_handshakes_per_s": round(handshakes_s, 1),
        "cores": {name: round(value, 2) for name, value in cores.items()},
        "servers": servers,
        "spare": demand.spare,
        "bound_by": "memory" if by_memory > by_cores else "processor",
        "redis_nodes": max(1, ceil(cores["redis"] / demand.busy)),
        "redis_gib": round(redis_gib, 2),
        "memory_gib": round(memory_gib, 2),
        "mbit_in_per_s": round(saves_s * costs.wire_in_bytes * 8 / 1e6, 1),
        "mbit_out_per_s": round(saves_s * costs.wire_out_bytes * 8 / 1e6, 1),
        "mbit_content_per_s": round(logins_s * costs.form_bytes * 8 / 1e6, 1),
        "disk_gib": round(batches * (costs.batch_bytes + costs.aof_bytes) / GIB, 2),
        "server_hours": round(server_hours, 1),
        "price": round(server_hours * demand.price, 2),
        "price_per_1000_pupils": rounded(server_hours * demand.price * 1000 / demand.pupils),
        "demand": asdict(demand),
        "costs": table(costs),
    }


def rounded(value: float) -> float:
    """To three figures that count: a price of 0.0058 is not nothing."""
    return float(f"{value:.3g}")

"""From costs to machines: sums that a person can follow, with every assumption in the open."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli.plan import costs_of
from planning.costs import Costs, cautions_of, measured, table
from planning.country import rehearse
from planning.plan import Demand, checked, plan

RUN = json.loads(Path(__file__).with_name("measured.json").read_text())
COUNTRY = Demand(pupils=830_000)


def test_all_pupils_of_a_bell_are_live_at_once() -> None:
    """Two tests of an hour fit into two hours: two bells, half of the country each."""
    found = plan(COUNTRY, Costs())

    assert (found["waves"], found["live"]) == (2, 415_000)
    assert found["saves_per_s"] == 415_000 / 20


def test_servers_hold_what_the_peak_asks_for() -> None:
    """And one fewer would not."""
    found = plan(replace(COUNTRY, spare=0), Costs())
    a_server = COUNTRY.cores * COUNTRY.busy

    assert found["bound_by"] == "processor"
    assert (found["servers"] - 1) * a_server < sum(found["cores"].values()) + 0.05
    assert found["servers"] * a_server >= sum(found["cores"].values()) - 0.05


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"pupils": 1_660_000}, "servers"),
        ({"think_s": 5.0}, "mbit_in_per_s"),
        ({"start_s": 5.0}, "starts_per_s"),
        ({"window_s": 3600.0}, "live"),
        ({"price": 2.0}, "price_per_1000_pupils"),
        ({"reconnect_s": 5.0}, "tls_handshakes_per_s"),
    ],
)
def test_more_demand_never_needs_less(change: dict[str, Any], name: str) -> None:
    """Each wish has its price."""
    assert plan(replace(COUNTRY, **change), Costs())[name] > plan(COUNTRY, Costs())[name]


def test_memory_binds_where_servers_are_small() -> None:
    """The larger of the two counts."""
    assert plan(replace(COUNTRY, memory_gib=0.5), Costs())["bound_by"] == "memory"


def test_every_cost_names_its_source() -> None:
    """And a measured figure the file that it came from."""
    assert all(cost["source"] and cost["unit"] and cost["meaning"] for cost in table(Costs()))
    sources = {cost["name"]: cost["source"] for cost in table(measured(RUN, "run.json"))}
    assert sources["save_us"] == "measured: run.json"
    assert sources["form_bytes"] == "bench form_40_items_bytes"


def test_costs_of_a_run_leave_the_generator_out() -> None:
    """The workers' time over all calls, Redis's and the drain's over all batches."""
    used = {"engine.worker": 2.0, "engine.worker 2": 2.0, "redis-server": 1.0, "engine.archive.drain": 0.5}
    run = {
        "processes_used": {
            name: {"cpu_s": cpu_s} for name, cpu_s in (used | {"loadtest.process": 9.0}).items()
        },
        "counts": {"sent: save": 30_000, "sent: login": 10_000, "batches": 20_000},
    }
    costs = measured(run, "run.json")

    assert (costs.save_us, costs.redis_us, costs.drain_us) == (100.0, 50.0, 25.0)


@pytest.mark.parametrize("change", [{"processes_used": {}}, {"void": True, "why_void": ["late"]}])
def test_a_run_that_says_nothing_is_refused(change: dict[str, Any]) -> None:
    """Rather than planned with."""
    with pytest.raises(ValueError, match=r"run\.json"):
        measured(RUN | change, "run.json")


@pytest.mark.parametrize("change", [{"think_s": 0.0}, {"busy": 1.5}, {"window_s": 60.0}])
def test_a_demand_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    """With the thing to do."""
    with pytest.raises(ValueError, match=r"more than 0|at most 1|longer --window"):
        checked(replace(COUNTRY, **change))


def test_the_command_gives_one_object_with_the_assumptions() -> None:
    """For machines; an unreadable length of time is one sentence."""
    command = [sys.executable, "-m", "engine", "plan", "--pupils", "300", "--json"]
    done = subprocess.run([*command, "--test", "10min"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    wrong = subprocess.run([*command, "--window", "soon"], capture_output=True, text=True, check=False)

    assert found["pupils"] == found["simulated"]["submits"] == 300
    assert found["demand"]["test_s"] == 600
    assert found["costs"]
    assert wrong.returncode == 2
    assert "2h" in wrong.stderr


@pytest.mark.parametrize(("pupils", "waves"), [(1, 2), (2, 3), (7, 3), (4001, 2)])
def test_every_pupil_of_the_plan_is_in_the_simulated_day(pupils: int, waves: int) -> None:
    """However few, and however they fall into bells; nobody is refused where nothing is away."""
    demand = replace(COUNTRY, pupils=pupils, window_s=3600.0 * waves)
    found = rehearse(demand, Costs(), 1, waves)

    assert found["submits"] == pytest.approx(pupils, rel=0.001)
    assert (found["starts"], found["refused"]) == (found["submits"], 0)


def test_a_country_is_refused_nothing_by_the_servers_of_its_plan() -> None:
    """The plan and its simulation say the same, without the spare servers."""
    demand = replace(COUNTRY, think_s=120.0)
    found = plan(demand, Costs())

    assert rehearse(demand, Costs(), found["servers"] - found["spare"], found["waves"])["refused"] == 0


def test_a_server_may_fail() -> None:
    """One is spare unless that is declined; it is paid for."""
    bare = plan(replace(COUNTRY, spare=0, price=1.0), Costs())
    spare = plan(replace(COUNTRY, price=1.0), Costs())

    assert (spare["servers"], spare["spare"]) == (bare["servers"] + 1, 1)
    assert spare["price"] > bare["price"]


def test_memory_holds_those_of_the_next_bell_and_redis_the_whole_day() -> None:
    """They log in while this bell sits; a session that was handed in stays in Redis."""
    two, one = plan(COUNTRY, Costs()), plan(replace(COUNTRY, window_s=3600.0), Costs())

    assert two["connected"] == one["connected"] == COUNTRY.pupils
    assert two["redis_gib"] > 830_000 * Costs().session_kib / 1024**2


def test_a_small_price_is_not_nothing() -> None:
    """A thousand pupils may cost less than a hundredth."""
    found = plan(replace(COUNTRY, price=0.4), Costs())

    assert found["price_per_1000_pupils"] == pytest.approx(found["price"] / 830, rel=0.01)


def test_a_quiet_run_is_planned_with_only_under_protest() -> None:
    """What processes do while nobody comes would be taken for the price of calls."""
    used = {"engine.worker": {"cpu_s": 30.0}, "loadtest.light": {"cpu_s": 500.0}}
    run = {"processes_used": used, "seconds": 100.0, "machine": {"cores": 2}}

    assert "15% of the machine" in cautions_of(run, "run.json")[0]
    assert cautions_of(run | {"seconds": 50.0}, "run.json") == []


@pytest.mark.parametrize("text", ["no json", "[1]", '{"counts": {}}'])
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: str) -> None:
    """With the thing to do."""
    file = tmp_path / "other.json"
    file.write_text(text)

    with pytest.raises(ValueError, match=r"other\.json.* --json"):
        costs_of(file)

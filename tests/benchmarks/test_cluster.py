"""The simulated cluster: every unit is done, in the time that paper gives, and the page shows its figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cluster
import pytest
from click.testing import CliRunner
from cluster import MACHINES, START, UNIT_OVERHEAD, UNIT_WORDS, Faults, Machine, plan, simulate

from annotator.tables import read_markdown_table
from support.paths import ROOT

CORE = Machine("core", 100_000, 1)
NONE = Faults(slow=0, dead=0)


def test_a_plan_has_all_words_in_units_that_are_not_too_large() -> None:
    units = plan(10**9)
    assert sum(units) == 10**9 and max(units) <= UNIT_WORDS and min(units) > 0
    assert plan(10**9) == units != plan(10**9, seed=1)


def test_a_lone_replica_takes_what_it_takes_and_begins_one_unit_again() -> None:
    units = [5_000_000, 3_000_000, 2_000_000]
    undisturbed = START + 100 + 3 * UNIT_OVERHEAD
    assert simulate(units, 1, CORE, True, NONE).end == pytest.approx(undisturbed)
    outcome = simulate(units, 1, CORE, True, Faults(restart=300))
    assert outcome.end == pytest.approx(undisturbed + 300 + START + outcome.lost)
    assert outcome.done == 10_000_000 and 0 < outcome.lost < 50 and outcome.ran == [outcome.end]


@pytest.mark.parametrize("queue", [True, False])
@pytest.mark.parametrize("replicas", [2, 5, 16, 64])
def test_everything_is_done_whoever_dies(replicas: int, queue: bool) -> None:
    units = plan(10**9)
    outcome = simulate(units, replicas, CORE, queue)
    assert outcome.done == 10**9 and len(outcome.ran) == replicas and outcome.lost > 0
    assert outcome.end > START + 10**9 / CORE.rate / replicas
    assert outcome == simulate(units, replicas, CORE, queue)


def test_without_faults_equal_units_end_at_once() -> None:
    outcome = simulate([1_000_000] * 40, 8, CORE, False, NONE)
    assert outcome.ran == pytest.approx([START + 5 * (10 + UNIT_OVERHEAD)] * 8) and not outcome.lost


def test_a_straggler_takes_its_part_twice_the_time() -> None:
    outcome = simulate([1_000_000] * 100, 10, CORE, False, Faults(slow=0.1, speed=0.5, dead=0))
    assert sorted(outcome.ran)[-2:] == pytest.approx(
        [START + 10 * (10 + UNIT_OVERHEAD), START + 10 * (20 + UNIT_OVERHEAD)]
    )


def test_a_queue_is_better_than_parts_where_some_are_slow() -> None:
    units = plan(10**10)
    assert simulate(units, 32, CORE, True).end < 0.8 * simulate(units, 32, CORE, False).end


def test_the_slowest_stage_limits() -> None:
    by_name = {machine.name: machine for machine in MACHINES}
    assert by_name["H100"].limit == "main process" and by_name["L4"].limit == "engine"
    starved = Machine("H100 with few cores", 2_900_000, 4)
    assert starved.limit == "preparation" and starved.rate == 3 * cluster.PREPARE


def table(text: str) -> Sequence[list[str]]:
    return [row for row in read_markdown_table(text) if row[0] in {machine.name for machine in MACHINES}]


def test_the_page_has_the_figures_of_the_simulation() -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    printed = table(CliRunner().invoke(cluster.cluster, ["--words", "1e9"]).output)
    assert len(printed) == len(MACHINES) * len(cluster.REPLICAS)
    shown = [row for row in table(page.partition("10^9 words")[2].partition("10^12 words")[0]) if row in printed]
    assert len(shown) >= 8
    assert not [row for row in table(page.partition("10^9 words")[2].partition("10^12 words")[0]) if row not in printed]
    for name in ("PREPARE", "MAIN"):
        assert re.search(f"{getattr(cluster, name):,}", page)

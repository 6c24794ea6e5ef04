"""The plan of a demonstration, the draws it rests on, and the ways of writing a cell."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from swe.core.errors import UsageError
from swe.ledgers.contract import contract
from swe.ledgers.demo import draws, habits
from swe.ledgers.demo.layouts import Manner, block
from swe.ledgers.demo.ledgers import tables
from swe.ledgers.demo.plan import AS_OF, PUBLISHED, planned
from swe.ledgers.demo.scene import scenes

LEDGER = contract()


def test_fuquans_plan_holds_what_was_published():
    # page 003: 8 个乡镇社工站, 社区活动63个, 小组活动47个, 个案44个, 入户2000余户, 直接服务20000余人次; May 2022 to May 2023
    plan = planned("福泉市")
    assert (plan.services["cases"], plan.services["groups"], plan.services["activities"]) == (44, 47, 63)
    assert 2_000 < plan.households < 2_100 and 20_000 < plan.person_times < 20_100
    assert len(plan.townships) == 8 and plan.with_main
    assert (str(plan.first), plan.last) == ("2022-05-01", AS_OF)


@pytest.mark.parametrize("asked", [{"stations": 4}, {"months": 6}, {"rows": 500}])
def test_a_plan_with_other_numbers_claims_no_published_totals(asked):
    plan = planned("522702", **asked)
    assert not plan.published and plan.households is None


def test_the_published_numbers_spelled_out_are_the_default():
    assert planned("522702", stations=8, months=13) == planned("522702")


def test_rows_are_the_services_together():
    assert planned("520121", rows=777).rows == 777


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("522702", {"stations": 9}),
        ("522702", {"stations": 0}),
        ("522702", {"months": 61}),
        ("522702", {"rows": 0}),
        ("522702", {"rows": 10**9}),
        ("522702", {"seed": -1}),
        ("没有这个地方", {}),
        ("460302", {}),  # a county of Sansha: no township unit
    ],
)
def test_what_cannot_be_made_is_a_usage_error(where, asked):
    with pytest.raises(UsageError):
        planned(where, **asked)


def test_a_province_and_many_rows_come_in_bulk_and_a_county_in_workbooks():
    assert planned("52", rows=100).bulk and planned("522702", rows=200_001).bulk
    assert not planned("522702", rows=200_000).bulk


def test_stations_drawn_are_different_units_in_the_order_of_their_codes():
    chosen = planned("52", stations=50, rows=100).townships
    assert len(set(chosen)) == 50 and list(chosen) == sorted(chosen)


def test_counts_shared_out_add_up_and_vary_more_than_chance():
    rng = np.random.default_rng(1)
    counts = draws.shared_out(rng, 10_000, np.ones(200), shape=4)
    assert counts.sum() == 10_000 and (counts > 0).all()
    assert counts.var() > 4 * counts.mean()  # Poisson: variance = mean


def test_heaping_leaves_small_counts_alone():
    values = np.arange(1, 200)
    out = draws.heaped(np.random.default_rng(1), values, 1.0)
    assert (out[values >= 10] % 5 == 0).all() and (out[values < 10] == values[values < 10]).all()


@pytest.mark.parametrize("total", [0, 7, 99, 100, 1_000, 54_321])
def test_counts_are_brought_to_a_total_above_their_floor(total):
    values = np.random.default_rng(2).integers(1, 60, 7)
    assert draws.brought_to(values, max(total, 7), low=1).sum() == max(total, 7)
    assert draws.brought_to(values, max(total, 7), low=1).min() >= 1


def test_records_are_entered_on_their_day_or_later_and_never_after_the_last():
    days = np.arange(np.datetime64("2022-01-01"), np.datetime64("2023-06-01"))
    last = np.datetime64("2023-05-31")
    written = draws.entered(np.random.default_rng(3), days, last)
    assert (written >= days).all() and (written <= last).all()
    assert 0.05 < (written - days > np.timedelta64(30, "D")).mean() < 0.3


@pytest.mark.parametrize("form", habits.DATE_FORMS)
def test_every_way_of_writing_a_date_differs_and_keeps_the_day(form):
    cell = habits.date_cell(datetime(2023, 5, 31), form)
    text = str(cell).replace("０", "0")
    assert "31" in text or cell == 45077 or "３１" in text


def test_amounts_in_ten_thousands_come_back_exactly_or_not_at_all():
    assert habits.in_ten_thousands([300_000.0, 12_300.0, None]) == [30.0, 1.23, None]
    for value in (0.1 + 0.2, 1e-12):
        short = habits.in_ten_thousands([value])
        assert short is None or round(short[0] * 10_000, 9) == value


def test_every_spelling_that_is_used_means_its_value():
    for table in LEDGER.tables.values():
        for column in table.columns:
            if column.type == "category":
                for code in column.codes:
                    assert habits.spellings(column, code), (table.name, column.name, code)


def test_a_block_places_every_record_once_and_sums_below():
    (scene,) = scenes(planned("522702"))
    frame = tables(scene)["activities"].query("station_id == '522702001'").reset_index(drop=True)
    manner = Manner(title="标题", numbered=True, subtotal=True, total=True, footnote=True, aliases=False)
    made = block("activities", frame, manner, np.random.default_rng(1))
    assert len(made.data) == len(frame)
    assert [made.rows[row][0] for row in made.data] == list(range(1, len(frame) + 1))
    header = made.rows[made.header]
    total = next(row for row in made.rows if row and row[0] == "合计")
    assert total[header.index("服务人次")] == frame["person_times"].sum()
    assert PUBLISHED["activities"] == 63

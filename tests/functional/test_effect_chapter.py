"""A run with an analysis plan: what its chapter says, what it refuses and why, and what the register of plans keeps."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from swe.core.errors import DataError, DefinitionError
from swe.core.language import use
from swe.indicators.effect_noise import cohort_sizes, noise
from swe.indicators.effect_study import by_subgroup, complete, controls, study, traps
from swe.indicators.plan_panels import MOST_COHORTS, plan_panel, simulated_sources
from swe.indicators.plans import LOCK, plan
from swe.reference.regions import region
from swe.reports.effect_numbers import _unit as effect_unit
from swe.reports.effect_numbers import effect_numbers
from swe.reports.evaluation import evaluate
from swe.reports.gate import check_page, failed
from swe.reports.run_plan import effect_view, plan_entry, plan_files
from swe.reports.runfile import Run, load_run
from swe.reports.sections import effects
from swe.reports.sections.page import Page
from swe.show.numbers import by_id

ROOT = Path(__file__).parents[2]
TIANJIN = "12"
HEAD = """id: mine
title: {{zh: 我的, en: Mine}}
regions: ["{region}"]
as_of: 2023-05-31
audience: internal
"""


def run_of(folder: Path, more: str, code: str = TIANJIN, lang: str | None = None) -> Run:
    path = folder / "mine.yml"
    path.write_text(HEAD.format(region=code) + more, encoding="utf-8")
    return load_run(path, root=ROOT, lang=lang)


def real_plan(folder: Path, **changes: str) -> Path:
    """The shipped plan as one about real data, with some settings changed."""
    text = (ROOT / "params" / "plans" / "guizhou-rollout.yml").read_text(encoding="utf-8")
    for key, value in {"data": "real", "id": "own", **changes}.items():
        text = "\n".join(
            f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.splitlines()
        )
    path = folder / "own.yml"
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory):
    run = run_of(tmp_path_factory.mktemp("effect"), "plan: guizhou-rollout\n")
    return run, effect_view(run, region(TIANJIN))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_chapter_passes_the_gate_and_says_what_it_rests_on(simulated, lang: str) -> None:
    run, view = simulated
    use(lang)
    try:
        e = evaluate(run, TIANJIN, lang=lang)
        assert e.effect is not None
        numbers = by_id([*e.numbers.values(), *effect_numbers(e)])
        e.__dict__["numbers"] = numbers
        page = Page(e)
        section = page.section("effect", *effects.blocks(page))
    finally:
        use(None)
    html = f'<html lang="{"zh-Hans" if lang == "zh" else "en"}"><body><h1>x</h1>{section._repr_html_()}</body></html>'
    assert failed(check_page(html, numbers, lang)) == ()
    assert html.count('class="strip"') == 2
    assert view.plan.hash in html
    assert 'data-n="effect.att"' in html
    assert 'data-n="effect.detectable"' in html
    assert "p = " not in html  # no joint pre-test stands as proof
    for shown in ("drift", "detectable_trend", "breakdown", "bound.3", "simple", "imputation", "twfe", "share_forbidden",
                  "controls_first", "controls_last", "horizon", "event.m2", "event.p0", "dropped"):  # fmt: skip
        assert f'data-n="effect.{shown}"' in html, shown
    assert (
        ("不证明" in html or "不等于趋势平行" in html)
        if lang == "zh"
        else "does not prove parallel trends" in html
    )
    assert not re.search(r"[✓✔☑]", html)
    assert ("视为尚未建站" if lang == "zh" else "taken as not yet opened") in html


def test_the_known_effect_of_the_simulation_lies_in_the_interval(simulated) -> None:
    found = simulated[1].study
    assert found.event["lower"] < found.truth < found.event["upper"]
    assert simulated[1].shares["twfe"] < found.event["lower"]  # the usual regression falls short


def test_a_second_estimator_and_the_usual_regression_stand_beside_the_plans(simulated) -> None:
    """Imputation and group-time effects with the same weights speak of the same unit-periods."""
    view = simulated[1]
    post = view.study.effects.table
    post = post[[t >= g for t, g in zip(post["time"], post["group"], strict=True)]]
    assert view.second.table["n"].sum() == post["n_treated"].sum()
    assert view.second["lower"] < view.overall["att"] < view.second["upper"]
    assert 0 < view.shares["share_forbidden"] < 1


def test_bounds_widen_with_the_departure_and_cover_what_the_leads_could_show(simulated) -> None:
    bounds, step = simulated[1].bounds, simulated[1].study.event["detectable_trend"]
    assert (bounds.table["status"] == "ok").all()
    assert bounds.table["m"].iloc[[0, -1]].tolist() == [0, step]
    assert (bounds.table["upper"] - bounds.table["lower"]).is_monotonic_increasing


def test_what_came_up_is_listed_once_and_the_pre_test_is_not_among_it(simulated) -> None:
    told = [note.en for note in simulated[1].traps]
    assert len(told) == len(set(told))
    assert any("clusters" in text for text in told)
    assert not any("pre-test" in text or "p = " in text or "p-value" in text for text in told)


def monthly(folder: Path, **changes: str):
    return plan(real_plan(folder, data="simulated", time="month", horizon="8", **changes))


def test_more_cohorts_than_can_be_told_apart_are_put_together_by_quarter_and_that_is_a_deviation(
    tmp_path: Path,
) -> None:
    found = study(monthly(tmp_path, anticipation="2"), region=TIANJIN)
    assert found.panel.time == "quarter"
    assert {each.field: each.used for each in found.changed} == {
        "time": "quarter",
        "horizon": "2",
        "anticipation": "1",
    }
    assert all(re.search("[一-鿿]", each.zh) for each in found.changed)
    (tmp_path / "q").mkdir()
    own = plan(real_plan(tmp_path / "q", data="simulated", time="quarter", horizon="2", anticipation="1"))
    assert found.event["att"] == study(own, region=TIANJIN).event["att"]
    assert found.event["horizon"] == 2
    assert found.event.reference == -2


def test_months_stay_where_the_plans_days_are_no_quarters_or_cohorts_are_few(tmp_path: Path) -> None:
    stations, outcomes = simulated_sources(TIANJIN, seed=1)
    odd = plan_panel(
        monthly(tmp_path, period="2020-01-01..2025-11-30"),
        region=TIANJIN,
        stations=stations,
        outcomes=outcomes,
    )
    assert odd[0].time == "month" and odd[2] == ()
    early = stations[stations["opened_on"] < "2021-07"]
    few = plan_panel(monthly(tmp_path), region=TIANJIN, stations=early, outcomes=outcomes)
    assert few[0].table["first_treated"].nunique() <= MOST_COHORTS
    assert few[0].time == "month" and few[2] == ()


def shares_of(outcomes):
    """The same outcomes as fractions."""
    return outcomes.assign(families_found=outcomes["families_found"] / 100)


def test_a_share_is_told_in_per_cent_and_averaged_because_the_plan_says_so(tmp_path: Path) -> None:
    stations, outcomes = simulated_sources(TIANJIN, seed=1)
    given = {"region": TIANJIN, "stations": stations}
    count = plan(real_plan(tmp_path))
    summed = plan_panel(count, outcomes=shares_of(outcomes), **given)[0].table
    assert _unit_of(count, summed) == ""  # values within 0 and 1 make no share
    share = plan(real_plan(tmp_path, outcome_measure="share"))
    made = plan_panel(share, outcomes=shares_of(outcomes), **given)[0].table
    assert _unit_of(share, made) == "fraction"
    assert (made["families_found"] * 3).to_numpy() == pytest.approx(summed["families_found"].to_numpy())
    with pytest.raises(DataError, match="per cent as fractions"):
        plan_panel(share, outcomes=outcomes, **given)
    with pytest.raises(DefinitionError, match="outcome_measure"):
        plan(real_plan(tmp_path, outcome_measure="percent"))


def _unit_of(chosen, table) -> str:
    """The unit of the effect in results.json."""
    panel = SimpleNamespace(table=table, outcome="families_found")
    return effect_unit(SimpleNamespace(plan=chosen, panel=panel))


def test_hubs_and_gaps_are_treated_as_the_plan_says(tmp_path: Path) -> None:
    stations, outcomes = simulated_sources(TIANJIN, seed=1)
    county = outcomes["region"].str[:6].iloc[0]
    hub = pd.DataFrame({"region_code": [county], "opened_on": ["2021-01-01"], "kind": ["main_station"]})
    given = {"region": TIANJIN, "stations": pd.concat([stations, hub]), "outcomes": outcomes}
    noted = study(plan(real_plan(tmp_path)), **given)
    assert any("county hub before their own station" in note.en for note in traps(noted))
    donut = study(plan(real_plan(tmp_path, cluster="county\nspillover: donut")), **given)
    assert any("left out (donut)" in note.en for note in traps(donut))
    assert donut.event["n_units"] < noted.event["n_units"]
    holes = outcomes.drop(outcomes.index[:2])
    with pytest.raises(DataError, match="unbalanced"):
        study(plan(real_plan(tmp_path)), region=TIANJIN, stations=stations, outcomes=holes)
    dropped = study(
        plan(real_plan(tmp_path, cluster="county\ngaps: drop")),
        region=TIANJIN,
        stations=stations,
        outcomes=holes,
    )
    assert dropped.event["n_units"] == noted.event["n_units"] - 1
    assert any("1 units with gaps" in note.en for note in traps(dropped))
    assert complete(dropped.panel)["unit"].nunique() == dropped.panel["units"] - 1


def test_units_with_a_station_are_never_controls(simulated) -> None:
    found = simulated[1].study
    who = controls(found.effects)
    assert (who["treated"] + who["control"] == found.panel["units"]).all()
    assert sum(cohort_sizes(found).values()) == found.panel["units"]
    cells = found.effects.table
    later = dict(zip(who["time"], who["control"], strict=True))
    after = cells[[t >= g for t, g in zip(cells["time"], cells["group"], strict=True)]]
    assert all(row.n_control <= later[row.time] for row in after.itertuples())


def test_the_noise_is_that_of_poisson_counts_and_independent(simulated) -> None:
    found = simulated[1].study
    seen = noise(found)
    free = found.panel.table[found.panel.table["treated"] == 0]
    assert seen["sd"] == pytest.approx(free[found.panel.outcome].mean() ** 0.5, rel=0.1)
    assert seen["autocorrelation"] < 0.1
    assert seen["icc"] < 0.05


def test_outcomes_of_a_file_give_the_numbers_of_the_same_frame_and_stay_marked(
    simulated, tmp_path: Path
) -> None:
    stations, outcomes = simulated_sources(TIANJIN, seed=20201231)
    stations.to_csv(tmp_path / "openings.csv", index=False)
    outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    own = study(
        plan(real_plan(tmp_path)),
        region=TIANJIN,
        stations=tmp_path / "openings.csv",
        outcomes=tmp_path / "outcomes.csv",
    )
    assert own.event["att"] == pytest.approx(simulated[1].study.event["att"], abs=1e-12)
    assert own.simulated  # its column says so, whatever the plan says
    assert own.truth is None


def test_planned_subgroups_are_corrected_together(simulated) -> None:
    rows = by_subgroup(simulated[1].study)
    assert list(rows["name"]) == ["subdistricts", "towns"]
    known = rows[rows["status"] == "ok"]
    assert (known["p_adjusted"] >= known["p"]).all()


def test_what_is_missing_is_named_before_anything_is_estimated(tmp_path: Path) -> None:
    own = real_plan(tmp_path).name
    cases = [
        (run_of(tmp_path, f"plan: {own}\n"), TIANJIN, "sources.outcomes"),
        (run_of(tmp_path, f"plan: {own}\n"), "522702", "provinces and prefectures"),
    ]
    for run, code, word in cases:
        view = effect_view(run, region(code))
        assert view is not None and view.study is None and view.refused is not None
        assert word in view.refused[1]
    (tmp_path / "outcomes.csv").write_text("region,time,families_found\n12,2022-01,1\n", encoding="utf-8")
    view = effect_view(
        run_of(tmp_path, f"plan: {own}\nsources: {{outcomes: outcomes.csv}}\n"), region(TIANJIN)
    )
    assert view is not None and view.refused is not None and "sources.openings" in view.refused[1]


def test_a_count_of_the_stations_own_ledger_is_refused_as_an_effect(tmp_path: Path) -> None:
    own = real_plan(tmp_path, outcome="visits").name
    view = effect_view(run_of(tmp_path, f"plan: {own}\n"), region(TIANJIN))
    assert view is not None and view.refused is not None
    assert "activity" in view.refused[1] and "发现，不是影响" in view.refused[0]


def test_a_plan_is_registered_once_and_later_changes_are_listed(tmp_path: Path) -> None:
    run = run_of(tmp_path, f"plan: {real_plan(tmp_path).name}\n")
    before = plan_entry(run)
    assert effect_view(run, region("522702")).changed == ()
    assert (tmp_path / "store" / LOCK).is_file()
    assert plan_entry(run) == before  # the first run changes nothing that a manifest lists
    again = run_of(tmp_path, f"plan: {real_plan(tmp_path, control='never').name}\n")
    changed = effect_view(again, region("522702")).changed
    assert [each.field for each in changed] == ["control"]
    assert plan_entry(again)["registered"] == before["hash"] != plan_entry(again)["hash"]


def test_the_files_of_a_plan_are_inputs_of_the_run(tmp_path: Path) -> None:
    own = real_plan(tmp_path)
    for name in ("outcomes.csv", "openings.csv"):
        (tmp_path / name).write_text("region\n", encoding="utf-8")
    run = run_of(tmp_path, f"plan: {own.name}\nsources: {{outcomes: outcomes.csv, openings: openings.csv}}\n")
    assert plan_files(run) == [own, tmp_path / "outcomes.csv", tmp_path / "openings.csv"]
    plain = run_of(tmp_path, "")
    assert (plan_files(plain), plan_entry(plain), effect_view(plain, region(TIANJIN))) == ([], None, None)


@pytest.mark.parametrize(
    ("more", "line", "word"),
    [
        ("plan: no-such-plan\n", 6, "no plan"),
        ("sources: {outcomes: missing.csv}\nplan: guizhou-rollout\n", 6, "not found"),
        ("sources: {openings: mine.yml}\n", 6, "without an analysis plan"),
    ],
)
def test_wrong_plans_stop_the_run_with_their_line(tmp_path: Path, more: str, line: int, word: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        run_of(tmp_path, more)
    assert word in caught.value.text("en")
    assert f"mine.yml:{line}" in caught.value.text("en")


def test_a_plan_for_an_activity_stops_the_run_with_its_own_line(tmp_path: Path) -> None:
    path = real_plan(tmp_path, outcome_kind="activity")
    with pytest.raises(DefinitionError) as caught:
        run_of(tmp_path, f"plan: {path.name}\n")
    assert "own.yml" in caught.value.text("en")
    assert "no effect" in caught.value.text("en")

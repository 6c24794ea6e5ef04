"""A run with an analysis plan: what its chapter says, what it refuses and why, and what the register of plans keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from swe.core.errors import DefinitionError
from swe.core.language import use
from swe.indicators.effect_study import by_subgroup, cohort_sizes, controls, noise, simulated_sources, study
from swe.indicators.plans import LOCK, plan
from swe.reference.regions import region
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


def test_the_known_effect_of_the_simulation_lies_in_the_interval(simulated) -> None:
    found = simulated[1].study
    assert found.event["lower"] < found.truth < found.event["upper"]
    assert simulated[1].shares["twfe"] < found.event["lower"]  # the usual regression falls short


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

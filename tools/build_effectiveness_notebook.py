"""Write notebooks/effectiveness.ipynb: from the question to the sentence, a cell a step, stable ids, no outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat

INTRO = """# 社工站建设的成效 · Effect of social-work stations

从问题到一句话：谁在什么时候建站、拿谁来比、建站前后如何、结论经得起多大的偏离、不能说什么。
From the question to the sentence: who got a station when, who is compared with whom, before and after, how much the
finding survives, what cannot be said. The steps and the files: docs/effectiveness.md.
"""
PARAMETERS = """plan: str = "guizhou-rollout"  # 分析计划：params/plans/ 里的名字，或路径
region: str = "52"  # 省或市的区划代码
lang: str = "zh"  # zh | en
seed: int = 20201231  # 模拟与抽样的种子；与计划不同即列为改动
outcomes: str = ""  # 结果文件（region、time、结果变量）；空：计划为模拟数据时自动模拟
openings: str = ""  # 建站时间文件（region_code、opened_on）"""
OPEN = """import swe
from swe import stats
from swe.indicators.effect_noise import cohort_sizes, noise
from swe.indicators.effect_study import by_subgroup, complete, controls, second_estimate, study
from swe.indicators.plans import plan as read_plan
from swe.reports.naming import place_name
from swe.show.notebook_page import open_page

planned = read_plan(plan)
spec = planned.spec
place = swe.region(region)
found = study(planned, region=place.code, stations=openings or None, outcomes=outcomes or None, seed=seed)
page = open_page(lang, simulated=found.simulated)
frame, columns = complete(found.panel), found.arguments"""
QUESTION = """horizon = found.event["horizon"]
page.head(
    page.say("title", region=place_name(place, lang)).text.striptags(),
    page.say("question", question=getattr(spec.question, lang)),
    page.say("planned", plan=spec.id, status=spec.status, hash=planned.hash[:16], outcome=spec.outcome, control=spec.control,
             horizon=horizon, cluster=spec.cluster or spec.unit),
    page.say("not_as_planned" if found.changed else "as_planned"),
    *[block for block in [page.listing(*(each.text(lang) for each in found.changed))] if block],
)"""
DESIGN = """counts = found.panel.values
account = found.panel.account.assign(item=found.panel.account[lang].str.split(" ", n=1).str[1])
page.chapter(
    "design",
    page.say("panel", units=counts["units"], periods=counts["periods"], treated=counts["treated"],
             never=counts["not_treated"], missing=counts["missing"]),
    page.say("cohorts", time=page.w("per_" + found.panel.time), cohorts=float(frame["first_treated"].nunique())),
    page.picture("rollout", found.effects),
    page.table("account", account[["item", "n"]]),
)"""
CONTROLS = """who = controls(found.effects)
left = who.loc[who["estimated"], "control"]
page.chapter(
    "controls",
    page.say("controls", most=float(left.max()), least=float(left.iloc[-1])),
    page.table("controls", who),
)"""
EVENT = """event = found.event
before = event.table[(event.table["event_time"] < 0) & (event.table["status"] == "ok")]
inside = ((before["lower_uniform"] <= 0) & (before["upper_uniform"] >= 0)).all()
page.chapter(
    "event",
    page.picture("event", event),
    page.sentence(event),
    page.say("leads", leads=float(len(before)), holds=page.w("hold_all" if inside else "hold_some"), drift=event["drift"],
             lower=event["drift_lower"], upper=event["drift_upper"], trend=event["detectable_trend"]),
    page.say("no_joint"),
    page.cautions(event),
)"""
AGGREGATES = """by = {name: found.effects.aggregate(name) for name in ("simple", "group", "calendar")}
other = second_estimate(found)
truth = found.truth
page.chapter(
    "aggregates",
    page.say("aggregates", event=event["att"], **{name: result["att"] for name, result in by.items()}),
    page.say("truth", truth=truth) if truth is not None else None,
    page.picture("group", by["group"]),
    page.picture("calendar", by["calendar"]),
    page.say("imputation", att=other["att"], lower=other["lower"], upper=other["upper"], simple=by["simple"]["att"])
    if other is not None else None,
)"""
USUAL = """shares = stats.bacon(frame, **columns)
try:
    stats.twfe(frame, **columns)
except swe.SweError as refused:
    said = refused.text(lang)
page.chapter("usual", page.listing(said), page.picture("bacon", shares), page.sentence(shares))"""
SENSITIVITY = """step = event["detectable_trend"]
bounds = stats.honest(event, m=[0.0, step / 4, step / 2, step, 2 * step], event_time=None, level=spec.level)
page.chapter(
    "sensitivity",
    page.say("sensitivity"),
    page.picture("honest", bounds),
    page.sentence(bounds),
)"""
POWER = """seen = noise(found)
clusters = found.effects.panel.n_clusters
able = stats.power(
    cohort_sizes(found), periods=int(counts["periods"]), sd=seen["sd"], autocorrelation=seen["autocorrelation"],
    cluster_size=max(1, round(counts["units"] / clusters)), icc=seen["icc"], control=spec.control, n_sim=100, seed=seed,
)
page.chapter(
    "power",
    page.say("power", sd=seen["sd"], rho=seen["autocorrelation"], icc=seen["icc"]),
    page.picture("power", able),
    page.sentence(able),
)"""
RANDOMISATION = """enough = 40
few = clusters < enough
drawn = stats.randomisation(frame, **columns, beyond=spec.beyond, strata=spec.cluster, draws=199, seed=seed) if few else None
page.chapter(
    "randomisation",
    page.say("few_clusters" if few else "many_clusters", clusters=float(clusters), least=float(enough)),
    page.picture("randomisation", drawn) if few else None,
    page.sentence(drawn) if few else None,
)"""
SUBGROUPS = """groups = by_subgroup(found)
page.chapter(
    "subgroups",
    page.say("subgroups", method=spec.multiplicity) if len(groups) else page.say("no_subgroups"),
    page.table("subgroups", groups[["name", "n", "att", "lower", "upper", "p_adjusted"]]) if len(groups) else None,
)"""
LIMITS = """page.chapter("limits", page.cannot(), page.sentence(event))"""
CELLS = {
    "open": OPEN, "question": QUESTION, "design": DESIGN, "controls": CONTROLS, "event": EVENT, "aggregates": AGGREGATES,
    "usual": USUAL, "sensitivity": SENSITIVITY, "power": POWER, "randomisation": RANDOMISATION, "subgroups": SUBGROUPS,
    "limits": LIMITS,
}  # fmt: skip


def notebook() -> nbformat.NotebookNode:
    """The notebook, the same bytes each time."""
    cells = [
        nbformat.v4.new_markdown_cell(INTRO, id="intro"),
        nbformat.v4.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        *(nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


if __name__ == "__main__":
    path = Path(__file__).parents[1] / "notebooks" / "effectiveness.ipynb"
    path.write_text(nbformat.writes(notebook(), indent=1) + "\n", encoding="utf-8", newline="\n")

"""Write notebooks/compare_stations.ipynb: stations side by side in the Lab; thin cells, stable ids, no outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat

INTRO = """# 站与站的比较 · Comparing stations

先看报得全不全，再看差多少、能不能分出高下。只分档，不排名次。
First whether the reports are complete, then how far stations differ and whether they can be told apart. Tiers, no places.
"""
PARAMETERS = """ledger: str = "data/raw"  # 台账：文件夹或文件 · a folder or file
period: str = "2022-06-01..2023-05-31"  # 时段 · the period
lang: str = "zh"  # zh | en"""
OPEN = """import swe
from swe.core.language import use
from swe.indicators.comparison import compared, monthly, silent_share

use(lang)
data = swe.load(ledger)
found = compared(data, by="station", period=period)
for note in found.notes:
    print(note.text(lang))"""
COMPLETE = """# 缺报的另列，不是零。
# Those with gaps stand apart; a gap is not zero.
activities = found["valid_activities"]
print(f"{silent_share(activities):.1%}", len(activities.table), len(activities.apart))
activities.apart[["name", "status", "reported", "due", "value", "at_least"]]"""
TIERS = """# 档：档内分不出高下。不到 5 个可比的站就不排。
# Tiers: inside one, stations cannot be told apart. Below 5 comparable stations nothing is ranked.
for note in activities.notes:
    print(note.text(lang))
activities.ranks or activities.table[["name", "value", "lower", "upper"]]"""
TIERS_PLOT = """(activities.ranks and activities.ranks.plot().figure)"""
NEXT = """# 观察值旁边是下一期的期望值：极端的通常回归。
# Beside what was seen, what to expect next: extremes usually regress.
columns = ["name", "value", "lower", "upper", "expected_next", "kept", "tier", "small", "flagged"]
activities.table.sort_values("expected_next", ascending=False)[columns]"""
FUNNEL = """# 漏斗：谁超出通常差异。
# Funnel: who is beyond the usual differences.
closed = found["cases_closed"]
print(closed.funnel.text(lang) if closed.funnel else closed.notes[-1].text(lang))
(closed.funnel and closed.funnel.plot().figure)"""
CHART = """# 全区逐月：阶段由人指定，从不自动划分。
# The region by month: a phase is set by people, never by itself.
rows = monthly(found, "valid_activities")
chart = swe.stats.spc(rows, time="month", value="count", n="n", kind="u") if len(rows) > 5 else None
print(chart.text(lang) if chart else len(rows))
(chart and chart.plot().figure)"""
COUNTIES = """# 按县汇总再比。
# The same by county.
compared(data, by="county", period=period)["valid_activities"].table[["name", "value", "lower", "upper", "tier"]]"""
CELLS = {
    "open": OPEN, "complete": COMPLETE, "tiers": TIERS, "tiers-plot": TIERS_PLOT, "next": NEXT, "funnel": FUNNEL,
    "chart": CHART, "counties": COUNTIES,
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
    path = Path(__file__).parents[1] / "notebooks" / "compare_stations.ipynb"
    path.write_text(nbformat.writes(notebook(), indent=1) + "\n", encoding="utf-8", newline="\n")

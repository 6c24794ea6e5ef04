"""Write notebooks/regional_report.ipynb: thin cells, stable ids, no outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat

INTRO = """# 地区评估报告 · Regional report

每个单元格显示一章；数字都来自 `report.numbers`（即 results.json）。
Each cell shows one chapter; every number comes from `report.numbers` (results.json).
"""
PARAMETERS = """run: str = "published"  # 运行文件：params/runs/ 里的名字，或路径
region: str = "52"  # 区划代码
lang: str = "zh"  # zh | en
settings: dict = {}  # 改写运行文件的顶层设置（swe run -p）"""
OPEN = """from swe.reports.regional import open_report

report = open_report(run, region, lang=lang, settings=settings)
report.begin()"""
SECTIONS = [
    *("cover", "summary", "background", "scope", "framework", "method", "overall", "coverage", "team"),
    *("institution", "output", "quality", "effect", "awareness", "money", "linkage", "features", "stations"),
    *("problems", "recommendations", "limits", "annex"),
]


def notebook() -> nbformat.NotebookNode:
    """The notebook, the same bytes each time."""
    cells = [
        nbformat.v4.new_markdown_cell(INTRO, id="intro"),
        nbformat.v4.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(OPEN, id="open"),
        *(nbformat.v4.new_code_cell(f'report.section("{name}")', id=name) for name in SECTIONS),
        nbformat.v4.new_code_cell("report.document()", id="document"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


if __name__ == "__main__":
    path = Path(__file__).parents[1] / "notebooks" / "regional_report.ipynb"
    path.write_text(nbformat.writes(notebook(), indent=1) + "\n", encoding="utf-8", newline="\n")

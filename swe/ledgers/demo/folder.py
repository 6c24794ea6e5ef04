"""The folder that `swe demo` leaves: raw/, run.yml and README.md, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from swe.core.errors import UsageError
from swe.core.files import disk_errors, staged_folder
from swe.ledgers.demo import bulk, messy, workbooks
from swe.ledgers.demo.ledgers import drawn
from swe.ledgers.demo.plan import FUQUAN, Plan, planned
from swe.ledgers.demo.ratings import checked
from swe.reference.regions import english_name

TITLE = "# 模拟台账 · SIMULATED ledgers · swe demo"  # the first line of README.md: the folder is ours
OURS = ("raw", "run.yml", "README.md")


def make_demo(
    out: Path,
    *,
    region: str = FUQUAN,
    stations: int | None = None,
    months: int | None = None,
    rows: int | None = None,
    messy: bool = False,
    seed: int = 20230531,
    rated: Mapping[str, float] | None = None,
    framework_id: str = "",
) -> Path:
    """Write demonstration ledgers, a run file and a README into a folder.

    Parameters
    ----------
    out : Path
        A new or empty folder, or an earlier demonstration: that is replaced, its store/ and outputs/ are kept.
    region : str
        Code or name; 522702 with default numbers reproduces Fuquan's published totals.
    stations, months, rows : int, optional
        Township stations (all units of the region), months up to May 2023, rows of services (customary rates).
    messy : bool
        The same data the way stations write them.
    seed : int
        The same arguments and seed give the same bytes.
    rated : Mapping[str, float], optional
        Full points by indicator code: these are scored by raters (mid-term, final, spot check, self-assessment).
        Without it there is no table of ratings.
    framework_id : str
        The system of indicators that `rated` belongs to; the run file names it.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    UsageError
        A number or indicator out of range, `rated` without `framework_id` or the other way round, an unknown region, a folder that holds something else, or a messy variant of what is
        too large for workbooks.
    MachineError
        The folder cannot be written.
    """
    plan = planned(region, stations=stations, months=months, rows=rows, seed=seed)
    plan = replace(plan, rated=checked(rated, framework_id), framework_id=framework_id)
    if messy and plan.bulk:
        raise UsageError(
            "--messy 只用于以工作簿生成的数据（一个县，服务记录不多于 20 万行）",
            "--messy is for data that fit workbooks (one county, at most 200,000 service rows)",
        )
    target = Path(out).resolve()
    _refuse_foreign(target)
    with staged_folder(target) as staged, disk_errors(target):
        raw = staged / "raw"
        raw.mkdir()
        _write_raw(raw, plan, messy_form=messy)
        (staged / "run.yml").write_text(run_text(plan), encoding="utf-8", newline="\n")
        (staged / "README.md").write_text(readme_text(plan, messy_form=messy), encoding="utf-8", newline="\n")
        _carry_over(target, staged)
    return Path(out)


def run_text(plan: Plan) -> str:
    """The run file beside raw/ (docs/formats.md §1)."""
    name, english = plan.region.name, english_name(plan.region)
    return "\n".join(
        [
            "# 模拟数据：由 swe demo 生成。SIMULATED data, made by swe demo.",
            f"id: demo-{plan.region.code}",
            f"title: {{zh: {name}社工站评估（模拟数据）, en: Station evaluation of {english} (simulated data)}}",
            f'regions: ["{plan.region.code}"]',
            f"as_of: {plan.last}",
            f"period: {{from: {plan.first}, to: {plan.last}}}",
            "audience: internal",
            "sources:",
            "  figures: [data/reference/published]",
            "  ledgers: raw/",
            *([f"framework: {plan.framework_id}"] if plan.rated else []),
            f"seed: {plan.seed}",
            "",
        ]
    )


def readme_text(plan: Plan, *, messy_form: bool) -> str:
    """What the folder is, how it was made, how to check and run it."""
    form_zh, form_en = _form(plan, messy_form)
    services = plan.services
    lines = [
        TITLE,
        "",
        f"**模拟数据**：{plan.region.name}（{plan.region.code}），{len(plan.townships)} 个乡镇（街道）社工站"
        + ("、1 个县级社工总站" if plan.with_main else "")
        + f"，{plan.first} 至 {plan.last}，随机种子 {plan.seed}。",
        f"个案 {services['cases']}、小组 {services['groups']}、社区活动 {services['activities']}、走访记录 {services['visits']}。",
        *(
            [
                "数量与公开报道的福泉“1+8+N”一致：个案 44 个、小组 47 个、社区活动 63 个，入户 2000 余户"
                f"（此处 {plan.households}），直接服务 20000 余人次（此处 {plan.person_times}）；其余均为虚构。",
            ]
            if plan.published
            else []
        ),
        "",
        "不涉及任何真实的人：姓名由姓氏加天干组成；身份证号的区划段（…9999）从未启用，校验码正确；手机号段 154 0000 未分配。",
        "它们看起来像个人信息，正是为了检验装载边界。" + _scores(plan)[0],
        "",
        f"raw/：{form_zh}",
        "",
        "**SIMULATED data.** No real person, organisation or service: names are surnames with heavenly stems, the area",
        "code of the resident IDs (…9999) was never given out, mobiles 154 0000 are unassigned. They look personal so that",
        "the loading border can be seen at work. " + _scores(plan)[1],
        "",
        f"raw/: {form_en}",
        "",
        "```",
        "swe check raw",
        "swe run run.yml",
        "```",
        "",
    ]
    return "\n".join(lines)


def _scores(plan: Plan) -> tuple[str, str]:
    if not plan.rated:
        return (
            "评分表（ratings）不在其中：评分由评估方填写。",
            "The table of ratings is left to the assessors.",
        )
    return (
        f"评分表（ratings）也是模拟的：指标体系 {plan.framework_id} 的 {len(plan.rated)} 项指标，五方评分。",
        f"The ratings are simulated too: {len(plan.rated)} indicators of {plan.framework_id}, scored from five sides.",
    )


def _form(plan: Plan, messy_form: bool) -> tuple[str, str]:
    if plan.bulk and bulk.bulk_suffix(plan) == "csv":
        return (
            "每省每表一个 CSV（UTF-8 带 BOM）：上万个工作簿打不开也写不快，CSV 逐块写出，内存有界。",
            "a CSV for each province and table (UTF-8 with BOM), streamed: thousands of workbooks help nobody.",
        )
    if plan.bulk:
        return (
            "每省每表一个 Parquet：行数达数百万，CSV 约大十倍。",
            "a Parquet file for each province and table: at millions of rows CSV is ten times the size.",
        )
    if messy_form:
        return (
            "同样的数据，按各站实际的写法：标题行、合并表头、合计行、隐藏行列、一月一表、单位混写、各种日期、GB18030 等。",
            "the same data the way stations write them: titles, merged headers, totals, hidden rows, units in cells, CSV in GB18030 …",
        )
    return (
        "每站一个工作簿，每表一个工作表，第一列“模拟数据”。",
        "a workbook for each station, a sheet for each table, marked in its first column.",
    )


def _write_raw(raw: Path, plan: Plan, *, messy_form: bool) -> None:
    if plan.bulk:
        bulk.write_parts(raw, plan)
        return
    for _, tables in drawn(plan):
        if messy_form:
            messy.write_messy(raw, tables, seed=plan.seed)
        else:
            workbooks.write_workbooks(raw, tables)


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError("这是一个文件，请给一个文件夹", "this is a file; give a folder", where=str(target))
    readme = target / "README.md"
    ours = readme.is_file() and readme.read_bytes().startswith(TITLE.encode())
    if any(target.iterdir()) and not ours:
        raise UsageError(
            "文件夹非空，也不是 swe demo 生成的；请换一个文件夹",
            "the folder is not empty and was not made by swe demo; choose another",
            where=str(target),
        )


def _carry_over(target: Path, staged: Path) -> None:
    """What others left in an earlier demonstration (store/, outputs/) stays: linked, so that it costs nothing."""
    if not target.exists():
        return
    for entry in sorted(target.iterdir()):
        if entry.name in OURS:
            continue
        if entry.is_dir():
            shutil.copytree(entry, staged / entry.name, copy_function=_linked, symlinks=True)
        else:
            _linked(str(entry), str(staged / entry.name))


def _linked(source: str, copy: str) -> None:
    try:
        os.link(source, copy)
    except OSError:
        shutil.copy2(source, copy)

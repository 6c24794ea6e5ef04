"""What every report needs, imported and opened once: the fork server loads this module, and each report is a fork of it.

It must leave one thread: a forked process has none of the others, and their locks would stay locked. pyarrow, pandas
and DuckDB leave none at import; a DuckDB connection leaves none once it is closed.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from pathlib import Path

from swe.core.errors import SweError

MODULES = (
    "pandas", "pyarrow.parquet", "duckdb", "matplotlib.figure", "matplotlib.dates", "seaborn", "pandera.pandas",
    "papermill", "IPython.core.interactiveshell", "nbconvert", "xlsxwriter", "swe.reports.region_task",
    "swe.reports.regional", "swe.reports.shell", "swe.reports.sections", "swe.ledgers.checking",
)  # fmt: skip


REHEARSED = "52"


def threads() -> int:
    """Threads of this process; 1 where the system does not say."""
    folder = Path("/proc/self/task")
    return len(list(folder.iterdir())) if folder.is_dir() else 1


def load() -> None:
    """Import everything a report imports."""
    # jsonschema imports it where it is installed, for a check of addresses that nobody here asks for, and it takes
    # seconds to build its grammars
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    for name in MODULES:
        importlib.import_module(name)


def rehearse() -> None:
    """Make one page in memory, of a region that ships, so that every cache is filled: words, names, templates, fonts."""
    import nbformat.v4 as v4

    from swe.core import project
    from swe.reports import gate
    from swe.reports.regional import open_report
    from swe.reports.render import html
    from swe.reports.sections import SECTIONS
    from swe.show.numbers import Number

    report = open_report(project.shipped() / "params" / "runs" / "provinces.yml", REHEARSED)
    parts = [report.section(name)._repr_html_() for name in SECTIONS]
    cells = [
        v4.new_code_cell("", outputs=[v4.new_output("display_data", data={"text/html": part})])
        for part in parts
    ]
    document = report.document().content
    page = html(v4.new_notebook(cells=cells), document)
    gate.check_page(page, {row["id"]: Number(**row) for row in document["results"]}, "zh")


ROLE = os.environ.get("SWE_FORK_SERVER")  # set by swe.reports.workers for the server alone
if ROLE:
    load()
if ROLE == "rehearsed":
    with contextlib.suppress(SweError):  # the reports will say themselves what is wrong
        rehearse()

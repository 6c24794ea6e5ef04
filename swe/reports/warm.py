"""What every report needs, imported and opened once: the fork server loads this module, and each report is a fork of it.

It must leave one thread: a forked process has none of the others, and their locks would stay locked. pyarrow, pandas
and DuckDB leave none at import; a DuckDB connection leaves none once it is closed.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import SweError

if TYPE_CHECKING:
    from swe.reports.runfile import Run

MODULES = (
    "pandas", "pyarrow.parquet", "duckdb", "matplotlib.figure", "matplotlib.dates", "seaborn",
    "papermill", "IPython.core.interactiveshell", "nbconvert", "xlsxwriter", "click", "PIL.PngImagePlugin",
    "swe.reports.region_task", "swe.reports.regional", "swe.reports.shell", "swe.reports.sections", "swe.reports.facts",
)  # fmt: skip
LEDGER_MODULES = (  # of reports with ledgers alone
    "pandera.pandas", "swe.ledgers.checking", "swe.ledgers.load", "swe.indicators.region_rows", "swe.reports.comparison_view",
    "swe.stats.funnels", "swe.stats.control_charts", "swe.stats.survey_design", "swe.stats.agreement",
    "swe.stats.terminal_digits", "swe.stats.copied_rows", "swe.stats.missing_reports", "swe.stats.entry_dates",
)  # fmt: skip
REHEARSED = "52"
SHIPPED = "provinces"  # a run that ships


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
    """Make one report in memory, of a region that ships, so that every cache is filled: words, templates, fonts."""
    from swe.core import project
    from swe.reports import gate
    from swe.reports.execute import execute
    from swe.reports.region_task import report_document
    from swe.reports.render import html
    from swe.reports.runfile import load_run
    from swe.reports.workbook import workbook
    from swe.show.numbers import Number

    home = project.shipped()
    run = load_run(home / "params" / "runs" / f"{SHIPPED}.yml", root=home)
    given: dict[str, Any] = {"run": str(run.file), "region": REHEARSED, "lang": run.lang, "settings": {}}
    with tempfile.TemporaryDirectory() as folder:
        executed = execute(
            run.notebook, given, cwd=home, output=Path(folder) / "notebook.ipynb", timeout=0, engine="fork"
        )
    document = report_document(executed)
    page = html(executed, document)
    gate.check_page(page, {row["id"]: Number(**row) for row in document["results"]}, run.lang)
    workbook(document["tables"], document["results"], run.lang)


def share(run: Run) -> None:
    """What the regions of this very run share: its figures, the peers they are set beside, modules for its ledgers."""
    from swe.reports.evaluation import share

    share(run)
    if run.spec.sources.ledgers is not None:
        for name in LEDGER_MODULES:
            importlib.import_module(name)
        # it takes polars along where that is installed, whose threads no fork may inherit
        unknown = sys.modules.setdefault("polars", None) is None  # type: ignore[arg-type]
        importlib.import_module("statsmodels.stats.multitest")
        if unknown:
            del sys.modules["polars"]


def serve(asked: dict[str, Any]) -> None:
    """In the fork server: get everything ready, and take it from the garbage collector, which would copy its pages."""
    from swe.reports.runfile import load_run

    gc.disable()
    load()
    with contextlib.suppress(SweError):  # the reports will say themselves what is wrong
        if asked["rehearse"]:
            rehearse()
        given = dict(asked["settings"])
        audience = given.pop("audience", None)
        root = Path(asked["project"])
        share(load_run(asked["run"], root=root, lang=asked["lang"], audience=audience, overrides=given))
    gc.freeze()  # with what garbage there is: to look for it first would keep the first report waiting
    gc.enable()
    # of the server alone; whoever reads what the command prints waits for the server's end, too
    atexit.register(os._exit, 0)


if ASKED := os.environ.get("SWE_FORK_SERVER"):  # set by swe.reports.workers for the server alone
    serve(json.loads(ASKED))

"""The notebook that compares stations: what its builder makes, and it runs on a simulated ledger in both languages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "compare_stations.ipynb"


def test_the_notebook_is_what_its_builder_makes() -> None:
    spec = importlib.util.spec_from_file_location("builder", ROOT / "tools" / "build_compare_notebook.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert NOTEBOOK.read_text(encoding="utf-8") == nbformat.writes(module.notebook(), indent=1) + "\n"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from swe.ledgers.demo import make_demo

    folder = tmp_path_factory.mktemp("compare") / "D"
    make_demo(folder, region="522701", months=12)
    return folder


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_runs_on_a_simulated_ledger(ledger: Path, lang: str, tmp_path: Path) -> None:
    import papermill

    done = papermill.execute_notebook(
        str(NOTEBOOK), str(tmp_path / "done.ipynb"), progress_bar=False, log_output=False,
        parameters={"ledger": str(ledger / "raw"), "period": "2022-06-01..2023-05-31", "lang": lang},
    )  # fmt: skip
    printed = "".join(
        out.get("text", "") for cell in done.cells if cell.cell_type == "code" for out in cell.outputs
    )
    assert ("错误发现率" if lang == "zh" else "false discovery rate") in printed
    assert all(out.output_type != "error" for c in done.cells if c.cell_type == "code" for out in c.outputs)

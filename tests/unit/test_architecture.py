"""The house holds: floors, doors, sizes, and the copies of one fact that must say the same."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

import swe
from swe.core.strict_yaml import read_nodes

ROOT = Path(__file__).parents[2]
FLOORS = {  # ARCHITECTURE.md
    "core": 0, "reference": 1, "ledgers": 2, "show": 3, "stats": 4, "indicators": 5, "reports": 6, "cli": 7, "__main__": 8,
}  # fmt: skip
CONDA_NAMES = {"duckdb": "python-duckdb"}  # where conda-forge calls a package otherwise


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name, parsed."""
    found = {}
    for path in sorted((ROOT / "swe").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "_shipped" not in parts:
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST, *, inside_package: str = "") -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, those inside functions and of `importlib.import_module` too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{inside_package}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from ((node.lineno, arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def floor(name: str) -> int | None:
    parts = name.split(".")
    return FLOORS.get(parts[1]) if parts[0] == "swe" and len(parts) > 1 else None


def importers(package: str) -> set[str]:
    return {
        name
        for name, tree in modules().items()
        if any(target.split(".")[0] == package for _, target in imports(tree))
    }


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


# -- floors and doors --


def test_every_module_stands_on_a_floor() -> None:
    rooms = {name.split(".")[1] for name in modules() if name != "swe"}
    assert rooms <= set(FLOORS)


def test_imports_point_downwards_only() -> None:
    upwards = []
    for name, tree in modules().items():
        own = floor(name)
        if own is None:
            continue
        for line, target in imports(tree, inside_package=name):
            there = floor(target)
            if there is not None and there > own:
                upwards.append(f"{name}:{line} imports {target}")
    assert upwards == []


def test_the_check_of_imports_sees_the_lazy_ones() -> None:
    hidden = ast.parse(
        "def f():\n    import swe.reports.batch\n    import importlib\n    importlib.import_module('swe.cli')"
    )
    assert {target for _, target in imports(hidden)} == {"swe.reports.batch", "importlib", "swe.cli"}
    assert any(target.startswith("swe.reports") for _, target in imports(modules()["swe.cli"]))


@pytest.mark.parametrize(
    ("package", "door"), [("papermill", "swe.reports.execute"), ("nbconvert", "swe.reports.render")]
)
def test_what_executes_and_what_renders_has_one_door(package: str, door: str) -> None:
    assert importers(package) == {door}


def test_seaborn_is_imported_by_what_shows_alone() -> None:
    found = importers("seaborn")
    assert found and {name.split(".")[1] for name in found} == {"show"}


def test_no_module_imports_pyplot() -> None:
    """Figures are drawn without global state, so that the same inputs give the same bytes."""
    assert [
        n for n, tree in modules().items() if any(t == "matplotlib.pyplot" for _, t in imports(tree))
    ] == []


# -- sizes --


def test_no_module_is_longer_than_one_can_hold_in_the_head() -> None:
    sizes = {p: p.read_text(encoding="utf-8").count("\n") for p in (ROOT / "swe").rglob("*.py")}
    assert {p.name: n for p, n in sizes.items() if n > 450} == {}


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement to the last, the docstring left out."""
    first = node.body[min(len(node.body) - 1, 1 if ast.get_docstring(node) else 0)]
    return (node.end_lineno or 0) - first.lineno + 1


def test_no_function_is_longer_than_seventy_lines() -> None:
    functions = [
        (name, node)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 300
    assert [f"{name}.{node.name}" for name, node in functions if length(node) > 70] == []


def test_only_the_two_borders_catch_everything() -> None:
    broad = set()
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                kinds = (
                    [getattr(k, "id", "") for k in getattr(node.type, "elts", [node.type])]
                    if node.type
                    else ["bare"]
                )
                if set(kinds) & {"Exception", "BaseException", "bare"}:
                    broad.add(name)
    assert broad == {"swe.cli", "swe.reports.region_task"}


def test_every_module_says_what_it_is() -> None:
    assert [name for name, tree in modules().items() if not ast.get_docstring(tree)] == []


# -- the public names --


def test_there_are_at_most_twenty_public_names_and_each_is_there() -> None:
    assert len(swe.__all__) <= 20
    assert dir(swe) == sorted(swe.__all__)
    for name in swe.__all__:
        assert getattr(swe, name) is not None
    with pytest.raises(AttributeError):
        swe.nothing  # noqa: B018


def test_importing_swe_costs_nothing() -> None:
    heavy = "{'pandas', 'numpy', 'pyarrow', 'duckdb', 'matplotlib', 'seaborn', 'papermill', 'nbconvert', 'pydantic', 'click'}"
    code = f"import sys, swe; print(sorted({heavy} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        == "[]\n"
    )


def test_asking_for_help_imports_no_pandas() -> None:
    code = "import sys, swe.cli; print(sorted({'pandas', 'matplotlib', 'papermill'} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        == "[]\n"
    )


# -- copies of one fact --


def requirement(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(.*)", text.split("#")[0].strip())
    assert match, text
    return match[1], match[2]


def test_the_conda_environment_says_the_same_as_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = dict(map(requirement, [*project["dependencies"], *extras["lab"], *extras["test"]]))
    wanted = {CONDA_NAMES.get(name, name): spec for name, spec in wanted.items()}
    document, _ = read_nodes(ROOT / "environment.yml")
    listed = document["dependencies"]
    [from_pip] = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    plain = [entry for entry in listed if isinstance(entry, str)] + [
        entry for entry in from_pip if not entry.startswith("-e")
    ]
    written = dict(map(requirement, plain))
    assert len(written) == len(plain)
    assert written.pop("python") == project["requires-python"]
    assert written.pop("pip") == ""
    assert written == wanted
    assert "never been solved" in (ROOT / "environment.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


def test_the_regional_notebook_is_what_its_builder_makes() -> None:
    made = nbformat.writes(tool("build_notebook").notebook(), indent=1) + "\n"
    assert (ROOT / "notebooks" / "regional_report.ipynb").read_text(encoding="utf-8") == made


def test_the_regional_notebook_has_a_cell_for_every_chapter() -> None:
    from swe.reports.sections import SECTIONS

    assert list(SECTIONS) == tool("build_notebook").SECTIONS


def test_the_schemas_are_what_the_models_say() -> None:
    builder = tool("build_schemas")
    folder = ROOT / "params" / "schema"
    ledger = "ledger-v1.schema.json"  # made from the ledger contract, see test_contract.py
    assert {path.name for path in folder.glob("*.json")} == {
        f"{name}.schema.json" for name in builder.MODELS
    } | {ledger}
    for name in builder.MODELS:
        assert (folder / f"{name}.schema.json").read_text(encoding="utf-8") == builder.text(name)


def test_the_data_readme_has_the_size_and_checksum_of_every_reference_file() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(reference/[^`]+)` \|.*\| (\d+) \| `([0-9a-f]{64})` \|$", text, flags=re.M)
    written = {name: (int(size), digest) for name, size, digest in rows}
    assert len(written) == len(rows)
    there = {
        path.relative_to(ROOT / "data").as_posix(): (
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in (ROOT / "data" / "reference").rglob("*")
        if path.is_file()
    }
    assert written == there


def test_the_register_is_small_enough_to_ship() -> None:
    assert (ROOT / "data" / "reference" / "register.parquet").stat().st_size <= 3_000_000

"""What a report was made from and what it consists of: manifest.json, run.json, and their verification.

No times and no host in either: the same inputs give the same bytes. `key` is the hash of everything a region's report
depends on; where it is unchanged, nothing runs.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swe.core.errors import DataError, UsageError
from swe.core.files import json_text, sha256_of, sha256_of_bytes
from swe.reference.csv_file import read_csv

PACKAGES = (
    "duckdb", "ipykernel", "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pyarrow",
    "pydantic", "seaborn", "statsmodels", "xlsxwriter",
)  # fmt: skip
MANIFEST, RUN, INDEX = "manifest.json", "run.json", "index.html"
CODE = ("*.py", "*.toml", "*.j2", "*.css", "*.json", "*.ttf")


@functools.cache
def versions() -> dict[str, str]:
    """Python and the packages that can change a number, a picture or a page."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "swe": importlib.metadata.version("swe"), **found}


@functools.cache
def code_sha256() -> str:
    """One hash over our own code, words, templates, styles and font."""
    folder = Path(__file__).parents[1]
    files = sorted(p for pattern in CODE for p in folder.rglob(pattern) if "_shipped" not in p.parts)
    return sha256_of_bytes(
        "".join(f"{p.relative_to(folder).as_posix()} {sha256_of(p)}\n" for p in files).encode()
    )


def described(path: Path, base: Path) -> dict[str, Any]:
    """A file as the manifest names it: path relative to the project, bytes, sha256 and rows where it has rows."""
    entry: dict[str, Any] = {
        "path": relative(path, base),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
    }
    if path.suffix == ".csv":
        entry["rows"] = len(read_csv(path).rows)
    elif path.suffix == ".parquet":
        import duckdb

        with duckdb.connect(config={"threads": 1}) as connection:
            row = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
            entry["rows"] = row[0] if row else 0
    return entry


def relative(path: Path, base: Path) -> str:
    """The path inside `base`, or its name alone: no folder of anyone's machine goes into a manifest."""
    path = path.resolve()
    return path.relative_to(base.resolve()).as_posix() if path.is_relative_to(base.resolve()) else path.name


def key_of(document: dict[str, Any]) -> str:
    return sha256_of_bytes(json_text(document).encode())


def outputs_of(folder: Path, names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in sorted(names)
    ]


def read_json(path: Path) -> Any:
    """A JSON file of ours; DataError where it is not readable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"无法读取（{type(error).__name__}）", f"cannot be read ({type(error).__name__})", where=str(path)
        ) from None


def run_text(document: dict[str, Any]) -> str:
    """run.json: the document and, as nothing above it can vouch for it, its own hash."""
    return json_text({**document, "sha256": key_of(document)})


def read_run(folder: Path) -> dict[str, Any] | None:
    """run.json of a run's folder; None where it is not as `run_text` wrote it, UsageError where there is none."""
    path = folder / "run.json"
    if not path.is_file():
        raise UsageError(
            "这里没有运行结果（缺少 run.json）",
            "no run was made here (there is no run.json)",
            where=str(folder),
        )
    try:
        text = path.read_bytes().decode()
        document = json.loads(text)
        del document["sha256"]
        return document if run_text(document) == text else None
    except (ValueError, TypeError, KeyError):
        return None


def verify(folder: Path) -> dict[str, Any]:
    """Every checksum below a run's folder, and what the manifests say of the checks of their pages.

    {"ok", "regions", "files", "problems": [{path, problem}], "checks": {pass, review, fail}, "reviews": [{region, name,
    detail}]}. ok when all bytes match and no check has failed, also where `_failed/` has entries or a check asks for a
    person's look. Signatures (`*.sig`) are looked at by `swe.reports.signatures`.
    """
    run = read_run(folder)
    if run is None:
        return {
            **_Found(folder).document(0),
            "ok": False,
            "files": 1,
            "problems": [{"path": RUN, "problem": "changed"}],
        }
    found = _Found(folder)
    found.compare(folder / INDEX, run["index"])
    for code, expected in run["manifests"].items():
        path = folder / code / MANIFEST
        if not found.compare(path, expected):
            continue
        known = read_json(path)
        for entry in known["outputs"]:
            found.compare(folder / code / entry["path"], entry["sha256"])
        found.look(code, known.get("checks", []))
        extra = (
            {p.name for p in (folder / code).iterdir()} - {e["path"] for e in known["outputs"]} - {MANIFEST}
        )
        found.problems += [{"path": f"{code}/{name}", "problem": "unlisted"} for name in sorted(extra)]
    listed = {*run["manifests"], INDEX, RUN, "log.jsonl", "_failed"}
    others = [p.name for p in sorted(folder.iterdir()) if p.name not in listed and p.suffix != ".sig"]
    found.problems += [{"path": name, "problem": "unlisted"} for name in others]
    return found.document(len(run["manifests"]))


@dataclass
class _Found:
    """What `verify` has seen so far."""

    folder: Path
    files: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=lambda: {"pass": 0, "review": 0, "fail": 0})
    reviews: list[dict[str, str]] = field(default_factory=list)

    def compare(self, path: Path, expected: str) -> bool:
        self.files += 1
        problem = "missing" if not path.is_file() else "changed" if sha256_of(path) != expected else ""
        if problem:
            self.problems.append({"path": path.relative_to(self.folder).as_posix(), "problem": problem})
        return not problem

    def look(self, code: str, checks: list[dict[str, str]]) -> None:
        for check in checks:
            self.checks[check["result"]] += 1
            if check["result"] == "review":
                self.reviews.append(
                    {"region": code, "name": check["name"], "detail": check.get("detail", "")}
                )
            elif check["result"] == "fail":
                self.problems.append(
                    {"path": f"{code}/{MANIFEST}", "problem": f"check failed: {check['name']}"}
                )

    def document(self, regions: int) -> dict[str, Any]:
        return {
            "ok": not self.problems, "regions": regions, "files": self.files, "problems": self.problems,
            "checks": self.checks, "reviews": self.reviews,
        }  # fmt: skip

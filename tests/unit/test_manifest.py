"""Manifests: what is listed, what is hashed, and what a change of a single byte is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swe.core.errors import DataError, UsageError
from swe.core.files import json_text, sha256_of
from swe.reports import manifest


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The smallest folder of a run: one region with one output."""
    region = tmp_path / "52"
    region.mkdir()
    (region / "report.html").write_text("<p>1</p>")
    (region / "manifest.json").write_text(
        json_text({"outputs": manifest.outputs_of(region, ["report.html"])})
    )
    (tmp_path / "index.html").write_text("<p>index</p>")
    (tmp_path / "log.jsonl").write_text("{}\n")
    document = {
        "run": "mine", "planned": ["52"], "manifests": {"52": sha256_of(region / "manifest.json")},
        "index": sha256_of(tmp_path / "index.html"),
    }  # fmt: skip
    (tmp_path / "run.json").write_text(manifest.run_text(document))
    return tmp_path


def problems(folder: Path) -> list[tuple[str, str]]:
    found = manifest.verify(folder)
    assert found["ok"] == (not found["problems"])
    return [(p["path"], p["problem"]) for p in found["problems"]]


def test_an_untouched_run_verifies(run: Path) -> None:
    assert manifest.verify(run) == {
        "ok": True, "regions": 1, "files": 3, "problems": [], "checks": {"pass": 0, "review": 0, "fail": 0}, "reviews": [],
    }  # fmt: skip


def declare(folder: Path, *checks: dict[str, str]) -> None:
    """Write these checks into the region's manifest, and the manifest's hash into run.json."""
    path = folder / "52" / "manifest.json"
    path.write_text(json_text({**manifest.read_json(path), "checks": list(checks)}))
    known = manifest.read_run(folder)
    assert known is not None
    known["manifests"]["52"] = sha256_of(path)
    (folder / "run.json").write_text(manifest.run_text(known))


def test_the_declared_checks_are_counted_and_reviews_are_named(run: Path) -> None:
    passed = {"name": "page.size", "result": "pass"}
    declare(run, passed, passed, {"name": "font.characters", "result": "review", "detail": "U+20BB7"})
    found = manifest.verify(run)
    assert found["ok"] and found["checks"] == {"pass": 2, "review": 1, "fail": 0}
    assert found["reviews"] == [{"region": "52", "name": "font.characters", "detail": "U+20BB7"}]


def test_a_page_that_declares_a_failed_check_does_not_verify(run: Path) -> None:
    declare(run, {"name": "page.no_script", "result": "fail"})
    assert problems(run) == [("52/manifest.json", "check failed: page.no_script")]


@given(st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_bit_of_any_file_is_found(run: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["index.html", "run.json", "52/report.html", "52/manifest.json"]))
    raw = (run / name).read_bytes()
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    (run / name).write_bytes(raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :])
    try:
        assert problems(run) == [(name, "changed")]
    finally:
        (run / name).write_bytes(raw)


@pytest.mark.parametrize("name", ["index.html", "run.json", "52/report.html", "52/manifest.json"])
def test_every_flipped_byte_of_every_file_is_found(run: Path, name: str) -> None:
    raw = (run / name).read_bytes()
    for i in range(len(raw)):
        (run / name).write_bytes(raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :])
        assert problems(run) == [(name, "changed")], raw[:i]
    (run / name).write_bytes(raw)
    assert problems(run) == []


@pytest.mark.parametrize("name", ["index.html", "52/report.html", "52/manifest.json"])
def test_a_file_that_is_gone_is_missing(run: Path, name: str) -> None:
    (run / name).unlink()
    assert problems(run) == [(name, "missing")]


@pytest.mark.parametrize("name", ["extra.html", "52/extra.html"])
def test_a_file_that_nobody_made_is_unlisted(run: Path, name: str) -> None:
    (run / name).write_text("")
    assert problems(run) == [(name, "unlisted")]


def test_failures_and_the_log_do_not_spoil_a_run(run: Path) -> None:
    (run / "_failed" / "41").mkdir(parents=True)
    (run / "_failed" / "41" / "error.json").write_text("{}")
    (run / "log.jsonl").write_text("other\n")
    assert problems(run) == []


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"sha256": 1}', "\ufffe", '{"manifests": NaN}'])
def test_a_run_file_that_is_not_ours_is_a_change_not_a_crash(run: Path, text: str) -> None:
    (run / "run.json").write_text(text, encoding="utf-8")
    assert problems(run) == [("run.json", "changed")]


def test_a_folder_without_a_run_is_a_usage_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError):
            manifest.verify(folder)


def test_a_file_is_described_relative_to_the_project_with_its_rows(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "a.csv"
    path.write_text("a\n1\n2\n")
    assert manifest.described(path, tmp_path) == {
        "path": "data/a.csv",
        "bytes": 6,
        "sha256": sha256_of(path),
        "rows": 2,
    }


def test_rows_of_a_table_with_line_breaks_in_its_cells_are_records(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"two\nlines"\n3,4')
    assert manifest.described(path, tmp_path)["rows"] == 2


def test_a_file_outside_of_the_project_shows_nobodys_folders(tmp_path: Path) -> None:
    assert manifest.relative(tmp_path / "secret" / "a.csv", tmp_path / "project") == "a.csv"
    assert manifest.relative(tmp_path / "project" / "b" / ".." / "a.csv", tmp_path / "project") == "a.csv"


def test_the_register_is_counted_in_rows() -> None:
    root = Path(__file__).parents[2]
    entry = manifest.described(root / "data/reference/register.parquet", root)
    assert entry["rows"] == 225_584  # data/README.md


def test_a_key_depends_on_content_not_on_order() -> None:
    assert manifest.key_of({"a": 1, "b": 2}) == manifest.key_of({"b": 2, "a": 1})
    assert manifest.key_of({"a": 1}) != manifest.key_of({"a": 2})


def test_versions_name_what_can_change_a_number() -> None:
    assert {"python", "swe", "numpy", "pandas", "matplotlib", "nbconvert", "papermill"} <= set(
        manifest.versions()
    )
    assert len(manifest.code_sha256()) == 64


def test_a_broken_json_of_ours_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    for name in ("a.json", "none.json"):
        with pytest.raises(DataError, match=name):
            manifest.read_json(tmp_path / name)


def test_outputs_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    listed = manifest.outputs_of(tmp_path, ["b", "a"])
    assert [entry["path"] for entry in listed] == ["a", "b"]
    assert json.loads(json_text(listed)) == listed

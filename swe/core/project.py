"""Where things lie: the user's project, and the copies that ship with the package.

An assessor's offline laptop has the wheel only, a developer the checkout; both must find params and facts.
"""

from __future__ import annotations

from pathlib import Path

from swe.core.errors import MachineError, UsageError

MARKS = ("params", "notebooks")  # a folder that holds both is a project


def shipped() -> Path:
    """The folder with the notebooks/, params/ and data/reference/ that came with this version of `swe`."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_shipped"
    return inside if inside.is_dir() else package.parent


def root(project: Path | None = None) -> Path:
    """The project: the given folder, else the nearest one from here upwards, else what ships.

    Raises UsageError where the given folder is not a project.
    """
    if project is not None:
        given = Path(project)
        if not _is_project(given):
            raise UsageError(
                "不是项目文件夹：缺少 params/ 或 notebooks/。请用 --project 指向含有这两个文件夹的目录。",
                "not a project: it lacks params/ or notebooks/. Point --project at a folder that has both.",
                where=str(project),
            )
        return given.resolve()
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if _is_project(folder)), shipped())


def reference_file(name: str) -> Path:
    """A committed fact of data/reference/; MachineError where the installation lacks it."""
    path = shipped() / "data" / "reference" / name
    if not path.exists():
        raise MachineError(
            "缺少随软件发布的参考数据，请重新安装 swe。",
            "a reference file that ships with swe is missing; install swe again.",
            where=str(path),
        )
    return path


def _is_project(folder: Path) -> bool:
    return all((folder / mark).is_dir() for mark in MARKS)


def definitions(folder: str, base: Path | None = None) -> dict[str, Path]:
    """The files of `params/<folder>/` by id, the project's own first, then those that ship."""
    found: dict[str, Path] = {}
    for place in (root(base), shipped()):
        for path in sorted((place / "params" / folder).glob("*.yml")):
            found.setdefault(path.stem, path)
    return found


def definition(name: str | Path, folder: str, base: Path | None = None, *, noun: tuple[str, str]) -> Path:
    """The file of `params/<folder>/` of this id, or the path itself; UsageError lists the ids that are known."""
    given = Path(name)
    if given.suffix in (".yml", ".yaml") or given.is_file():
        return given
    known = definitions(folder, base)
    if str(name) not in known:
        zh, en = noun
        raise UsageError(
            f"没有{zh}“{name}”；可用的有：{'、'.join(known) or '（无）'}，或写文件路径",
            f"no {en} {str(name)!r}; known: {', '.join(known) or '(none)'}; or give a path",
        )
    return known[str(name)]

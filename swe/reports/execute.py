"""Run a notebook through papermill (the only importer of it), with one of two engines.

papermill injects the declared parameters and records the run; here we add what it leaves open: an unknown parameter
is an error, a failure keeps the half-executed notebook, and braces in a folder's name do not reach `str.format`.
`kernel` is papermill's own engine, a kernel for each notebook. `fork` (`papermill --engine swe`) runs the cells in the
calling process, which the batch forks for each report.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from swe.core.errors import DefinitionError, MachineError, NotebookError, SweError, TimeLimitError, UsageError
from swe.core.files import disk_errors


class KernelStartError(MachineError):
    """A kernel did not come up: no cell has run."""


def declared_parameters(notebook: Path) -> frozenset[str]:
    """Names assigned in the notebook's cell tagged `parameters`.

    Read here and not by papermill, whose import takes longer than a whole run in which nothing has changed.
    """
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        tree = ast.parse("".join(tagged[0]["source"])) if tagged else ast.Module([], [])
    except (ValueError, KeyError, TypeError, AttributeError, SyntaxError):
        raise DefinitionError("不是笔记本文件", "not a notebook", where=str(notebook)) from None
    targets: list[ast.expr] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets.append(statement.target)
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def check_parameters(notebook: Path, names: set[str]) -> None:
    """`UsageError` for parameters that the notebook does not declare."""
    if unknown := sorted(names - (declared := declared_parameters(notebook))):
        allowed = ", ".join(sorted(declared))
        raise UsageError(
            f"笔记本 {notebook.name} 没有声明参数 {', '.join(unknown)}；它声明了：{allowed}",
            f"notebook {notebook.name} does not declare {', '.join(unknown)}; it declares: {allowed}",
        )


Engine = Literal["fork", "kernel"]
OnCell = Callable[[int, Any], None]


def execute(
    notebook: Path,
    parameters: dict[str, Any],
    *,
    cwd: Path,
    output: Path,
    timeout: int,
    engine: Engine = "kernel",
    on_cell: OnCell | None = None,
) -> Any:
    """The executed notebook; on failure the half-executed one is written to `output`.

    `on_cell` hears of every cell that the engine `fork` has run. The time limit of that engine is its driver's.

    Raises NotebookError with the cell and the reason, TimeLimitError past `timeout` seconds for the whole notebook,
    and MachineError where no kernel can be started or `output` cannot be written.
    """
    if engine == "fork":
        return _in_process(notebook, parameters, cwd=cwd, output=output, on_cell=on_cell)
    return _in_kernel(notebook, parameters, cwd=cwd, output=output, timeout=timeout)


def _in_process(
    notebook: Path, parameters: dict[str, Any], *, cwd: Path, output: Path, on_cell: OnCell | None
) -> Any:
    """Cells in this process; no output path, for papermill would write the notebook after every cell."""
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import raise_for_execution_errors
    from papermill.utils import chdir

    papermill_engines.register("swe", ForkEngine())
    # prepared first and run by the engine then: papermill would serialise the whole result, even for no output path
    made = papermill.execute_notebook(
        _unformatted(notebook), None, parameters=parameters, engine_name="swe", kernel_name="python3",
        language="python", progress_bar=False, cwd=str(cwd), prepare_only=True,
    )  # fmt: skip
    with chdir(str(cwd)):
        made = papermill_engines.execute_notebook_with_engine(
            "swe", made, kernel_name="python3", progress_bar=False, on_cell=on_cell
        )
    try:
        raise_for_execution_errors(made, None)
    except PapermillExecutionError as error:
        write_notebook(output, made)
        raise _notebook_error(error) from None
    return made


def write_notebook(path: Path, notebook: Any) -> None:
    """A notebook as a file."""
    import nbformat

    with disk_errors(path):
        path.write_text(nbformat.writes(notebook), encoding="utf-8", newline="\n")


def prepared(notebook: Path, parameters: dict[str, Any], cells: dict[int, Any]) -> Any:
    """The notebook with its parameters and with the cells that ran, for a process that could not write it itself."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    made = load_notebook_node(_unformatted(notebook))
    made = parameterize_notebook(made, parameters, kernel_name="python3", language="python")
    for index, cell in cells.items():
        made.cells[index] = nbformat.from_dict(cell)
    return made


@functools.cache
def _engine() -> Any:
    """The class of the engine; papermill is imported only where notebooks run."""
    from papermill.engines import Engine

    class InProcess(Engine):
        """Runs the cells in the calling process (swe.reports.shell)."""

        @classmethod
        def execute_managed_notebook(
            cls,
            nb_man: Any,
            kernel_name: str,
            *,
            on_cell: OnCell | None = None,
            **_: Any,
        ) -> None:
            from swe.reports.shell import run_cells

            def before(cell: Any, index: int) -> None:
                nb_man.cell_start(cell, index)

            def after(cell: Any, index: int) -> None:
                if any(output.output_type == "error" for output in cell.get("outputs", [])):
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if on_cell is not None:
                    on_cell(index, cell)

            run_cells(nb_man.nb, before=before, after=after, cwd=Path.cwd())

    return InProcess


class ForkEngine:
    """The entry point of `papermill --engine swe`: stands for the papermill engine until papermill asks for it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_engine(), name)


engine = ForkEngine()


def _in_kernel(notebook: Path, parameters: dict[str, Any], *, cwd: Path, output: Path, timeout: int) -> Any:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    deadline = time.monotonic() + timeout

    def left(
        _: Any,
    ) -> float:  # nbclient limits each cell; a region's limit is what the cells before have left
        return max(0.1, deadline - time.monotonic())

    try:
        return papermill.execute_notebook(
            _unformatted(notebook),
            _unformatted(output),
            parameters=parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            timeout_func=left,
            cwd=str(cwd),
            kernel_manager_class="swe.reports.kernel.Manager",
            shutdown_kernel="immediate",
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        raise _notebook_error(error) from None
    except CellTimeoutError:
        raise TimeLimitError(
            f"超过时限 {timeout} 秒。可在运行文件 limits.timeout 或用 --timeout 放宽。",
            f"the time limit of {timeout} s was reached. Widen limits.timeout in the run file, or use --timeout.",
        ) from None
    except OSError as error:  # papermill writes `output` at the end
        with disk_errors(output):
            raise error
    except DeadKernelError:
        raise NotebookError(
            "笔记本内核中途退出（可能内存不足）", "the kernel died on the way (out of memory?)"
        ) from None
    except RuntimeError as error:
        from swe.reports.kernel import last_words

        why = "; ".join(filter(None, (str(error), last_words())))
        raise KernelStartError(f"笔记本内核没有启动（{why}）", f"the kernel did not start ({why})") from error


def _notebook_error(error: Any) -> SweError:
    cell = error.exec_count if error.exec_count is not None else error.cell_index
    if error.ename == TimeLimitError.__name__:  # the driver's signal reached the cell that was running
        return TimeLimitError(f"超过时限（第 {cell} 个单元格）", f"the time limit was reached (cell {cell})")
    return NotebookError(
        f"笔记本第 {cell} 个单元格出错：{error.ename}：{error.evalue}",
        f"cell {cell} of the notebook failed: {error.ename}: {error.evalue}",
    )


def _unformatted(path: Path) -> str:
    return str(path).replace("{", "{{").replace("}", "}}")

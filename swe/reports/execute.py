"""Run a notebook through papermill (the only importer of it).

papermill injects the declared parameters and records the run; here we add what it leaves open: an unknown parameter
is an error, a failure keeps the half-executed notebook, and braces in a folder's name do not reach `str.format`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from swe.core.errors import DefinitionError, MachineError, NotebookError, SweError, TimeLimitError, UsageError
from swe.core.files import disk_errors


def declared_parameters(notebook: Path) -> frozenset[str]:
    """Names in the notebook's cell tagged `parameters`."""
    import papermill
    from nbformat.reader import NotJSONError

    try:
        return frozenset(papermill.inspect_notebook(_unformatted(notebook)))
    except (NotJSONError, UnicodeDecodeError):
        raise DefinitionError("不是笔记本文件", "not a notebook", where=str(notebook)) from None


def check_parameters(notebook: Path, names: set[str]) -> None:
    """`UsageError` for parameters that the notebook does not declare."""
    if unknown := sorted(names - (declared := declared_parameters(notebook))):
        allowed = ", ".join(sorted(declared))
        raise UsageError(
            f"笔记本 {notebook.name} 没有声明参数 {', '.join(unknown)}；它声明了：{allowed}",
            f"notebook {notebook.name} does not declare {', '.join(unknown)}; it declares: {allowed}",
        )


def execute(notebook: Path, parameters: dict[str, Any], *, cwd: Path, output: Path, timeout: int) -> Any:
    """The executed notebook (also written to `output`, half-executed on failure).

    Raises NotebookError with the cell and the reason, TimeLimitError past `timeout` seconds for the whole notebook,
    and MachineError where no kernel can be started or `output` cannot be written.
    """
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
        raise MachineError(f"笔记本内核没有启动（{error}）", f"the kernel did not start ({error})") from error


def _notebook_error(error: Any) -> SweError:
    cell = error.exec_count if error.exec_count is not None else error.cell_index
    return NotebookError(
        f"笔记本第 {cell} 个单元格出错：{error.ename}：{error.evalue}",
        f"cell {cell} of the notebook failed: {error.ename}: {error.evalue}",
    )


def _unformatted(path: Path) -> str:
    return str(path).replace("{", "{{").replace("}", "}}")

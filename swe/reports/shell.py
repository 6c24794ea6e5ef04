"""A shell of our own that runs notebook cells in this process and records what they show, as a kernel would.

The engine `fork` calls it in a process of its own, one notebook a process: isolation is the process, and there are no
sockets. Outputs have the form that nbclient writes, so that the page is the same bytes with either engine.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from nbformat import NotebookNode
from traitlets import observe
from traitlets.config import Config

Output = NotebookNode
NO_HISTORY = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})


def _output(kind: str, **parts: Any) -> Output:
    """An output as `nbformat.v4.new_output` makes it, without its validation of what has one form by construction."""
    return NotebookNode(output_type=kind, **parts)


class _Profile(ProfileDir):
    """An IPython profile without its five folders; nothing of ours looks into them."""

    @observe("location")
    def _location_changed(self, change: Any) -> None:
        """No folder is made."""


class _Recorder:
    """The outputs of the cell that runs; streams of one name that follow each other are one output."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []

    def add(self, output: Output) -> None:
        self.outputs.append(output)

    def write(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.add(_output("stream", name=name, text=text))


class _Stream(io.TextIOBase):
    """stdout or stderr of a cell."""

    def __init__(self, recorder: _Recorder, name: str) -> None:
        self._recorder, self._name = recorder, name

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._recorder.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    """`display(...)`."""

    recorder: _Recorder

    def publish(  # type: ignore[override]
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any
    ) -> None:
        self.recorder.add(_output("display_data", data=_encoded(data), metadata=NotebookNode(metadata or {})))

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.outputs.clear()


class _Hook(DisplayHook):
    """The value of a cell's last expression."""

    recorder: _Recorder
    last: Output | None = None

    def start_displayhook(self) -> None:
        self.last = None

    def write_output_prompt(self) -> None:
        self.last = _output("execute_result", execution_count=self.prompt_count)

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        if self.last is not None and format_dict:
            self.last.data, self.last.metadata = _encoded(format_dict), NotebookNode(md_dict or {})
            self.recorder.add(self.last)

    def finish_displayhook(self) -> None:
        self.last = None


class Shell(InteractiveShell):
    """IPython without history file, colours or pagers, writing into a recorder."""

    recorder: _Recorder

    def enable_gui(self, gui: str | None = None) -> None:
        """A report has no windows."""

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        error = _output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        self.recorder.add(error)


def run_cells(
    notebook: NotebookNode,
    *,
    before: Callable[[NotebookNode, int], None],
    after: Callable[[NotebookNode, int], None],
    cwd: Path,
) -> bool:
    """Run the code cells in order, in `cwd`, writing outputs into them; False where a cell failed and the rest was left.

    A cell tagged `raises-exception` may fail; one tagged `skip-execution` is left out.
    """
    recorder = _Recorder()
    with tempfile.TemporaryDirectory() as profile, _inside(cwd), _streams(recorder):
        shell = _shell(recorder, profile)
        try:
            for index, cell in enumerate(notebook.cells):
                before(cell, index)
                tags = cell.metadata.get("tags", [])
                runs = cell.cell_type == "code" and cell.source.strip() and "skip-execution" not in tags
                fine = _run(shell, recorder, cell) or "raises-exception" in tags if runs else True
                after(cell, index)
                if not fine:
                    return False
        finally:
            shell.restore_sys_module_state()  # `__main__` is the caller's again
    return True


def _run(shell: Shell, recorder: _Recorder, cell: NotebookNode) -> bool:
    recorder.outputs = cell.outputs = []
    done = shell.run_cell(cell.source, store_history=True)
    cell.execution_count = shell.execution_count - 1
    return bool(done.success)


def _shell(recorder: _Recorder, profile: str) -> Shell:
    """`profile` is an empty folder: a report does not depend on the user's start-up files."""
    Shell.clear_instance()
    shell = cast(
        Shell,
        Shell.instance(
            display_pub_class=_Publisher,
            displayhook_class=_Hook,
            user_ns={"__name__": "__main__"},
            colors="nocolor",
            ipython_dir=profile,
            profile_dir=_Profile(location=profile),
            config=NO_HISTORY,
        ),
    )
    shell.recorder = recorder
    cast(_Publisher, shell.display_pub).recorder = recorder
    cast(_Hook, shell.displayhook).recorder = recorder
    return shell


@contextlib.contextmanager
def _streams(recorder: _Recorder) -> Iterator[None]:
    out, err = _Stream(recorder, "stdout"), _Stream(recorder, "stderr")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """The working folder is importable, as it is in a kernel."""
    before, path = Path.cwd(), list(sys.path)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


def _encoded(data: dict[str, Any]) -> NotebookNode:
    """Pictures as base64 text, as they travel from a kernel."""
    from base64 import b64encode

    return NotebookNode(
        {
            kind: b64encode(value).decode("ascii") if isinstance(value, bytes) else value
            for kind, value in data.items()
        }
    )

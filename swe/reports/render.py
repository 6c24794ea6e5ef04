"""An executed notebook as one self-contained page (the only importer of nbconvert)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import escape

from swe.show.css import stylesheet

HTML = "text/html"
HEAD = ("lang", "title", "audience", "marks", "simulated")  # of the document, what the head of the page says
TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def exporter() -> Any:
    """One warm exporter a process.

    Our template takes the outputs as they are, so no preprocessor runs: each would cost a validation of the notebook.
    """
    from nbconvert import HTMLExporter

    class Plain(HTMLExporter):
        def _init_preprocessors(self) -> None:
            self._preprocessors: list[Any] = []

    made = Plain(template_name="report", extra_template_basedirs=[str(TEMPLATES)])
    made.exclude_input = True
    made.exclude_input_prompt = True
    made.exclude_output_prompt = True
    made.register_filter("highlight_code", lambda source, **_: escape(source))  # no page shows code
    return made


def html(notebook: Any, page: dict[str, Any]) -> str:
    """The page: no script, no outside address; `page` holds lang, title, audience and marks."""
    from nbconvert.exporters import TemplateExporter

    head = {name: page[name] for name in HEAD if name in page}
    resources = {"page": head, "css": stylesheet()}
    # HTMLExporter would parse the page once more, to add alternative texts where they are missing: ours must not be
    body, _ = TemplateExporter.from_notebook_node(exporter(), _shown(notebook), resources=resources)
    return "\n".join(line.rstrip() for line in body.splitlines() if line.strip()) + "\n"


def _shown(notebook: Any) -> Any:
    """The notebook with what the template shows alone: nbconvert copies whatever it is given, several times."""
    from nbformat import NotebookNode

    cells = [
        NotebookNode({**cell, "outputs": list(_pages(cell))})
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return NotebookNode({**notebook, "cells": cells})


def _pages(cell: Any) -> Iterator[Any]:
    from nbformat import NotebookNode

    for output in cell.outputs:
        if HTML in output.get("data", {}):
            data = NotebookNode({HTML: output.data[HTML]})
            yield NotebookNode(output_type=output.output_type, data=data, metadata=output.metadata)

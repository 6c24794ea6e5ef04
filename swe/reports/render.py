"""An executed notebook as one self-contained page (the only importer of nbconvert)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from swe.show.css import stylesheet

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def exporter() -> Any:
    """One warm exporter a process."""
    from nbconvert import HTMLExporter

    made = HTMLExporter(template_name="report", extra_template_basedirs=[str(TEMPLATES)])
    made.exclude_input = True
    made.exclude_input_prompt = True
    made.exclude_output_prompt = True
    return made


def html(notebook: Any, page: dict[str, Any]) -> str:
    """The page: no script, no outside address; `page` holds lang, title, audience and mark."""
    resources = {"page": page, "css": stylesheet()}
    body, _ = exporter().from_notebook_node(notebook, resources=resources)
    return "\n".join(line.rstrip() for line in body.splitlines() if line.strip()) + "\n"

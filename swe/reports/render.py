"""An executed notebook as one self-contained page (the only importer of nbconvert)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from markupsafe import escape

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
    made.register_filter("highlight_code", lambda source, **_: escape(source))  # no page shows code
    return made


def html(notebook: Any, page: dict[str, Any]) -> str:
    """The page: no script, no outside address; `page` holds lang, title, audience and mark."""
    from nbconvert.exporters import TemplateExporter

    resources = {"page": page, "css": stylesheet()}
    # HTMLExporter would parse the page once more, to add alternative texts where they are missing: ours must not be
    body, _ = TemplateExporter.from_notebook_node(exporter(), notebook, resources=resources)
    return "\n".join(line.rstrip() for line in body.splitlines() if line.strip()) + "\n"

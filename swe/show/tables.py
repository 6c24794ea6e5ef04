"""A result in the Lab: its sentence, its table, its notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from swe.core.language import current

if TYPE_CHECKING:
    from swe.show.result import Result


def result_html(result: Result) -> str:
    """Escaped HTML: sentence, at most 20 rows, notes."""
    from swe.core.errors import UsageError

    lang = current()
    try:
        said = result.text(lang)
    except UsageError:
        said = result.kind
    rows = Markup(result.table.head(20).to_html(index=False, border=0))
    notes = Markup("").join(Markup("<li>{}</li>").format(note.text(lang)) for note in result.notes)
    return str(Markup("<p>{}</p>{}<ul>{}</ul>").format(said, rows, notes))

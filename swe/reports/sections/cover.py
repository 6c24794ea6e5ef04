"""Cover: what place, what was evaluated, as of when, for whom."""

from __future__ import annotations

from markupsafe import Markup

from swe.reports.evaluation import Evaluation
from swe.reports.sections import score_framework
from swe.reports.sections.page import Page, code, day, free
from swe.show.blocks import Raw, Section


def section(e: Evaluation) -> Section:
    """The head of the page with its only h1."""
    p = Page(e)
    kicker = Markup("{} · {} {} · {} {}").format(
        p.w("page.kicker"),
        p.w("page.region_code"),
        code(e.region.code),
        p.w("page.as_of"),
        day(e.run.spec.as_of),
    )
    names = [
        Markup("{}{}{}").format(p.w(f"page.{key}"), "：" if e.lang == "zh" else ": ", free(value))
        for key in ("client", "assessor", "date")
        if (value := getattr(e.run.spec.cover, key))
    ]
    fw = score_framework.shown(e)
    if fw is not None:
        mark = score_framework.outlined(p.mark("example")) if score_framework.unofficial(e) else Markup("")
        label = p.w("scoring.cover_framework")
        names.append(
            Markup("{}{}{} {}").format(
                label, "：" if e.lang == "zh" else ": ", score_framework.title(p, fw), mark
            )
        )
    meta = Markup('<p class="meta">{}</p>').format(Markup(" · ").join(names)) if names else Markup("")
    html = Markup('<p class="kicker">{}</p><h1>{}</h1>{}').format(kicker, title(e), meta)
    return Section("cover", title(e), (Raw(html),), e.lang)


def title(e: Evaluation) -> str:
    """The network's own name where there is one, else the region's."""
    p = Page(e)
    if e.programmes:
        return str(getattr(e.programmes[0].programme.title, e.lang))
    return p.w("page.default_title", name=p.name(e.region))

"""The chapters of a regional report, in the order customary in the field; each a function of an Evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.reports.sections import annex, chapters, cover, coverage, findings, method, scope, summary

if TYPE_CHECKING:
    from swe.reports.evaluation import Evaluation
    from swe.show.blocks import Section

SECTIONS: dict[str, Callable[[Evaluation], Section]] = {
    "cover": cover.section,
    "summary": summary.section,
    "background": scope.background,
    "scope": scope.section,
    "framework": method.framework,
    "method": method.section,
    "overall": coverage.overall,
    "coverage": coverage.section,
    "team": chapters.team,
    "institution": chapters.institution,
    "output": chapters.output,
    "quality": chapters.quality,
    "effect": chapters.effect,
    "awareness": chapters.awareness,
    "money": chapters.money,
    "linkage": chapters.linkage,
    "features": chapters.features,
    "stations": chapters.stations,
    "problems": findings.problems,
    "recommendations": findings.recommendations,
    "limits": annex.limits,
    "annex": annex.section,
}

"""Floor 4: evaluation statistics: pure functions on arrays and frames, each returning a Result.

The functions are imported when first used; a module never has the name of a function, or it would hide it. `pace` is
the exception that is imported at once.
"""

from __future__ import annotations

import importlib
from typing import Any

from swe.stats.pace import pace as pace

_HOME = {
    "adoption": "adoptions",
    "ahp": "analytic_hierarchy",
    "att_gt": "group_time",
    "awareness": "awareness_items",
    "bacon": "decomposition",
    "balance": "matching",
    "bunching": "cut_offs",
    "change": "changes",
    "clustered": "two_way",
    "completeness_bounds": "missing_reports",
    "composite": "composites",
    "concentration": "inequality",
    "copied": "copied_rows",
    "coupling": "couplings",
    "dea": "envelopment",
    "funnel": "funnels",
    "gini": "inequality",
    "goal_attainment": "single_cases",
    "heaping": "terminal_digits",
    "honest": "sensitivity",
    "icc": "agreement",
    "imputation": "imputations",
    "its": "interruptions",
    "kappa": "agreement",
    "late_entry": "entry_dates",
    "match": "matching",
    "multilevel": "nested",
    "multiplicity": "multiplicities",
    "nap": "single_cases",
    "power": "power_analysis",
    "proportion": "proportions",
    "randomisation": "assignment",
    "ranks": "ranking",
    "rate": "rates",
    "reliability": "scales",
    "robustness": "robust_ranks",
    "shrink": "shrinkage",
    "shrink_normal": "shrinkage",
    "spc": "control_charts",
    "standardise": "standardisation",
    "survey": "survey_design",
    "target_forecast": "targets",
    "theil": "inequality",
    "twfe": "two_way",
}

__all__ = ["pace", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"swe.stats.{_HOME[name]}"), name)
    raise AttributeError(f"module 'swe.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

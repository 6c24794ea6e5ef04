"""Write `params/schema/*.schema.json` from the models, so that an editor can check a file while it is typed.

usage: build_schemas.py [OUT]    default: params/schema beside this folder; a test compares the two
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

MODELS = {
    "framework": "swe.indicators.framework_model:FrameworkSpec",
    "plan": "swe.indicators.plan_model:PlanSpec",
    "programme": "swe.indicators.programmes:Programme",
    "run": "swe.reports.runfile:RunSpec",
}


def schema(name: str) -> dict[str, Any]:
    """The JSON schema of a model by its short name."""
    module, _, attribute = MODELS[name].partition(":")
    model: type[BaseModel] = getattr(importlib.import_module(module), attribute)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def text(name: str) -> str:
    return json.dumps(schema(name), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(out: Path) -> None:
    for name in MODELS:
        (out / f"{name}.schema.json").write_text(text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "params" / "schema")

"""What the stations of a region are compared with: common values and spreads of all stations of its run, as a file.

A county of eight stations knows little of what is usual. The file is made once, from the rows that the reports of the run
share, lies beside the run's scores, and stands as they do until it is refreshed: a corrected station moves no neighbour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.files import json_text, sha256_of_bytes
from swe.reference.register import DIGITS

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.indicators.comparison_rows import By
    from swe.reference.regions import Region
    from swe.reports.run_rows import Rows

COMPARISON = "comparison.json"
BY_LEVEL: Mapping[str, By] = {"nation": "county", "province": "county"}  # else stations
MORE = 0.5  # stations elsewhere, for each of the region's own, from which on the run is clearly more than the region; ours


@dataclass(frozen=True)
class RunComparison:
    """The reference of a run's comparisons.

    numbers   as `swe.indicators.comparison_reference` makes them
    as_of     the run's day when it was made
    counties  the stations that it was made from, by county
    sha256    of the file
    """

    numbers: Mapping[str, Any]
    as_of: str
    counties: Mapping[str, int]
    sha256: str

    @property
    def stations(self) -> int:
        return sum(self.counties.values())

    def serves(self, place: Region, stations: int) -> bool:
        """Whether it holds clearly more than the region, of so many stations now: else the region is its own measure."""
        if place.level in BY_LEVEL or not stations or not self.numbers["measures"]:
            return False
        if len(place.prefix) > DIGITS["county"]:
            return self.stations - stations >= MORE * stations
        within = sum(n for county, n in self.counties.items() if county.startswith(place.prefix))
        return self.stations - within >= MORE * stations


def made(rows: AbstractContextManager[Rows], *, period: Period, as_of: str) -> str:
    """The text of the file, from the rows of all stations."""
    from swe.indicators import region_rows
    from swe.indicators.comparison_reference import of_months

    with rows as read:
        found = region_rows.months(read, period=period)
    counties = found.stations["county"].value_counts()
    return json_text(
        {
            "as_of": as_of,
            "counties": {str(county): int(n) for county, n in counties.items()},
            "numbers": of_months(found),
        }
    )


def opened(path: Path) -> RunComparison:
    """The reference in a file that `made` gave the text of."""
    data = path.read_bytes()
    known = json.loads(data)
    return RunComparison(known["numbers"], known["as_of"], known["counties"], sha256_of_bytes(data))

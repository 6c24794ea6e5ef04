"""Floor 5: coverage, claims, programmes, indicator systems and scores; called itself, the indicators of a ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from swe.core.dates import Period
    from swe.indicators.frameworks import Framework
    from swe.indicators.station_scope import By
    from swe.ledgers.tables_view import Tables


class _Indicators(ModuleType):
    """The package, which is also the function that its name promises."""

    def __call__(
        self, data: Tables, fw: Framework | str | Path, *, by: By = "station", period: str | Period
    ) -> pd.DataFrame:
        """The indicators of a framework, worked out of a stored ledger.

        Parameters
        ----------
        data
            What `swe.load` returned. DuckDB reads its snapshot, one pass over each table.
        fw
            A `Framework`, the id of one or the path of a file.
        by
            Whom a row is about: `station`, or the township, county, prefecture, province or nation that the
            stations' region codes begin with. Numerators and denominators are added up from the stations that have
            both; medians and shared values are taken over all rows of the unit. Never a mean of means.
        period
            2023, 2023-05, 2023-Q2, 2023-W21, FY2023, 2022-05-01..2023-05-31, a `Period`, or `contract`: each
            station's own contract. Rows count by the date column of their table.

        Returns
        -------
        DataFrame
            One row a unit and code, units sorted, codes in the framework's order (indicators, bonus items, deductions,
            vetoes): `unit period indicator numerator denominator value lower upper status`, then

            - `declared`: the value without the minima (measures with `valid: true` only);
            - `n`: rows behind the value; `measure_unit`: what it is counted in; `kind`, `region` of the station;
            - `basis`: table, filter, period and snapshot; `capped`: min(value, 1) of completion against targets;
            - `reporting`, `stations`: stations that the number stands on, and those that it is asked of.

            Proportions are per 1 and never capped. `lower`, `upper`: 95 %, Wilson (1927,
            doi:10.1080/01621459.1927.10502953) for proportions, Byar (Breslow & Day 1987, p. 69) for counts of service
            records and what they are divided by, else NaN.
            `status`: ok; missing (not reported, NaN and never 0); not_applicable (asked of another kind of station, or
            0/0 with the table at hand); below_validity (something declared, nothing of it valid). What was left out
            stands in `.attrs["notes"]`.

        Raises
        ------
        UsageError
            Another `by` or `period`, an unknown framework, no Tables.
        DefinitionError
            A framework that asks for a table, column or value that the contract does not have.

        Examples
        --------
        >>> import swe
        >>> swe.indicators.__name__, callable(swe.indicators)
        ('swe.indicators', True)
        """
        from swe.indicators.indicator_frame import indicators

        return indicators(data, fw, by=by, period=period)


sys.modules[__name__].__class__ = _Indicators

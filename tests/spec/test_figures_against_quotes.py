"""The shipped figures against their own quotes: each row says what the newspaper says, no more, no less."""

import pytest

from swe.reference.press import press_numbers
from swe.reference.published import load

# Figures whose number stands in the quote in a form that is no press number, and why.
NOT_IN_DIGITS = {
    "F02-011": "an ordinal: 第十二届",
    "F02-012": "唯一 is the number",
    "F02-035": "an idiom: 三访四有一协作",
    "F02-036": "an idiom: 三访四有一协作",
    "F02-037": "an idiom: 三访四有一协作",
    "F03-005": "a requirement without a numeral: 月月有主题",
    "F03-006": "a requirement without a numeral: 周周有活动",
    "F03-007": "a requirement without a numeral: 天天有精彩",
    "F03-008": "a requirement without a numeral: 县县有品牌",
    "F03-009": "a requirement without a numeral: 站站有特色",
    "F03-016": "an ordinal: 第五年",
    "F03-018": "an ordinal: 第二次",
    "F03-019": "an ordinal: 第六次",
    "F03-022": "a formula: 4+N",
    "F03-024": "an idiom: 三制管理",
    "F03-025": "an idiom: 三站合一",
    "F03-032": "a pattern without a counting word: (一市州)一指导中心",
    "F03-033": "a pattern without a counting word: (一县区)一总站",
    "F03-034": "a pattern without a counting word: (一乡镇街道)一社工站",
    "F04-031": "an idiom: 五心五度",
    "F04-032": "an idiom: 四学",
    "F04-033": "an idiom: 四方远程支持",
}
SHIPPED = load()
QUOTED = SHIPPED.figures[SHIPPED.figures["file"] == "figures.csv"]


def says(row, quote):
    """Whether one of the quote's press numbers has the bounds of the row, units aside."""
    meant = SHIPPED.bounded(row.figure_id).with_unit("")
    return any(number.value.with_unit("") == meant for number in press_numbers(quote))


def test_the_shipped_files_hold_what_the_catalogue_counted():
    counts = SHIPPED.figures["file"].value_counts().to_dict()
    assert counts == {"figures.csv": 130, "benchmarks.csv": 49}
    assert (len(SHIPPED.sources), len(SHIPPED.rules), len(SHIPPED.programmes)) == (16, 73, 19)


def test_the_shipped_files_raise_no_warning():
    assert [warning.text() for warning in SHIPPED.warnings] == []


@pytest.mark.parametrize("row", [pytest.param(r, id=r.figure_id) for r in QUOTED.itertuples()])
def test_a_figure_has_the_bounds_its_quote_states(row):
    assert says(row, row.quote_zh) == (row.figure_id not in NOT_IN_DIGITS)


def test_every_figure_names_a_source_and_a_programme_on_file():
    assert set(QUOTED["source_id"]) <= set(SHIPPED.sources["source_id"])
    assert set(QUOTED["programme_id"]) <= set(SHIPPED.programmes["programme_id"])
    assert set(SHIPPED.rules["programme_id"]) <= set(SHIPPED.programmes["programme_id"])


def test_every_indicator_and_unit_has_a_label_in_both_languages():
    figures, rules = SHIPPED.figures, SHIPPED.rules
    assert set(SHIPPED.indicators["indicator"]) == set(figures["indicator"])
    assert set(SHIPPED.units["unit"]) >= (set(figures["measure_unit"]) | set(rules["unit"])) - {""}
    for table in (SHIPPED.indicators, SHIPPED.units):
        assert (table[["label_zh", "label_en"]] != "").all(axis=None)
        assert not table["label_en"].str.contains("[一-鿿]").any()


def test_a_unit_has_a_nature_of_the_list():
    natures = {"count", "money", "rate", "area", "duration", "ordinal", "standard"}
    assert set(SHIPPED.units["nature"]) == natures


def test_a_figure_is_counted_in_the_unit_of_its_indicator():
    counted = SHIPPED.indicators.set_index("indicator")["counted"]
    assert (SHIPPED.figures["indicator"].map(counted) == SHIPPED.figures["measure_unit"]).all()

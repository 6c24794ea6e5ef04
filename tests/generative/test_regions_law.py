"""Laws of the register and of look-ups, over every region and over arbitrary text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from swe.core.errors import UsageError
from swe.reference import register
from swe.reference.regions import Region, children, find, full_name, parents, region

CODES = tuple(register.rows())
ABOVE = tuple(code for code in CODES if len(code) < 9)
codes = st.sampled_from(CODES)
vintages = st.sampled_from(register.VINTAGES)


def test_every_region_is_found_by_its_code_and_by_its_full_name() -> None:
    for code, row in register.rows().items():
        expected = Region(code, row.name, register.level_of(code))
        assert region(code) == expected
        assert region(full_name(expected)) == expected


def test_every_code_of_any_vintage_is_found() -> None:
    assert all(region(code).code == code for code in register.latest())


@given(codes, st.sampled_from([6, 9, 12]), st.booleans())
def test_a_padded_code_names_the_region_or_the_one_row_that_has_this_very_code(
    code: str, width: int, number: bool
) -> None:
    padded = code.ljust(width, "0")
    found = region(int(padded) if number else padded).code
    # 441900 names the county, not 4419; 350527000 is a row of its own
    assert found == code or (found.startswith(code) and found.ljust(width, "0") == padded)


@given(codes)
def test_a_full_name_is_among_what_find_returns(code: str) -> None:
    each = region(code)
    assert each in find(full_name(each)) and each in find(each.name)


@given(codes)
def test_parents_are_prefixes_and_have_the_region_among_their_children(code: str) -> None:
    each = region(code)
    for parent in parents(each):
        assert each.code.startswith(parent.code) and each in children(parent, each.level)


@given(st.sampled_from(ABOVE), vintages)
def test_units_are_the_units_of_the_children(code: str, vintage: str) -> None:
    if not register.in_vintage(code, vintage):
        return
    below = {2: 4, 4: 6, 6: 9}[len(code)]
    children_of = [each for each in register.rows(vintage) if len(each) == below and each.startswith(code)]
    assert register.unit_count(code, vintage) == sum(
        register.unit_count(each, vintage) for each in children_of
    )
    kinds = register.kinds(code, vintage)
    assert register.unit_count(code, vintage) == sum(kinds[kind] for kind in register.TOWNSHIP_UNITS)


@given(st.dates())
def test_no_cut_off_is_nearer_than_the_nearest(day) -> None:  # type: ignore[no-untyped-def]
    def away(vintage: str) -> int:
        return abs((type(day).fromisoformat(vintage) - day).days)

    nearest = register.nearest_vintage(day)
    assert all(
        away(nearest) < away(each) or (away(nearest) == away(each) and nearest <= each)
        for each in register.VINTAGES
    )


@given(st.text(max_size=12) | st.text("贵州省市县区福泉黔南北京0123456789 　", max_size=12) | st.integers())
def test_any_query_gives_regions_or_a_usage_error_and_nothing_else(query: str | int) -> None:
    try:
        candidates = find(query)
    except UsageError:
        candidates = []
    try:
        assert region(query) in candidates
    except UsageError as error:
        assert len(candidates) != 1
        assert error.text("zh") and error.text("en")


@given(st.sampled_from(ABOVE), vintages, vintages)
def test_changes_lead_from_one_vintage_to_the_other(code: str, older: str, newer: str) -> None:
    if len(code) == 2:
        return  # a province takes as long as it is large, and is the sum of these
    before = {each: row.name for each, row in register.rows(older).items() if each.startswith(code)}
    after = {each: row.name for each, row in register.rows(newer).items() if each.startswith(code)}
    for change in register.changes(code, older, newer).itertuples():
        if change.change == "removed":
            assert before.pop(change.code) == change.name_before
        else:
            before[change.code] = change.name
    assert before == after

"""A right indicator system, and many ways to get it wrong: each an edit of its text, the wrong lines marked `#!`."""

from __future__ import annotations

from typing import NamedTuple

RIGHT = """\
id: test-100
status: draft
title: {zh: 测试, en: Test}
source: {document: none}
origin: synthetic
scale: 100
contract: ledger-v1
applies_to: [station, main_station]
validity:
  groups: {sessions: {min: 4}, participants: {min: 5}}
  cases: {contacts: {min: 5}}
dimensions:
  - {code: A, name: {zh: 保障, en: Inputs}, points: 40.3}
  - {code: B, name: {zh: 成效, en: Outcomes}, points: 59.7}
groups:
  - {code: A1, dimension: A, name: {zh: 人员, en: Staff}, points: 20.1}
  - {code: A2, dimension: A, name: {zh: 经费, en: Money}, points: 20.2}
indicators:
  - code: A1.1
    dimension: A
    group: A1
    name: {zh: 配备率, en: Posts filled}
    measure:
      ratio: {stations: resident_workers}
      to: {stations: posts}
    about: organisation
    score:
      linear: {from: 0.5, to: 1}
      points: 10
    evidence: {zh: 花名册, en: roster}
    missing: zero
  - code: A1.2
    dimension: A
    group: A1
    name: {zh: 现场评分, en: Seen on site}
    measure:
      rating: [third_party, purchaser]
    about: organisation
    score: {rating: share, points: 10.1}
    evidence: {zh: 评分表, en: score sheets}
    missing: reweight
    rated_by: [third_party, purchaser]
  - code: A2.1
    dimension: A
    group: A2
    name: {zh: 支出率, en: Money spent}
    measure:
      ratio: {sum: finance, column: spent_cny}
      to: {sum: finance, column: received_cny}
    about: organisation
    score:
      bands:
        - {from: 0.5, to: 0.8, points: 10}
        - {from: 0.8, to: 1.05, points: 20.2}
      points: 20.2
    evidence: {zh: 财务报告, en: accounts}
    missing: zero
  - code: B1
    dimension: B
    name: {zh: 结案率, en: Cases closed}
    measure:
      share: cases
      where:
        stage: {equals: closed}
      of:
        stage: {notnull: true}
        opened_on: {between: {low: 2022-01-01}}
    about: person
    direction: up
    score:
      linear:
        from: 0.4
        to: 0.9
      points: 19.7
    evidence: {zh: 档案, en: files}
    missing: block
  - code: B2
    dimension: B
    name: {zh: 建档到开案天数, en: Days to closing}
    measure:
      days_between: cases
      from: opened_on
      to: closed_on
    about: person
    direction: down
    score:
      steps:
        - {from: 90, points: 10}
        - {from: 180, points: 5}
      points: 10
    evidence: {zh: 档案, en: files}
    missing: reweight
  - code: B3
    dimension: B
    name: {zh: 走访覆盖, en: Clients visited}
    measure:
      coverage: visits
      distinct: client_id
      where: {persons: {between: {low: 1, high: 50}}}
      of: clients
      of_where: {state: {equals: active}}
    about: person
    score:
      reach: 0.9
      points: 10
    evidence: {zh: 走访记录, en: visits}
    missing: zero
  - code: B4
    dimension: B
    name: {zh: 满意度, en: Satisfaction}
    measure:
      mean: survey
      column: [satisfaction_1, satisfaction_2]
      where: {outcome: {in: [complete, partial]}}
    about: person
    score: {linear: {from: 1, to: 5}, points: 10}
    evidence: {zh: 问卷, en: survey}
    missing: zero
  - code: B5
    dimension: B
    name: {zh: 个案完成率, en: Cases against target}
    measure:
      ratio: {count: cases, valid: true}
      to: {target: cases}
    about: organisation
    score: {linear: {from: 0, to: 1}, points: 5}
    evidence: {zh: 台账, en: ledger}
    missing: zero
    applies_to: [station]
  - code: B6
    dimension: B
    name: {zh: 有个案室, en: Has a case room}
    measure:
      share: stations
      where: {has_case_room: {equals: true}}
    about: organisation
    score: {yesno: true, points: 5}
    evidence: {zh: 现场, en: on site}
    missing: zero
bonus:
  cap: 5
  items:
    - code: P1
      name: {zh: 志愿服务, en: Volunteering}
      measure:
        rate: {sum: linkages, column: volunteer_hours}
        per: station_month
      score: {linear: {from: 0, to: 10}, points: 5}
      evidence: {zh: 台账, en: ledger}
deductions:
  cap: 10
  items:
    - {code: D1, name: {zh: 严重问题, en: Major findings}, table: findings, where: {severity: {equals: major}}, points: 2, max: 6, evidence: {zh: 记录, en: findings}}
grades:
  - {from: 90, name: {zh: 优秀, en: Excellent}}
  - {from: 60, name: {zh: 合格, en: Pass}}
  - {from: 0, name: {zh: 不合格, en: Fail}}
vetoes:
  - code: V1
    name: {zh: 弄虚作假, en: Falsification}
    table: findings
    where: {kind: {equals: falsification}}
    grade: Fail
raters: {third_party: 0.7, purchaser: 0.3}
"""


class Wrong(NamedTuple):
    """A wrong file: `old` becomes `new`, in which lines that must be told end in `#!`; words that must be said."""

    old: str
    new: str
    said: str

    def text(self) -> str:
        assert RIGHT.count(self.old) == 1, self.old
        return RIGHT.replace(self.old, self.new)

    def lines(self) -> list[int]:
        return [i for i, line in enumerate(self.text().splitlines(), 1) if line.endswith("#!")]


BANDS = "        - {from: 0.5, to: 0.8, points: 10}\n        - {from: 0.8, to: 1.05, points: 20.2}\n      points: 20.2\n"
STEPS = "        - {from: 90, points: 10}\n        - {from: 180, points: 5}\n"
ENDS = "        from: 0.4\n        to: 0.9\n"
CLOSED = "        stage: {equals: closed}\n"
OF = "      of:\n        stage: {notnull: true}\n"
OPENED = "        opened_on: {between: {low: 2022-01-01}}\n"
WHERE_B3 = "      where: {persons: {between: {low: 1, high: 50}}}\n"
DAYS = "      from: opened_on\n      to: closed_on\n"
VISITED = "      distinct: client_id\n"
GRADES = "  - {from: 0, name: {zh: 不合格, en: Fail}}\n"

DIMENSIONS = RIGHT[RIGHT.index("  - {code: A, ") : RIGHT.index("groups:\n  - {")]
GROUPS = RIGHT[RIGHT.index("  - {code: A1, ") : RIGHT.index("indicators:\n")]

WRONG: dict[str, Wrong] = {
    # codes and the tree
    "a code twice among indicators": Wrong("  - code: B2\n", "  - code: B1 #!\n", "code B1 is used twice"),
    "a code twice across levels": Wrong("  - code: V1\n", "  - code: A2 #!\n", "already in groups"),
    "a bonus item with the code of an indicator": Wrong("    - code: P1\n", "    - code: B1 #!\n", "already in indicators"),
    "an unknown dimension": Wrong(
        "  - code: B6\n    dimension: B\n", "  - code: B6\n    dimension: C #!\n", "dimensions has no code C"
    ),
    "an unknown group": Wrong("    group: A2\n", "    group: A3 #!\n", "groups has no code A3"),
    "a group of another dimension": Wrong(
        "  - code: B6\n    dimension: B\n", "  - code: B6\n    dimension: B\n    group: A2 #!\n",
        "group A2 belongs to dimension A, not to B",
    ),
    "a missing group": Wrong("  - code: A2.1\n    dimension: A\n    group: A2\n", "  - code: A2.1 #!\n    dimension: A\n", "lacks its group"),
    "a group of an unknown dimension": Wrong(
        "  - {code: A2, dimension: A, name: {zh: 经费, en: Money}, points: 20.2}\n",
        "  - {code: A2, dimension: A, name: {zh: 经费, en: Money}, points: 20.2}\n  - {code: A3, dimension: X, name: {zh: 其他, en: Other}, points: 5} #!\n",
        "dimensions has no code X",
    ),
    # points
    "indicators that do not add up to their group": Wrong(
        GROUPS, GROUPS.replace("20.1}\n", "20.2} #!\n").replace("20.2}\n", "20.1} #!\n"), "A1 has 20.2 points, its indicators add up to 20.1"
    ),
    "groups that do not add up to their dimension": Wrong(
        DIMENSIONS, DIMENSIONS.replace("40.3}\n", "40.2} #!\n").replace("59.7}\n", "59.8} #!\n"), "A has 40.2 points, its groups add up to 40.3"
    ),
    "one tenth too little": Wrong("      points: 19.7\n", "      points: 19.6\n", "B has 59.7 points, its indicators add up to 59.6")._replace(
        old=RIGHT[RIGHT.index("  - {code: B, ") : RIGHT.index("    evidence: {zh: 档案, en: files}\n    missing: block")],
        new=RIGHT[RIGHT.index("  - {code: B, ") : RIGHT.index("    evidence: {zh: 档案, en: files}\n    missing: block")]
        .replace("points: 59.7}\n", "points: 59.7} #!\n").replace("points: 19.7\n", "points: 19.6\n"),
    ),
    "dimensions that do not add up to the scale": Wrong("scale: 100\n", "scale: 1000 #!\n", "the dimensions add up to 100, the scale is 1000"),
    "a dimension without indicators": Wrong(
        "groups:\n", "  - {code: C, name: {zh: 空, en: Empty}, points: 0} #!\ngroups:\n", "C has no indicator"
    ),
    # tables and columns
    "an unknown table": Wrong("      share: cases\n", "      share: case #!\n", "no table 'case'"),
    "an unknown column": Wrong(CLOSED, "        stge: {equals: closed} #!\n", "no column 'stge'"),
    "a column that is dropped on loading": Wrong(
        "      where: {has_case_room: {equals: true}}\n", "      where: {contact_name: {notnull: true}} #!\n", "dropped on loading"
    ),
    "a column of which something else is kept": Wrong(CLOSED, "        goals: {notnull: true} #!\n", "use has_goals"),
    "a free text that is counted": Wrong(
        "      ratio: {count: cases, valid: true}\n", "      ratio: {count: cases, distinct: need} #!\n", "dropped on loading"
    ),
    "a sum of dates": Wrong(
        "      ratio: {sum: finance, column: spent_cny}\n", "      ratio: {sum: finance, column: month} #!\n", "no number"
    ),
    "a sum of yes and no": Wrong("      to: {stations: posts}\n", "      to: {stations: has_case_room} #!\n", "no number (boolean)"),
    "a mean of words": Wrong("      column: [satisfaction_1, satisfaction_2]\n", "      column: [satisfaction_1,\n        mode] #!\n", "no number"),
    "a column of stations that is no number": Wrong("      to: {stations: posts}\n", "      to: {stations: operator} #!\n", "no number"),
    "days from something that is no date": Wrong(DAYS, "      from: stage #!\n      to: closed_on\n", "no date"),
    "days from a date to itself": Wrong(DAYS, "      from: opened_on\n      to: opened_on #!\n", "one column"),
    "valid rows of a table without minima": Wrong(
        "      ratio: {count: cases, valid: true}\n", "      ratio: {count: visits, valid: true} #!\n", "no minima"
    ),
    # filters
    "two filters on a column": Wrong(CLOSED, "        stage:\n          equals: closed\n          notnull: true #!\n", "exactly one filter"),
    "no filter on a column": Wrong(CLOSED, "        stage: {} #!\n", "exactly one filter"),
    "an unknown filter": Wrong(CLOSED, "        stage:\n          equal: closed #!\n", "unknown key indicators.3.measure.where.stage.equal;"),
    "a value outside of the codes": Wrong(CLOSED, "        stage: {equals: finished} #!\n", "no code 'finished'"),
    "a list with an unknown code": Wrong(CLOSED, "        stage:\n          in:\n            - closed\n            - ended #!\n", "no code 'ended'"),
    "a list with a code twice": Wrong(CLOSED, "        stage:\n          in:\n            - closed\n            - closed #!\n", "listed twice"),
    "a word for a number": Wrong(CLOSED, "        contacts: {equals: five} #!\n", "takes a whole number; got 'five'"),
    "half a contact": Wrong(CLOSED, "        contacts: {equals: 1.5} #!\n", "takes a whole number"),
    "a word for a date": Wrong(OPENED, "        opened_on: {between: {low: 2022-13-01}} #!\n", "takes a date"),
    "a word for a boolean": Wrong(
        "      where: {has_case_room: {equals: true}}\n", "      where: {has_case_room: {equals: maybe}} #!\n", "true or false"
    ),
    "between ends the wrong way round": Wrong(
        WHERE_B3, "      where:\n        persons:\n          between:\n            low: 50 #!\n            high: 1\n", "is above high"
    ),
    "between without ends": Wrong(WHERE_B3, "      where:\n        persons:\n          between: {} #!\n", "low, high or both"),
    "between of words": Wrong(CLOSED, "        stage: {between: {low: closed}} #!\n", "for numbers, dates and months"),
    "between outside of what the column can be": Wrong(
        WHERE_B3, "      where: {persons: {between: {low: -9, high: -1}}} #!\n", "outside of the range"
    ),
    "a date before all ledgers": Wrong(OPENED, "        opened_on: {between: {high: 1999-12-31}} #!\n", "never holds"),
    "a number above the range": Wrong(CLOSED, "        hours: {equals: 20000} #!\n", "outside of the range"),
    "not null denied": Wrong(OF, "      of:\n        stage: {notnull: false} #!\n", "notnull can only be true"),
    "where and of that cannot both hold": Wrong(
        OF, "      of:\n        stage: {in: [intake, planning]}\n", "cannot both hold"
    )._replace(old=CLOSED + OF, new="        stage: {equals: closed} #!\n      of:\n        stage: {in: [intake, planning]}\n"),
    "dates in where and of that cannot both hold": Wrong(
        CLOSED, "        opened_on: {between: {high: 2021-12-31}} #!\n", "cannot both hold"
    ),
    "a share whose where adds nothing": Wrong(
        CLOSED + OF, "", "nothing beyond of"
    )._replace(old="      where:\n" + CLOSED + OF, new="      where: #!\n        stage: {in: [closed, evaluation]}\n      of:\n        stage: {equals: closed}\n"),
    "a share whose where holds always": Wrong("      where:\n" + CLOSED, "      where: #!\n        opened_on: {notnull: true}\n", "nothing beyond of"),
    # what measures are held against
    "a target of an unknown measure": Wrong("      to: {target: cases}\n", "      to: {target: case_load} #!\n", "no measure 'case_load'"),
    "a quantity over itself": Wrong("      to: {stations: posts}\n", "      to: {stations: resident_workers} #!\n", "over itself"),
    "coverage of something unknown": Wrong("      of: clients\n      of_where: {state: {equals: active}}\n", "      of: people #!\n", "is months, weeks, domains or a table"),
    "coverage of a table without a key": Wrong(
        "    measure:\n      coverage: visits\n" + VISITED + WHERE_B3 + "      of: clients\n      of_where: {state: {equals: active}}\n",
        "    measure: #!\n      coverage: visits\n      of: cases\n", "distinct is needed where of is the table cases",
    ),
    "coverage by a table that lacks the register's key": Wrong("      coverage: visits\n" + VISITED + WHERE_B3, "      coverage: groups #!\n", "no column 'client_id'"),
    "coverage by a column that the register lacks": Wrong(VISITED, "      distinct: visit_id #!\n", "no column that answers"),
    "coverage of months with a key": Wrong(
        VISITED + WHERE_B3 + "      of: clients\n      of_where: {state: {equals: active}}\n",
        "      distinct: client_id #!\n      of: months\n      of_where: {state: {equals: active}} #!\n", "no meaning where of is months",
    ),
    "coverage of months by a table without dates": Wrong(
        "      coverage: visits\n" + VISITED + WHERE_B3 + "      of: clients\n      of_where: {state: {equals: active}}\n",
        "      coverage: clients\n      of: months #!\n", "no date of service",
    ),
    "a rating by someone without weight": Wrong("      rating: [third_party, purchaser]\n", "      rating:\n        - third_party\n        - purchaser\n        - village #!\n", "no weight"),
    "a rating that nobody gives": Wrong("    rated_by: [third_party, purchaser]\n", "    rated_by: [purchaser]\n", "rated_by lacks third_party")._replace(
        old="      rating: [third_party, purchaser]\n    about: organisation\n    score: {rating: share, points: 10.1}\n    evidence: {zh: 评分表, en: score sheets}\n    missing: reweight\n    rated_by: [third_party, purchaser]\n",
        new="      rating: [third_party, purchaser] #!\n    about: organisation\n    score: {rating: share, points: 10.1}\n    evidence: {zh: 评分表, en: score sheets}\n    missing: reweight\n    rated_by: [purchaser]\n",
    ),
    # unions: the line and the name are those of the key
    "an unknown measure": Wrong("      days_between: cases\n", "      days_between_dates: cases\n", "count, sum, mean, share, ratio, rate, coverage, rating, days_between")._replace(
        old="    measure:\n      days_between: cases\n", new="    measure: #!\n      days_between_dates: cases\n"
    ),
    "two measures at once": Wrong("    measure:\n      days_between: cases\n", "    measure: #!\n      count: cases\n      days_between: cases\n", "exactly one of count, sum"),
    "an unknown part of a ratio": Wrong("      to: {target: cases}\n", "      to: {mean: cases} #!\n", "exactly one of count, sum, target, stations"),
    "an unknown key of a measure": Wrong(VISITED, "      distinkt: client_id #!\n", "unknown key indicators.5.measure.distinkt;"),
    "an unknown key of a part": Wrong(
        "      ratio: {count: cases, valid: true}\n", "      ratio:\n        count: cases\n        valit: true #!\n", "unknown key indicators.7.measure.ratio.valit;"
    ),
    "an unknown key of the second part": Wrong(
        "      to: {sum: finance, column: received_cny}\n", "      to:\n        sum: finance\n        column: received_cny\n        wher: {} #!\n",
        "unknown key indicators.2.measure.to.wher;",
    ),
    "a part without its column": Wrong("      to: {sum: finance, column: received_cny}\n", "      to: #!\n        sum: finance\n", "indicators.2.measure.to.column is required"),
    "a word of no known unit": Wrong("        per: station_month\n", "        per: month #!\n", "bonus.items.0.measure.per must be"),
    # score rules
    "no rule": Wrong("    score: {yesno: true, points: 5}\n", "    score: {points: 5} #!\n", "exactly one rule"),
    "two rules": Wrong("      reach: 0.9\n", "      reach: 0.9\n      yesno: true #!\n", "exactly one rule"),
    "a line of no length": Wrong(ENDS, "        from: 0.4\n        to: 0.4 #!\n", "equal"),
    "a line against the direction": Wrong("      linear:\n" + ENDS, "      linear: #!\n        from: 0.9\n        to: 0.4\n", "direction is up, but linear runs from 0.9 to 0.4"),
    "percent for a proportion": Wrong(ENDS, "        from: 40 #!\n        to: 90 #!\n", "a proportion is per 1 (90 % is 0.9); got"),
    "a number that is none": Wrong(ENDS, "        from: nan #!\n        to: 0.9\n", "finite number"),
    "steps that do not rise": Wrong(STEPS, "        - {from: 90, points: 10}\n        - {from: 90, points: 5} #!\n", "must rise"),
    "steps against the direction": Wrong(STEPS, "        - {from: 90, points: 5}\n        - {from: 180, points: 10} #!\n", "must fall"),
    "a step above full points": Wrong(STEPS, "        - {from: 60, points: 11} #!\n        - {from: 90, points: 10}\n", "more than the full 10"),
    "steps below full points": Wrong("      steps:\n" + STEPS, "      steps: #!\n        - {from: 90, points: 9}\n", "none gives the full 10"),
    "bands that overlap": Wrong(BANDS, "        - {from: 0.5, to: 0.9, points: 10}\n        - {from: 0.8, points: 20.2} #!\n      points: 20.2\n", "overlaps with band 1"),
    "a band the wrong way round": Wrong(BANDS, "        - {from: 0.8, to: 0.5, points: 10} #!\n        - {from: 0.8, points: 20.2}\n      points: 20.2\n", "must be below"),
    "bands below full points": Wrong("      bands:\n" + BANDS, "      bands: #!\n        - {from: 0.5, points: 10}\n      points: 20.2\n", "none gives the full 20.2"),
    "a threshold that everyone reaches": Wrong("      reach: 0.9\n", "      reach: 0 #!\n", "every value reaches 0"),
    "a rating rule on what is no rating": Wrong("      reach: 0.9\n", "      rating: share #!\n", "for the measure rating only"),
    "another rule on a rating": Wrong("    score: {rating: share, points: 10.1}\n", "    score: {reach: 0.5, points: 10.1} #!\n", "takes the rule rating"),
    "yes or no of a share": Wrong("      reach: 0.9\n", "      yesno: true #!\n", "write reach instead"),
    # grades, vetoes, raters, validity, the file
    "no grade from 0": Wrong("grades:\n", "grades: #!\n", "no grade begins at 0")._replace(
        old="grades:\n  - {from: 90, name: {zh: 优秀, en: Excellent}}\n  - {from: 60, name: {zh: 合格, en: Pass}}\n" + GRADES,
        new="grades: #!\n  - {from: 90, name: {zh: 优秀, en: Excellent}}\n  - {from: 60, name: {zh: 合格, en: Fail}}\n",
    ),
    "two grades from one total": Wrong(GRADES, "  - {from: 60, name: {zh: 基本合格, en: Nearly}} #!\n" + GRADES, "two grades begin at 60"),
    "two grades of one name": Wrong(GRADES, "  - {from: 50, name: {zh: 基本合格, en: Fail}}\n  - {from: 0, name: {zh: 不合格, en: Fail}} #!\n", "two grades are called 'Fail'"),
    "a grade above the scale": Wrong(GRADES, "  - {from: 101, name: {zh: 特优, en: Star}} #!\n" + GRADES, "above the scale 100"),
    "a veto into an unknown grade": Wrong("    grade: Fail\n", "    grade: Failed #!\n", "grades has no 'Failed'"),
    "a veto by an unknown kind": Wrong("    where: {kind: {equals: falsification}}\n", "    where: {kind: {equals: fraud}} #!\n", "no code 'fraud'"),
    "a deduction from an unknown table": Wrong("table: findings, where: {severity: {equals: major}}, points: 2, max: 6, evidence: {zh: 记录, en: findings}}\n", "table: faults, points: 2, max: 6, evidence: {zh: 记录, en: findings}} #!\n", "no table 'faults'"),
    "a deduction that one finding exceeds": Wrong("points: 2, max: 6, evidence: {zh: 记录, en: findings}}\n", "points: 2, max: 1, evidence: {zh: 记录, en: findings}} #!\n", "max 1 is less than"),
    "weights that are not whole": Wrong("raters: {third_party: 0.7, purchaser: 0.3}\n", "raters: {third_party: 0.7, purchaser: 0.2} #!\n", "add up to 0.9"),
    "a minimum of an unknown column": Wrong("  cases: {contacts: {min: 5}}\n", "  cases: {hours: {min: 5}} #!\n", "cases.hours is not known"),
    "a minimum of an unknown table": Wrong("  cases: {contacts: {min: 5}}\n", "  visits: {persons: {min: 5}} #!\n", "visits.persons is not known"),
    "an indicator for stations that the system leaves out": Wrong("    applies_to: [station]\n", "    applies_to: [station,\n      room] #!\n", "room is not in applies_to"),
    "a kind of station twice": Wrong("applies_to: [station, main_station]\n", "applies_to: [station, station] #!\n", "listed twice"),
    "a system that replaces itself": Wrong("status: draft\n", "status: final\nreplaces: test-100 #!\n", "cannot replace itself"),
}  # fmt: skip

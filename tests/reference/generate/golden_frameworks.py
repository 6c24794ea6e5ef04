"""Golden files of the shipped indicator systems: stations worked out without the package, in exact fractions.

Each station is the one above it with a few cells changed, and carries the total that was worked out on paper; the
arithmetic stands beside it. The scoring rules are written here once more, from docs/frameworks.md alone, and must
come to the same totals before a file is written. Nothing of the package is imported.

    python tests/reference/generate/golden_frameworks.py            # writes params/frameworks/<id>.golden.csv
    python tests/reference/generate/golden_frameworks.py --check    # only compares

Cells: `7/10` numerator and denominator; `0.7` a value; `-` missing; `na` not applicable; `bv` nothing valid (value 0).
"""

from __future__ import annotations

import csv
import io
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

HOME = Path(__file__).resolve().parents[3] / "params" / "frameworks"
COLUMNS = ("station", "indicator", "numerator", "denominator", "value", "status", "points", "total", "grade")
NOTHING_FOUND = "K1 0 K2 0 K3 0 V1 0 V2 0 V3 0"

# A station: id, the station that it starts from, the cells that differ, total on paper (empty: none), grade.
Stations = tuple[tuple[str, str, str, str, str], ...]

GENERIC: Stations = (
    # Every value exactly where its rule gives full points.
    ("full", "", "A1 120 A2 1/1 A3 1 B1 1 B2 1 B3 40/40 C1 3/3 C2 4/5 C3 8/10 C4 0/4 D1 6/6 D2 5/5 D3 8/8 D4 200/200 "
     "D5 8/10 D6 4/5 E1 1 E2 9/10 E3 9/10 E4 90 E5 1 F1.1 3.5 F1.2 3/5 F2.1 0.7 F3.1 4.5 G1 85/100 G2 55/100 G3 1 "
     f"P1 0/13 P2 0 P3 0 {NOTHING_FOUND}", "100", "优秀"),
    # Every value exactly at the end that gives nothing, or just outside.
    ("zero", "full", "A1 39.9 A2 0/1 A3 0 B1 0 B2 0 B3 24/40 C1 1/2 C2 1/5 C3 2/10 C4 3/10 D1 2/5 D2 2/5 D3 2/5 "
     "D4 80/200 D5 2/10 D6 2/5 E1 0.7 E2 2/5 E3 0/5 E4 181 E5 0 F1.1 1.5 F1.2 0/3 F2.1 0.3 F3.1 3 G1 49/100 G2 44/100 "
     "G3 0", "0", "不合格"),
    # D1 (0.7-0.4)/0.6 = 1/2 of 6: -3; C1 (0.75-0.5)/0.5 = 1/2 of 5: -2.5; D2 1/2 of 5: -2.5; A3 1/2 of 4: -2. 100-10.
    ("at-90", "full", "D1 7/10 C1 3/4 D2 7/10 A3 0.5", "90", "优秀"),
    # B1 0.9999 of 4 = 3.9996: 90 - 0.0004.
    ("below-90", "at-90", "B1 0.9999", "89.9996", "良好"),
    # Thirds that come out even: C2 (0.6-0.2)/0.6 = 2/3 of 4: -4/3; C3 (0.6-0.2)/0.6 = 2/3 of 3: -1;
    # D1 (0.6-0.4)/0.6 = 1/3 of 6: -4; D2 (0.8-0.4)/0.6 = 2/3 of 5: -5/3; D3 (0.76-0.4)/0.6 = 0.6 of 5: -2. 100-10.
    ("thirds-90", "full", "C2 3/5 C3 6/10 D1 3/5 D2 4/5 D3 19/25", "90", "优秀"),
    # D1 -6, D2 -5, D3 -5, D4 -4: 100-20.
    ("at-80", "full", "D1 2/5 D2 2/5 D3 2/5 D4 80/200", "80", "良好"),
    ("below-80", "at-80", "E5 0.9999", "79.9996", "合格"),
    # 80 - C1 5 - E5 4 - F3.1 4 - A3 4 - B1 3 (0.25 of 4 is left).
    ("at-60", "at-80", "C1 1/2 E5 0 F3.1 3 A3 0 B1 0.25", "60", "合格"),
    ("below-60", "at-60", "B2 0.9999", "59.9997", "不合格"),
    ("veto", "full", "V1 1", "100", "不合格"),
    ("two-vetoes", "at-80", "V2 1 V3 2", "80", "不合格"),
    # P1 260/13 = 20 hours: 2; P2 2; P3 2; together 6, capped at 5.
    ("bonus-capped", "full", "P1 260/13 P2 5000 P3 1", "105", "优秀"),
    # K1 5 x 2 = 10, at most 6; K2 10 x 0.5 = 5, at most 3; K3 2 x 3 = 6; together 15, capped at 10: exactly 90.
    ("deductions-capped", "full", "K1 5 K2 10 K3 2", "90", "优秀"),
    ("bonus-meets-deduction", "at-90", "P1 260/13 K1 1", "90", "优秀"),
    # Missing with `zero`: D3 -5, C2 -4.
    ("missing-zero", "full", "D3 - C2 -", "91", "优秀"),
    # Missing with `reweight`: F3.1 (4 of 4 at at-90) leaves both sides: 100 x 86/96 = 89.58333...
    ("missing-reweight", "at-90", "F3.1 -", "1075/12", "良好"),
    ("missing-block", "full", "C1 -", "", ""),
    ("missing-block-and-more", "at-60", "D1 - D2 - F2.1 -", "", ""),
    # A room: what it is asked for has 4+4+3+3+3+3+2+4+3+4 = 33 points; E5 0.5 takes 2: 100 x 31/33.
    ("room", "full", "A1 na A2 na C1 na C2 na C4 na D1 na D2 na D3 na D4 na E1 na E2 na E3 na E4 na F1.1 na F1.2 na "
     "G1 na G2 na G3 na E5 0.5", "3100/33", "优秀"),
    # A room without the survey: 33 - 7 = 26 points, D5 (0.5-0.2)/0.6 = 1/2 of 3: -1.5; 100 x 24.5/26; dimension F is gone.
    ("room-no-survey", "room", "E5 1 F2.1 - F3.1 - D5 5/10", "1225/13", "优秀"),
    ("main-station", "full", "*", "", ""),
    # Cases declared and none of them valid: 0 of 6.
    ("below-validity", "full", "D1 bv", "94", "优秀"),
    # On the edges: A1 80 -> 2 (-1); C4 0.15 opens the second band: 1.5 (-1.5); D6 0.6 -> 1 (-1); E4 180 -> 1 (-1);
    # G1 0.7 -> 3 (-2); G2 0.6 -> 1 (-1). 100-7.5.
    ("edges", "full", "A1 80 C4 15/100 D6 3/5 E4 180 G1 70/100 G2 60/100", "92.5", "优秀"),
    # Beside the edges: A1 79.9 -> 1 (-2); C4 0.3 is outside (-3); D6 0.4 (-2); E3 0.89 (-2); E4 90.5 -> 1 (-1);
    # F1.2 0.59 (-3); G1 1.01 is outside (-5); G2 0.75 is outside (-2). 100-20.
    ("beside-edges", "full", "A1 79.9 C4 30/100 D6 2/5 E3 89/100 E4 90.5 F1.2 59/100 G1 101/100 G2 75/100", "80", "良好"),
    # Above the ends nothing more is given.
    ("beyond", "full", "A1 500 D1 14/10 D2 13/5 D4 480/200 F3.1 5 E4 3 C2 1/1", "100", "优秀"),
    ("zero-deducted", "zero", "K1 2", "0", "不合格"),
    # A bonus without data gives nothing; P2 2000 -> 1.
    ("bonus-missing", "full", "P1 - P2 2000", "101", "优秀"),
    ("no-findings-ledger", "at-80", "P3 - K1 - K2 - K3 - V1 - V2 - V3 -", "80", "良好"),
)  # fmt: skip

MODULES: Stations = (
    ("full", "", "A1 120 A2 1 A3 1 B1 1 B2 1 B3 19/20 C1 3/3 C2 4/5 C3 100/100 C4 4/4 D1 8/10 D2 26/13 D3 1 D4 1 D5 1 "
     "D6 85/100 E1 6/6 E2 5/5 E3 8/8 E4 200/200 E5 10/10 E6 4/5 E7 54/60 F1 3.5 F2 8/10 F3 0.7 F4 4.5 F5 1 "
     f"P1 0 P2 0/13 P3 0 {NOTHING_FOUND}", "1000", "优秀"),
    ("zero", "full", "A1 39 A2 0 A3 0 B1 0 B2 0 B3 18/20 C1 1/2 C2 1/5 C3 50/100 C4 2/4 D1 2/10 D2 0/13 D3 0 D4 15 D5 0 "
     "D6 69/100 E1 2/5 E2 2/5 E3 2/5 E4 80/200 E5 5/10 E6 1/5 E7 18/60 F1 1.5 F2 2/10 F3 0.3 F4 3 F5 0", "0", "不合格"),
    # D3 half of 50: -25; E1 (0.7-0.4)/0.6 = 1/2 of 60: -30; E2 half of 50: -25; B1 half of 40: -20. 1000-100.
    ("at-900", "full", "D3 0.5 E1 7/10 E2 7/10 B1 0.5", "900", "优秀"),
    ("below-900", "at-900", "A3 0.9999", "899.997", "良好"),
    # C2 (0.6-0.2)/0.6 = 2/3 of 30: -10; D1 2/3 of 40: -40/3; E1 1/3 of 60: -40; E2 2/3 of 50: -50/3;
    # E3 (0.76-0.4)/0.6 = 0.6 of 50: -20. -10 - 40 - 20 - 90/3 = -100.
    ("thirds-900", "full", "C2 3/5 D1 6/10 E1 3/5 E2 4/5 E3 19/25", "900", "优秀"),
    # E1 -60, E2 -50, E3 -50, D1 -40.
    ("at-800", "full", "E1 2/5 E2 2/5 E3 2/5 D1 2/10", "800", "良好"),
    ("below-800", "at-800", "F5 0.9999", "799.998", "合格"),
    # 800 - D3 50 - B1 40 - E4 50 - F1 50 - B2 10.
    ("at-600", "at-800", "D3 0 B1 0 E4 80/200 F1 1.5 B2 0.75", "600", "合格"),
    ("below-600", "at-600", "A3 0.9999", "599.997", "不合格"),
    ("veto", "full", "V1 1", "1000", "不合格"),
    ("veto-at-800", "at-800", "V2 3", "800", "不合格"),
    # P1 20, P2 195/13 = 15 hours: 20, P3 20; together 60, capped at 50.
    ("bonus-capped", "full", "P1 10000 P2 195/13 P3 2", "1050", "优秀"),
    # K1 5 x 20 = 100, at most 80; K2 10 x 5 = 50, at most 30; together 110, capped at 100: exactly 900.
    ("deductions-capped", "full", "K1 5 K2 10", "900", "优秀"),
    ("bonus-meets-deduction", "at-900", "P1 10000 K1 1", "900", "优秀"),
    ("missing-zero", "full", "E2 - C3 -", "910", "优秀"),
    # F4 had 30 of 30: 1000 x 870/970.
    ("missing-reweight", "at-900", "F4 -", "87000/97", "良好"),
    # Without a key persons are not counted once: E5 had 40 of 40: 1000 x 760/960 = 791.666...
    ("no-key", "at-800", "E5 -", "2375/3", "合格"),
    ("missing-block-posts", "full", "C1 -", "", ""),
    ("missing-block-target", "at-800", "E1 - F3 -", "", ""),
    ("room", "full", "*", "", ""),
    ("below-validity", "full", "E1 bv", "940", "优秀"),
    # A1 80 -> 30 (-10); D4 3 -> 20 (-10); D6 0.7 -> 12 (-8); E6 0.6 -> 15 (-5); P2 65/13 = 5 -> 10; P3 1 -> 10.
    ("edges", "full", "A1 80 D4 3 D6 70/100 E6 3/5 P2 65/13 P3 1", "987", "优秀"),
    # A1 79 -> 20 (-20); B3 18/19 < 0.95 (-20); D4 3.5 -> 10 (-20); D6 1.01 is outside (-20); E6 0.4 -> 10 (-10).
    ("beside-edges", "full", "A1 79 B3 18/19 D4 3.5 D6 101/100 E6 2/5 P2 64/13", "910", "优秀"),
    ("zero-deducted", "zero", "K1 3 K2 1", "0", "不合格"),
    # Not spot-checked and no self-assessment in the final round: A3, B1, B2, D3, D5, F5 leave, 210 points; module
    # B keeps B3. at-800 had all of them: 1000 x (800-210)/(1000-210) = 1000 x 590/790.
    ("no-ratings", "at-800", "A3 - B1 - B2 - D3 - D5 - F5 -", "59000/79", "合格"),
    ("bonus-missing", "full", "P2 - P3 1", "1010", "优秀"),
)  # fmt: skip

FIVE_PART: Stations = (
    ("full", "", "A1 3/3 A2 7/10 A3 4/4 A4 26/13 A5 1 B1 85/100 B2 50/100 B3 5/100 B4 1 C1 6/6 C2 5/5 C3 8/8 C4 325/13 "
     f"C5 1 C6 1 C7 13/52 D1 4.5 D2 0.7 D3 1 D4 1 E1 2 E2 52/13 E3 1 P1 0 P2 0/1 P3 0 {NOTHING_FOUND}", "100", "优秀"),
    ("zero", "full", "A1 1/2 A2 29/100 A3 3/4 A4 0/13 A5 0 B1 69/100 B2 49/100 B3 15/100 B4 0 C1 2/5 C2 2/5 C3 2/5 "
     "C4 65/13 C5 0.7 C6 0.6 C7 0/52 D1 3 D2 0.3 D3 0 D4 0 E1 0 E2 0/13 E3 0", "0", "不合格"),
    # C1 half of 8: -4; C4 195/13 = 15, (15-5)/20 = 1/2 of 6: -3; D1 (3.75-3)/1.5 = 1/2 of 6: -3. 100-10.
    ("at-90", "full", "C1 7/10 C4 195/13 D1 3.75", "90", "优秀"),
    ("below-90", "at-90", "D3 0.9999", "89.9995", "良好"),
    # C1 (0.8-0.4)/0.6 = 2/3 of 8: -8/3; C5 (0.8-0.7)/0.3 = 1/3 of 5: -10/3; D1 (4-3)/1.5 = 2/3 of 6: -2;
    # A4 1/2 of 2: -1; E2 26/13 = 2, half of 2: -1. -18/3 - 4 = -10.
    ("thirds-90", "full", "C1 4/5 C5 0.8 D1 4 A4 13/13 E2 26/13", "90", "优秀"),
    # C1 -8, C2 -7, D3 -5.
    ("at-80", "full", "C1 2/5 C2 2/5 D3 0", "80", "良好"),
    ("below-80", "at-80", "D4 0.9999", "79.9996", "合格"),
    # 80 - C3 7 - E3 5 - B4 4 - D4 4.
    ("at-60", "at-80", "C3 2/5 E3 0 B4 0 D4 0", "60", "合格"),
    ("below-60", "at-60", "A5 0.9999", "59.9996", "不合格"),
    ("veto", "full", "V3 1", "100", "不合格"),
    ("two-vetoes", "at-80", "V1 1 V2 1", "80", "不合格"),
    # P1 2, P2 1, P3 2; together 5, capped at 3.
    ("bonus-capped", "full", "P1 2 P2 1/1 P3 10000", "103", "优秀"),
    # K1 5 x 2 = 10, at most 6; K2 5 x 1, at most 3; together 9, capped at 8.
    ("deductions-capped", "full", "K1 5 K2 5", "92", "优秀"),
    ("bonus-meets-deduction", "at-90", "P2 1/1 K2 1", "90", "优秀"),
    ("missing-zero", "full", "C6 - A3 -", "94", "优秀"),
    # D2 had 5 of 5: 100 x 85/95.
    ("missing-reweight", "at-90", "D2 -", "1700/19", "良好"),
    # Part D is gone altogether: 80 points are left, C1 takes 8: 100 x 72/80 = 90 exactly.
    ("no-part-d", "full", "D1 - D2 - D3 - D4 - C1 2/5", "90", "优秀"),
    ("missing-block-posts", "full", "A1 -", "", ""),
    ("missing-block-money", "at-60", "B1 - B2 - B3 -", "", ""),
    ("main-station", "full", "*", "", ""),
    # Cases -8; publicity events declared, none with 8 persons: -3.
    ("below-validity", "full", "C1 bv E1 bv", "89", "良好"),
    # A2 0.5 -> 2 (-1); B1 0.7 -> 3 (-2); B2 0.6 -> 1.5 (-1.5); B3 0.1 half of 3 (-1.5); E1 1 -> 1.5 (-1.5).
    ("edges", "full", "A2 5/10 B1 70/100 B2 60/100 B3 10/100 E1 1", "92.5", "优秀"),
    # A2 0.69 -> 2 (-1); A3 0.99 (-2); B1 1.01 is outside (-5); B2 0.75 is outside (-3); B3 0.2 (-3).
    ("beside-edges", "full", "A2 69/100 A3 99/100 B1 101/100 B2 75/100 B3 20/100", "86", "良好"),
    ("beyond", "full", "C1 14/10 C4 552/13 D1 5 B3 1/100 E1 5 E2 208/13", "100", "优秀"),
    ("zero-deducted", "zero", "K1 3 P2 1/1", "0", "不合格"),
    ("bonus-missing", "full", "P1 - P3 5000", "101", "优秀"),
)  # fmt: skip

MULTI_RATER: Stations = (
    ("full", "", "A1 1 A2 3/3 A3 1 A4 8 B1 1 B2 1 B3 1 B4 6/6 B5 5/5 B6 8/8 B7 40/40 C1 3.5 C2 9/10 C3 1 C4 1/2 "
     f"D1 85/100 D2 1 D3 50/100 E1 1 E2 1 E3 1 E4 4.5 P1 0 P2 0/13 {NOTHING_FOUND}", "100", "优秀"),
    ("zero", "full", "A1 0 A2 1/2 A3 0 A4 3 B1 0 B2 0 B3 0 B4 2/5 B5 2/5 B6 2/5 B7 16/40 C1 1.5 C2 3/10 C3 0 C4 49/100 "
     "D1 49/100 D2 0 D3 49/100 E1 0 E2 0 E3 0 E4 3", "0", "不合格"),
    # B1 half of 8: -4; B4 half of 5: -2.5; D2 half of 5: -2.5; A4 4 -> 1: -1.
    ("at-90", "full", "B1 0.5 B4 7/10 D2 0.5 A4 4", "90", "优秀"),
    ("below-90", "at-90", "E1 0.9999", "89.9996", "良好"),
    # B4 2/3 of 5: -5/3; B5 1/3 of 4: -8/3; C2 (0.5-0.3)/0.6 = 1/3 of 4: -8/3; B7 (0.8-0.4)/0.6 = 2/3 of 4: -4/3;
    # E4 (4-3)/1.5 = 2/3 of 4: -4/3; B6 (0.95-0.4)/0.6 = 11/12 of 4: -1/3. -30/3 = -10.
    ("thirds-90", "full", "B4 4/5 B5 3/5 C2 5/10 B7 32/40 E4 4 B6 19/20", "90", "优秀"),
    # B1 -8, B2 -6, C3 -6.
    ("at-80", "full", "B1 0 B2 0 C3 0", "80", "良好"),
    ("below-80", "at-80", "E2 0.9999", "79.9996", "合格"),
    # 80 - D2 5 - A2 5 - C1 6 - B5 4.
    ("at-60", "at-80", "D2 0 A2 1/2 C1 1.5 B5 2/5", "60", "合格"),
    ("below-60", "at-60", "E3 0.9999", "59.9997", "不合格"),
    ("veto", "full", "V2 1", "100", "不合格"),
    ("veto-at-80", "at-80", "V1 1", "80", "不合格"),
    # P1 3, P2 130/13 = 10: 2; together 5, capped at 4.
    ("bonus-capped", "full", "P1 2 P2 130/13", "104", "优秀"),
    # K1 5 x 1, at most 4; K2 3 x 2 = 6, at most 4; together 8, capped at 6.
    ("deductions-capped", "full", "K1 5 K2 3", "94", "优秀"),
    # P2 65/13 = 5, half of 2: +1; K1 -1.
    ("bonus-meets-deduction", "at-90", "P2 65/13 K1 1", "90", "优秀"),
    ("missing-zero", "full", "A4 - C4 -", "94", "优秀"),
    # C3 had 6 of 6: 100 x 84/94.
    ("missing-reweight", "at-90", "C3 -", "4200/47", "良好"),
    ("missing-block-posts", "full", "A2 -", "", ""),
    ("missing-block-money", "at-80", "D1 -", "", ""),
    ("main-station", "full", "*", "", ""),
    ("below-validity", "full", "B4 bv", "95", "优秀"),
    # A1: third party 0.8, purchaser 0.6, weights 0.6 and 0.2: 0.75; C3: 0.6x0.9 + 0.2x0.8 + 0.1x0.7 + 0.1x0.6 = 0.83.
    # A1 3.75 (-1.25), C3 4.98 (-1.02).
    ("weighted", "full", "A1 0.75 C3 0.83", "97.73", "优秀"),
    # The village did not score: C3 (0.6x0.9 + 0.2x0.8 + 0.1x0.6)/0.9 = 38/45 of 6 = 76/15 (-14/15); E2 leaves with 4:
    # 100 x (96 - 14/15)/96 = 100 x 1426/1440.
    ("village-silent", "full", "C3 38/45 E2 -", "3565/36", "优秀"),
    # A4 4 -> 1 (-1); C4 0.5 -> 4; D1 0.7 -> 4 (-2); D3 0.6 -> 2 (-2).
    ("edges", "full", "A4 4 C4 5/10 D1 70/100 D3 60/100", "95", "优秀"),
    # A4 7 -> 1 (-1); C4 0.49 (-4); D1 1.01 is outside (-6); D3 0.75 is outside (-4).
    ("beside-edges", "full", "A4 7 C4 49/100 D1 101/100 D3 75/100", "85", "良好"),
    ("zero-deducted", "zero", "K2 1", "0", "不合格"),
    ("bonus-missing", "full", "P1 1 P2 -", "101.5", "优秀"),
)  # fmt: skip

FISCAL: Stations = (
    ("full", "", "A1 1 A2 1 A3 1 A4 9/10 B1 100/100 B2 90/100 B3 1 B4 1 B5 3/3 C1 6/6 C2 5/5 C3 8/8 C4 200/200 C5 1 C6 7 "
     "C7 10000/200 D1 3.5 D2 40/40 D3 10000 D4 4.5 V1 0 V3 0", "100", "优"),
    ("zero", "full", "A1 0 A2 0 A3 0 A4 8/10 B1 50/100 B2 59/100 B3 0 B4 0 B5 1/2 C1 2/5 C2 2/5 C3 2/5 C4 80/200 C5 0.7 "
     "C6 31 C7 60000/200 D1 1.5 D2 16/40 D3 0 D4 3", "0", "差"),
    # C1 half of 7: -3.5; C2 half of 5: -2.5; D4 (3.75-3)/1.5 = 1/2 of 8: -4.
    ("at-90", "full", "C1 7/10 C2 7/10 D4 3.75", "90", "优"),
    ("below-90", "at-90", "A1 0.9999", "89.9996", "良"),
    # C1 2/3 of 7: -7/3; D4 (4-3)/1.5 = 2/3 of 8: -8/3; C5 (0.9-0.7)/0.3 = 2/3 of 5: -5/3; C3 1/3 of 5: -10/3. -30/3.
    ("thirds-90", "full", "C1 4/5 D4 4 C5 0.9 C3 3/5", "90", "优"),
    # D4 -8, D1 -7, C2 -5.
    ("at-80", "full", "D4 3 D1 1.5 C2 2/5", "80", "良"),
    ("below-80", "at-80", "B4 0.9999", "79.9996", "中"),
    # 80 - B3 6 - D2 6 - A1 4 - A2 4.
    ("at-60", "at-80", "B3 0 D2 16/40 A1 0 A2 0", "60", "中"),
    ("below-60", "at-60", "A3 0.9999", "59.9996", "差"),
    # C1 1/3 of 7: -14/3; C2 1/3 of 5: -10/3; C3 -5; D1 (2.5-1.5)/2 = 1/2 of 7: -3.5; B1 (0.65-0.5)/0.5 = 0.3 of 5: -3.5.
    ("thirds-80", "full", "C1 3/5 C2 3/5 C3 2/5 D1 2.5 B1 65/100", "80", "良"),
    # 80 - D4 (3.5-3)/1.5 = 1/3 of 8: 16/3 - C4 2/3 of 5: 5/3 - B4 4 - A1 4 - C5 5.
    ("thirds-60", "thirds-80", "D4 3.5 C4 160/200 B4 0 A1 0 C5 0.7", "60", "中"),
    ("veto", "full", "V1 1", "100", "差"),
    ("veto-at-80", "at-80", "V3 2", "80", "差"),
    ("zero-vetoed", "zero", "V1 1", "0", "差"),
    # B2 0.8 -> 4 (-2); C6 15 -> 2 (-1).
    ("edges", "full", "B2 80/100 C6 15", "97", "优"),
    # A4 0.89 (-3); B2 0.6 -> 2 (-4); C6 30 -> 1 (-2).
    ("lower-edges", "full", "A4 89/100 B2 60/100 C6 30", "91", "优"),
    # B2 1.01 is outside (-6); C6 30.5 (-3); C7 175: (300-175)/250 = 1/2 of 5 (-2.5).
    ("beside-edges", "full", "B2 101/100 C6 30.5 C7 35000/200", "88.5", "良"),
    ("beyond", "full", "C1 14/10 C4 480/200 C7 4000/200 C6 0 D3 26650 B2 1/1", "100", "优"),
    ("missing-zero", "full", "D3 - C7 -", "91", "优"),
    # D4 had 4 of 8: 100 x 86/92.
    ("missing-reweight", "at-90", "D4 -", "2150/23", "优"),
    # A1, A2, A3 had 12 of 12: 100 x 68/88.
    ("no-ratings-of-decision", "thirds-80", "A1 - A2 - A3 -", "850/11", "中"),
    ("missing-block-money", "full", "B2 -", "", ""),
    ("missing-block-target", "at-80", "C1 - D4 -", "", ""),
    ("main-station", "full", "*", "", ""),
    ("below-validity", "full", "C1 bv", "93", "优"),
    ("no-findings-ledger", "at-90", "V1 - V3 -", "90", "优"),
)  # fmt: skip

SYSTEMS: dict[str, Stations] = {
    "generic-100": GENERIC, "modules-1000": MODULES, "five-part": FIVE_PART, "multi-rater": MULTI_RATER, "fiscal": FISCAL,
}  # fmt: skip


class Cell(NamedTuple):
    status: str
    value: Fraction | None
    numerator: Fraction | None = None
    denominator: Fraction | None = None


def read(text: str) -> Cell:
    """A cell as written in the lists above."""
    if text == "-":
        return Cell("missing", None)
    if text == "na":
        return Cell("not_applicable", None)
    if text == "bv":
        return Cell("below_validity", Fraction(0))
    if "/" in text:
        above, below = (Fraction(part) for part in text.split("/"))
        return Cell("ok", above / below, above, below)
    return Cell("ok", Fraction(text))


def points(value: Fraction, item: dict[str, Any]) -> Fraction:
    """The six rules of docs/frameworks.md."""
    score, up = item["score"], item.get("direction", "up") == "up"
    full = Fraction(score["points"])
    if "linear" in score:
        low, high = Fraction(score["linear"]["from"]), Fraction(score["linear"]["to"])
        return full * min(max((value - low) / (high - low), Fraction(0)), Fraction(1))
    if "rating" in score:
        return full * min(max(value, Fraction(0)), Fraction(1))
    if "reach" in score:
        met = value >= Fraction(score["reach"]) if up else value <= Fraction(score["reach"])
        return full if met else Fraction(0)
    if "yesno" in score:
        return full if value == (1 if score["yesno"] == "true" else 0) else Fraction(0)
    if "steps" in score:
        steps = [(Fraction(step["from"]), Fraction(step["points"])) for step in score["steps"]]
        held = [step for step in steps if (step[0] <= value if up else step[0] >= value)]
        return (max(held) if up else min(held))[1] if held else Fraction(0)
    for band in score["bands"]:
        if ("from" not in band or Fraction(band["from"]) <= value) and (
            "to" not in band or value < Fraction(band["to"])
        ):
            return Fraction(band["points"])
    return Fraction(0)


def worked(spec: dict[str, Any], cells: dict[str, Cell]) -> tuple[dict[str, Fraction], Fraction | None, str]:
    """Points by code (left out: none), the total and the grade; no total where something blocks or nothing counts."""
    given: dict[str, Fraction] = {}
    whole, blocked = Fraction(0), False
    for item in spec["indicators"]:
        code, cell = item["code"], cells[item["code"]]
        if cell.status == "not_applicable" or (cell.status == "missing" and item["missing"] == "reweight"):
            continue
        if cell.status == "missing" and item["missing"] == "block":
            blocked = True
            continue
        whole += Fraction(item["score"]["points"])
        given[code] = Fraction(0) if cell.value is None else points(cell.value, item)
    own = sum(given.values(), Fraction(0))
    bonus = spec.get("bonus", {"cap": "0", "items": []})
    extra = {
        item["code"]: points(value, item) if (value := cells[item["code"]].value) is not None else Fraction(0)
        for item in bonus["items"]
    }
    deductions = spec.get("deductions", {"cap": "0", "items": []})
    off = {}
    for item in deductions["items"]:
        each = (cells[item["code"]].value or Fraction(0)) * Fraction(item["points"])
        off[item["code"]] = min(each, Fraction(item["max"])) if "max" in item else each
    given |= extra | {code: -each for code, each in off.items()}
    if blocked or not whole:
        return given, None, ""
    scale = Fraction(spec["scale"])
    total = scale * own / whole
    total += min(sum(extra.values(), Fraction(0)), Fraction(bonus["cap"]))
    total -= min(sum(off.values(), Fraction(0)), Fraction(deductions["cap"]))
    total = min(max(total, Fraction(0)), scale + Fraction(bonus["cap"]))
    return given, total, grade(spec, total, cells)


def grade(spec: dict[str, Any], total: Fraction, cells: dict[str, Cell]) -> str:
    ordered = sorted(spec["grades"], key=lambda each: Fraction(each["from"]))
    places = [i for i, each in enumerate(ordered) if Fraction(each["from"]) <= total]
    place = max(places)
    for veto in spec["vetoes"]:
        if cells[veto["code"]].value:
            named = [i for i, each in enumerate(ordered) if veto["grade"] in each["name"].values()]
            place = min(place, *named)
    return str(ordered[place]["name"]["zh"])


def codes(spec: dict[str, Any]) -> list[str]:
    extras = [*spec.get("bonus", {}).get("items", []), *spec.get("deductions", {}).get("items", [])]
    return [item["code"] for item in [*spec["indicators"], *extras, *spec["vetoes"]]]


def shown(number: Fraction | None) -> str:
    if number is None:
        return ""
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def golden(id: str, stations: Stations) -> str:
    """The golden file of one system; stops where paper and rules disagree."""
    yaml = YAML(typ="base", pure=True)  # every scalar stays the text that stands in the file
    spec = yaml.load((HOME / f"{id}.yml").read_text(encoding="utf-8"))
    full = {item["code"]: Fraction(item["score"]["points"]) for item in spec["indicators"]}
    rated = {item["code"] for item in spec["indicators"] if "rating" in item["measure"]}
    order = codes(spec)
    known: dict[str, dict[str, str]] = {}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, base, changes, paper, paper_grade in stations:
        words = changes.split()
        texts = dict(known.get(base, {}))
        if changes == "*":
            texts = dict.fromkeys(order, "na")
        else:
            texts |= dict(zip(words[::2], words[1::2], strict=True))
        texts = {code: texts[code] for code in order}
        known[name] = texts
        cells = {code: read(text) for code, text in texts.items()}
        given, total, found = worked(spec, cells)
        wanted = Fraction(paper) if paper else None
        if (total, found) != (wanted, paper_grade):
            raise SystemExit(f"{id} {name}: paper {paper or 'none'} {paper_grade}, rules {total} {found}")
        vetoes = {veto["code"] for veto in spec["vetoes"]}
        for code, cell in cells.items():
            above, below = cell.numerator, cell.denominator
            if code in rated and cell.value is not None:
                above, below = cell.value * full[code], full[code]
            if code[0] in "KV":
                above = cell.value
            mine = None if code in vetoes else given.get(code)
            writer.writerow(
                [
                    name,
                    code,
                    shown(above),
                    shown(below),
                    shown(cell.value),
                    cell.status,
                    shown(mine),
                    shown(total),
                    found,
                ]
            )
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which differ."""
    differ = []
    for id, stations in SYSTEMS.items():
        text, path = golden(id, stations), HOME / f"{id}.golden.csv"
        if "--check" in arguments:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                differ.append(path.name)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{id}: {len(stations)} stations")
    if differ:
        print(f"differ: {', '.join(differ)}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

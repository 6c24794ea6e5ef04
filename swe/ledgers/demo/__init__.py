"""Demonstration ledgers: made up by a seed, shaped like real ones, marked 模拟数据 in every table.

Nobody may hand out real ledgers, and without data a toolkit can be neither tried nor tested.
"""

from swe.ledgers.demo.folder import make_demo

__all__ = ["make_demo"]

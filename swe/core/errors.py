"""Every error a user can meet: one base, one exit code each, a sentence in Chinese and in English.

The command line prints `text(lang)` and leaves with `exit_code`; nothing here ever holds a personal value.
"""

from __future__ import annotations

from collections.abc import Iterable


class SweError(Exception):
    """What went wrong, where, why and what to do, in `zh` and `en`; `where` is file:line, a cell or a region."""

    exit_code = 1

    def __init__(self, zh: str, en: str, *, where: str = "") -> None:
        self.zh, self.en, self.where = zh, en, where
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The message in `zh` or `en`, led by the place it speaks of."""
        message = self.zh if lang == "zh" else self.en
        return f"{self.where}: {message}" if self.where else message

    def __reduce__(self):  # type: ignore[no-untyped-def]  # keyword arguments survive the way back from a worker
        return _rebuild, (type(self), self.zh, self.en, self.where)


def _rebuild(kind: type[SweError], zh: str, en: str, where: str) -> SweError:
    return kind(zh, en, where=where)


class UsageError(SweError):
    """The command or call cannot be understood."""

    exit_code = 2


class DefinitionError(SweError):
    """A run file, framework, programme or plan is wrong."""

    exit_code = 10


class DataError(SweError):
    """The data are wrong, or do not allow what was asked."""

    exit_code = 11


class PrivacyError(SweError):
    """Going on would disclose something personal."""

    exit_code = 12


class NotebookError(SweError):
    """Every region failed in its notebook."""

    exit_code = 13


class PartialError(SweError):
    """Some regions failed; the others were made."""

    exit_code = 14


class VerificationError(SweError):
    """What is on disk is not what was made."""

    exit_code = 15


class TimeLimitError(SweError):
    """The time limit was reached."""

    exit_code = 16


class MachineError(SweError):
    """Disk, permission or a missing program."""

    exit_code = 17


def joined(errors: Iterable[SweError]) -> SweError:
    """All problems at once: one error of the first one's kind, a line each."""
    found = list(errors)
    if len(found) == 1:
        return found[0]
    head_zh, head_en = f"共 {len(found)} 处问题：", f"{len(found)} problems:"
    return type(found[0])(
        "\n".join([head_zh, *("  " + e.text("zh") for e in found)]),
        "\n".join([head_en, *("  " + e.text("en") for e in found)]),
    )

"""The address of a database, with user and password from the environment only; neither is ever shown."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from swe.core.errors import DefinitionError, MachineError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DRIVER = "postgresql+psycopg"
CONNECT_SECONDS = 10  # until a server counts as unreachable; ours
KEEPALIVE = {
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
MAPPING = "tables"  # query parameter that names the mapping file

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_PARAMETERS = {"password", "passfile", "sslpassword", "user"}


def require_packages() -> None:
    """MachineError saying what to install where SQLAlchemy or psycopg is missing."""
    try:
        import psycopg  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        missing = (error.name or "psycopg").split(".")[0]
        raise MachineError(
            f'读取数据库需要 {missing}。请执行：pip install "swe[postgres]"',
            f'reading a database needs {missing}. Run: pip install "swe[postgres]"',
        ) from None


def parsed(address: str) -> tuple[URL, str]:
    """The URL to connect with and the mapping file's path ("" for none).

    `${NAME}` in user, password, host or database is taken from the environment; a user or password that is not there
    is left to libpq (PGUSER, PGPASSWORD, ~/.pgpass). Raises DefinitionError for a password that is written down, a
    variable that is not set, another kind of database, or an address that cannot be read.
    """
    require_packages()
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise DefinitionError(
            f"数据库地址无法识别，应为 {DRIVER}://主机:端口/库名（此处不重复原文）",
            f"the database address cannot be read; it should be {DRIVER}://host:port/name (it is not repeated here)",
        ) from None
    if url.drivername not in (DRIVER, "postgresql", "postgres"):
        raise DefinitionError(
            f"只支持 PostgreSQL（{DRIVER}://…）", f"only PostgreSQL is supported ({DRIVER}://…)"
        )
    secrets = _SECRET_PARAMETERS & {name.lower() for name in url.query}
    written = url.password is not None and not _PLACEHOLDER.fullmatch(str(url.password))
    if secrets or written:
        raise DefinitionError(
            "数据库地址里不能写密码。请删去，改用环境变量 PGUSER、PGPASSWORD，或写成 ${变量名}。",
            "a database address must not hold a password. Remove it and set PGUSER and PGPASSWORD in the "
            "environment, or write ${NAME_OF_A_VARIABLE}.",
        )
    mapping = url.query.get(MAPPING, "")
    url = url.difference_update_query([MAPPING]).set(drivername=DRIVER)
    parts = {name: _filled(getattr(url, name)) for name in ("username", "password", "host", "database")}
    return url.set(**{name: value for name, value in parts.items() if value}), str(mapping)  # type: ignore[arg-type]


def connect_arguments(url: URL) -> dict[str, object]:
    """What libpq is told beside the address, unless the address says otherwise: to give up in time."""
    given = {"connect_timeout": CONNECT_SECONDS, **KEEPALIVE, "application_name": "swe"}
    return {name: value for name, value in given.items() if name not in url.query}


def _filled(text: object) -> str | None:
    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise DefinitionError(
                f"环境变量 {match[1]} 没有设置（数据库地址要用它）",
                f"the environment variable {match[1]} is not set (the database address needs it)",
            )
        return found

    return None if text is None else _PLACEHOLDER.sub(value, str(text))

"""The kernel that the `kernel` engine starts: what travels between it and the driver is encrypted where it can be.

Cells and outputs may hold data that must not leave; loopback TCP is open to every user of a shared machine.
"""

from __future__ import annotations

import tempfile
from typing import IO, Any

from jupyter_client.manager import AsyncKernelManager

_said: IO[bytes] | None = None


class Manager(AsyncKernelManager):
    """A kernel manager that asks for CurveZMQ keys if jupyter_client, libzmq and the kernel know them."""

    def __init__(self, **traits: object) -> None:
        if self.has_trait("transport_encryption"):
            import zmq

            traits.setdefault("transport_encryption", "auto" if zmq.has("curve") else "disabled")
        super().__init__(**traits)

    async def start_kernel(self, **arguments: Any) -> None:  # type: ignore[override]
        """Start it; what it prints on its own stderr (a port that another took, a native library) is kept for `last_words`.

        A start that fails is tried again, and what the first try said is nothing that a user should see scroll by.
        """
        global _said
        _said = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the kernel
        await super().start_kernel(**{"stderr": _said, **arguments})


def last_words() -> str:
    """The last line that the latest kernel of this process printed on stderr; empty where it said nothing."""
    if _said is None:
        return ""
    _said.seek(0)
    lines = [line.strip() for line in _said.read().decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")

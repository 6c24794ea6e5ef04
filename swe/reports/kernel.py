"""The kernel that the `kernel` engine starts: what travels between it and the driver is encrypted where it can be.

Cells and outputs may hold data that must not leave; loopback TCP is open to every user of a shared machine.
"""

from __future__ import annotations

from jupyter_client.manager import AsyncKernelManager


class Manager(AsyncKernelManager):
    """A kernel manager that asks for CurveZMQ keys if jupyter_client, libzmq and the kernel know them."""

    def __init__(self, **traits: object) -> None:
        if self.has_trait("transport_encryption"):
            import zmq

            traits.setdefault("transport_encryption", "auto" if zmq.has("curve") else "disabled")
        super().__init__(**traits)

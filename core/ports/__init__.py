"""What the engine needs from the world: a Store, the Blobs, a Portal. tests/*_contract.py hold them to it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.ports.blobs import Blob, Blobs
    from core.ports.portal import Absent, Condition, Conflict, Found, Portal, PortalFault, PortalReport, Unchanged
    from core.ports.repositories import (
        TASK_ORDERS,
        Clients,
        Deliveries,
        Documents,
        Employees,
        Repository,
        TaskChoice,
        Tasks,
        Templates,
        WaitingFiles,
    )
    from core.ports.store import EventChoice, Store

__all__ = [
    "TASK_ORDERS",
    "Absent",
    "Blob",
    "Blobs",
    "Clients",
    "Condition",
    "Conflict",
    "Deliveries",
    "Documents",
    "Employees",
    "EventChoice",
    "Found",
    "Portal",
    "PortalFault",
    "PortalReport",
    "Repository",
    "Store",
    "TaskChoice",
    "Tasks",
    "Templates",
    "Unchanged",
    "WaitingFiles",
]


def __getattr__(name: str) -> object:
    """A port when it is first asked for: a start needs few of them, and all would cost it 6 ms."""
    for module in ("blobs", "portal", "store", "repositories") if name in __all__ else ():
        found = vars(import_module(f"core.ports.{module}"))
        if name in found:
            globals()[name] = found[name]
            return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

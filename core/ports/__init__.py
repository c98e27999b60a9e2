"""What the engine needs from the world: a Store, the Blobs, a Portal. tests/*_contract.py hold them to it."""

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

"""The use cases, a module a family, each on a `Context`; every face talks to these and to nothing below."""

from core.office.context import Context, create_office, open_office
from core.office.errors import OfficeUnusable, PortalUnusable, Refused
from core.store.engine import StoreError

__all__ = ["Context", "OfficeUnusable", "PortalUnusable", "Refused", "StoreError", "create_office", "open_office"]

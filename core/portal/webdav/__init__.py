"""A portal over WebDAV (RFC 4918), as servers really are (the design's section 5)."""

from core.portal.webdav.adapter import WebDavPortal

__all__ = ["WebDavPortal"]

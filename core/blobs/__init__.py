"""Documents' bytes by their SHA-256."""

from core.blobs.directory import BlobDirectory, NotAFile, SourceChanged

__all__ = ["BlobDirectory", "NotAFile", "SourceChanged"]

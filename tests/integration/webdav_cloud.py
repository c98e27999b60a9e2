"""A server that behaves as Nextcloud and ownCloud do towards WebDAV, on WsgiDAV: their properties, refusals and habits.

What a file is marked with lies in `marks.json` beside the folder that is shown, by its path: `permissions` and `lock`
(as `oc:permissions` and `nc:lock`), `owner` (`nc:lock-owner-type`), `readonly` (`DAV:isreadonly`). A locked file
refuses to be written (423), one without the permission W too (403), in Sabre's XML. All files lie below
`/remote.php/dav/files/escritorio/`; answers come in chunks, folders are redirected to their slash, free space is -3
(unlimited), a session's cookie is set, and who asks as a script does is not asked for a password.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.integration.webdav_servers import COMMANDS, PASSWORD, USER, Served, Setting

BASE = f"/remote.php/dav/files/{USER}"
KIND = "cloud"
OC, NC = "{http://owncloud.org/ns}", "{http://nextcloud.org/ns}"
WRITING = {"PUT", "DELETE", "MOVE", "LOCK", "PROPPATCH"}

Marks = dict[str, dict[str, str]]
Environ = dict[str, Any]
Respond = Callable[..., Any]


def mark(served: Served, path: str, **marks: str) -> None:
    """Mark a file; without marks, it has those of any other."""
    file = _marks_file(served.root)
    kept = _read(file)
    kept[normalize("NFC", path)] = marks
    file.write_text(json.dumps(kept), encoding="utf-8")


def _marks_file(root: Path) -> Path:
    return root.parent / "marks.json"


def _read(file: Path) -> Marks:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _command(root: Path, own: Path, port: int, setting: Setting) -> list[str]:
    return [sys.executable, "-m", "tests.integration.webdav_cloud", str(root), str(port), setting.auth]


COMMANDS[KIND] = _command


class Habits:
    """What stands before the files."""

    def __init__(self, app: Callable[[Environ, Respond], Iterable[bytes]], root: Path):
        self.app = app
        self.root = root

    def __call__(self, environ: Environ, start: Respond) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode()
        if environ.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest" and "HTTP_AUTHORIZATION" not in environ:
            return _sabre(start, "401 Unauthorized", "NotAuthenticated", "Cannot authenticate over ajax calls")
        below = self._below(path)
        if method in {"PROPFIND", "DELETE"} and below and not path.endswith("/") and (self.root / below).is_dir():
            start("301 Moved Permanently", [("Location", quote(path) + "/"), ("Content-Length", "0")])
            return [b""]
        if method in WRITING:
            written = {below} if method != "MOVE" else {below, self._below(_destination(environ))}
            for one in written:
                refused = self._refusal(one)
                if refused:
                    return _sabre(start, *refused)
        return self.app(environ, self._chunked(start))

    def _below(self, path: str) -> str:
        return path.removeprefix(BASE).strip("/")

    def _refusal(self, below: str) -> tuple[str, str, str] | None:
        marks = _read(_marks_file(self.root)).get(normalize("NFC", below), {})
        if marks.get("lock") == "1":
            return "423 Locked", "FileLocked", f'"{below}" is locked, existing lock on file: exclusive'
        if "W" not in marks.get("permissions", "W"):
            return "403 Forbidden", "Forbidden", "You are not allowed to write to this file"
        return None

    @staticmethod
    def _chunked(start: Respond) -> Respond:
        def start_in_chunks(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            empty = status.startswith(("204", "304"))
            kept = [one for one in headers if empty or one[0].lower() != "content-length"]
            return start(status, [*kept, ("Set-Cookie", "nc_session=0123456789abcdef; path=/; HttpOnly")], *more)

        return start_in_chunks


def _destination(environ: Environ) -> str:
    return unquote(urlsplit(environ.get("HTTP_DESTINATION", "")).path)


def _sabre(start: Respond, status: str, exception: str, message: str) -> list[bytes]:
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">\n'
        f"  <s:exception>OCA\\DAV\\Connector\\Sabre\\Exception\\{exception}</s:exception>\n"
        f"  <s:message>{escape(message)}</s:message>\n</d:error>\n"
    ).encode()
    headers = [("Content-Type", "application/xml; charset=utf-8"), ("Content-Length", str(len(body)))]
    if status.startswith("401"):
        headers.append(("WWW-Authenticate", 'DummyBasic realm="Nextcloud"'))
    start(status, headers)
    return [body]


def _serve(root: Path, port: int, auth: str) -> None:
    from cheroot import wsgi

    files = import_module("wsgidav.fs_dav_provider")
    dav_error = import_module("wsgidav.dav_error")
    plain = files.FileResource.get_property_value
    names = {f"{OC}permissions": "permissions", f"{NC}lock": "lock", f"{NC}lock-owner-type": "owner"}
    names |= {"{DAV:}isreadonly": "readonly"}
    usual = {"permissions": "RGDNVW", "lock": ""}

    def get_property_value(self: Any, name: str) -> Any:
        if name not in names:
            return plain(self, name)
        marks = usual | _read(_marks_file(root)).get(normalize("NFC", self.path.strip("/")), {})
        if names[name] not in marks:
            raise dav_error.DAVError(dav_error.HTTP_NOT_FOUND)
        return marks[names[name]]

    files.FileResource.get_property_value = get_property_value
    files.FolderResource.get_available_bytes = lambda _: -3
    users = {USER: {"password": PASSWORD}}
    config = {
        "provider_mapping": {BASE: str(root)},
        "simple_dc": {"user_mapping": {"*": users if auth else True}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "property_manager": True,
        "lock_storage": True,
        "logging": {"enable": False},
        "verbose": 0,
    }
    app = import_module("wsgidav.wsgidav_app").WsgiDAVApp(config)
    wsgi.Server(("127.0.0.1", port), Habits(app, root), numthreads=16, request_queue_size=64).start()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

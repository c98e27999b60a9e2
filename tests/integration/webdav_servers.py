"""Real WebDAV servers as processes on loopback: WsgiDAV, `rclone serve webdav` and Apache's mod_dav.

A server that is not installed is skipped with its name: `apt-get install rclone apache2` brings the two of Debian's.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from importlib import import_module
from pathlib import Path

import pytest

from core.portal.webdav.facts import Facts

SERVERS = ("wsgidav", "rclone", "apache")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
FACTS: dict[str, Facts] = {}
"""What a kind of server honours, once a test has found it out: half a second of the processor each time."""
USER, PASSWORD, REALM = "escritorio", "segredo çã €", "malote"


@dataclass(frozen=True)
class Setting:
    """How a server is to be started: `auth` is basic, digest or empty, `tls` holds certificate and key.

    `modules` and `lines` are more of Apache's.
    """

    auth: str = ""
    tls: tuple[Path, Path] | None = None
    modules: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Served:
    """A running server, and the folder on disk that it shows at its root."""

    kind: str
    port: int
    root: Path
    process: subprocess.Popen[bytes]
    tls: bool = False

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"


def installed(kind: str) -> bool:
    """Whether that server can be started on this machine."""
    if kind == "rclone":
        return shutil.which("rclone") is not None
    if kind == "apache":
        return shutil.which("apache2") is not None and (APACHE_MODULES / "mod_dav_fs.so").exists()
    return True


def needs(kind: str) -> None:
    if not installed(kind):
        pytest.skip(f"{kind} is not installed")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(kind: str, setting: Setting = Setting()) -> Iterator[Served]:
    """Start a server of that kind on an empty folder, and stop it afterwards."""
    place = Path(tempfile.mkdtemp(prefix=f"malote-{kind}-"))
    place.chmod(0o755)  # Apache's children are another user
    root, own = place / "shown", place / "own"
    root.mkdir()
    own.mkdir()
    port = free_port()
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(COMMANDS[kind](root, own, port, setting), stdout=log, stderr=log, cwd=Path.cwd())
    try:
        _wait_until_it_listens(process, port, place / "log")
        yield Served(kind, port, root, process, setting.tls is not None)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(place, ignore_errors=True)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the server did not come up: {log.read_text(errors='replace')[-2000:]}")


def _rclone(root: Path, own: Path, port: int, setting: Setting) -> list[str]:
    command = ["rclone", "serve", "webdav", str(root), "--addr", f"127.0.0.1:{port}", "--config", str(own / "conf")]
    if setting.auth == "basic":
        command += ["--user", USER, "--pass", PASSWORD]
    if setting.tls is not None:
        command += ["--cert", str(setting.tls[0]), "--key", str(setting.tls[1])]
    return command


def _wsgidav(root: Path, own: Path, port: int, setting: Setting) -> list[str]:
    certificate, key = setting.tls or ("", "")
    said = {"root": str(root), "port": port, "auth": setting.auth, "certificate": str(certificate), "key": str(key)}
    return [sys.executable, "-m", "tests.integration.webdav_servers", json.dumps(said)]


def _apache(root: Path, own: Path, port: int, setting: Setting) -> list[str]:
    modules = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "auth_digest"]
    modules += ["dav", "dav_fs", "dir", "mime", "autoindex", *(["ssl"] if setting.tls else []), *setting.modules]
    lines = [f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in modules]
    if os.getuid() == 0:
        lines += ["User www-data", "Group www-data"]
        for path in (root, own):
            shutil.chown(path, "www-data", "www-data")
    lines += [
        f"ServerRoot {own}",
        f"PidFile {own}/pid",
        f"ErrorLog {own}/errors",
        f"Listen 127.0.0.1:{port}",
        "ServerName localhost",
        "TypesConfig /etc/mime.types",
        "StartServers 1",
        "ThreadsPerChild 32",
        "MaxRequestWorkers 64",
        "KeepAlive On",
        "AllowEncodedSlashes NoDecode",
        f"DavLockDB {own}/locks",
        f"DocumentRoot {root}",
        f"<Directory {root}>",
        "  Dav On",
        "  Options Indexes",
    ]
    if setting.auth == "basic":
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"], input=PASSWORD.encode(), capture_output=True, check=True
        )
        (own / "users").write_text(f"{USER}:{hashed.stdout.decode().strip()}\n")
        lines += ["  AuthType Basic", f'  AuthName "{REALM}"', f"  AuthUserFile {own}/users", "  Require valid-user"]
    elif setting.auth == "digest":
        (own / "users").write_text(f"{USER}:{REALM}:{md5(f'{USER}:{REALM}:{PASSWORD}'.encode()).hexdigest()}\n")
        lines += ["  AuthType Digest", f'  AuthName "{REALM}"', f"  AuthUserFile {own}/users", "  Require valid-user"]
    else:
        lines += ["  Require all granted"]
    lines += ["</Directory>"]
    if setting.tls is not None:
        certificate, key = setting.tls
        lines += ["SSLEngine on", f"SSLCertificateFile {certificate}", f"SSLCertificateKeyFile {key}"]
        lines += ["SSLSessionCache none", "Mutex file:" + str(own)]
    lines += setting.lines
    (own / "conf").write_text("\n".join(lines) + "\n")
    return ["apache2", "-f", str(own / "conf"), "-DFOREGROUND"]


COMMANDS: dict[str, Callable[[Path, Path, int, Setting], list[str]]] = {
    "wsgidav": _wsgidav,
    "rclone": _rclone,
    "apache": _apache,
}


def _serve_wsgidav(root: str, port: int, auth: str, certificate: str, key: str) -> None:
    from cheroot import wsgi
    from cheroot.ssl.builtin import BuiltinSSLAdapter

    users = {USER: {"password": PASSWORD}}
    config = {
        "provider_mapping": {"/": root},
        "simple_dc": {"user_mapping": {"*": users if auth else True}},
        "http_authenticator": {
            "accept_basic": auth == "basic",
            "accept_digest": auth == "digest",
            "default_to_digest": auth == "digest",
        },
        "property_manager": True,
        "lock_storage": True,
        "logging": {"enable": False},
        "verbose": 0,
    }
    app = import_module("wsgidav.wsgidav_app").WsgiDAVApp(config)
    server = wsgi.Server(("127.0.0.1", port), app, numthreads=16, request_queue_size=64)
    if certificate:
        server.ssl_adapter = BuiltinSSLAdapter(certificate, key)
    server.start()


if __name__ == "__main__":
    _serve_wsgidav(**json.loads(sys.argv[1]))

"""Getting in: Basic, Digest, TLS from a private authority, on real servers; wrong passwords and wrong certificates."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from core.domain.models import Place
from core.portal.webdav import WebDavPortal
from core.portal.webdav.credentials import find_password, tls_context
from core.portal.webdav.requests import Deadlines
from core.ports import Absent, PortalFault
from tests.integration.webdav_servers import PASSWORD, USER, Setting, free_port, needs, serving

PLACE = Place(root=("Padaria Pão de Mel",), folder=("Fiscal", "DAS"), name="DAS_Março.pdf")
DATA = b"documento" * 200_000
WAYS_IN = [("wsgidav", "basic"), ("wsgidav", "digest"), ("rclone", "basic"), ("apache", "basic"), ("apache", "digest")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize(("kind", "auth"), WAYS_IN)
async def test_password(kind: str, auth: str, source: Path) -> None:
    needs(kind)
    with serving(kind, Setting(auth=auth)) as served:
        url = f"webdav+http://{USER}@localhost:{served.port}/"
        portal = WebDavPortal(url, password=lambda: PASSWORD)
        await portal.publish(source, PLACE, Absent(), "s")
        assert (served.root / PLACE.path).read_bytes() == DATA
        report = await portal.check()
        assert ("user", USER) in report.findings
        assert PASSWORD not in str(report)
        await portal.close()

        wrong = WebDavPortal(url, password=lambda: "errada")
        with pytest.raises(PortalFault) as raised:
            await wrong.check()
        assert raised.value.code == "portal_auth"
        assert "errada" not in str(raised.value)
        await wrong.close()

        nobody = WebDavPortal(f"webdav+http://localhost:{served.port}/")
        with pytest.raises(PortalFault) as raised:
            await nobody.look(PLACE)
        assert raised.value.code == "portal_auth"
        await nobody.close()


@pytest.mark.parametrize(("kind", "auth"), [("wsgidav", "digest"), ("rclone", "basic"), ("apache", "digest")])
async def test_tls_of_a_private_authority(kind: str, auth: str, source: Path, tmp_path: Path) -> None:
    needs(kind)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    files = written(authority.issue_cert("localhost"), tmp_path)
    with serving(kind, Setting(auth=auth, tls=files)) as served:
        url = f"webdav+https://{USER}@localhost:{served.port}/"
        portal = WebDavPortal(url, password=lambda: PASSWORD, verify=lambda: tls_context(tmp_path / "ca.pem"))
        await portal.publish(source, PLACE, Absent(), "s")
        assert (served.root / PLACE.path).read_bytes() == DATA
        await portal.close()

        stranger = WebDavPortal(url, password=lambda: PASSWORD)
        with pytest.raises(PortalFault) as raised:
            await stranger.check()
        assert raised.value.code == "portal_unreachable"
        assert "ca_file" in raised.value.detail
        await stranger.close()


def written(issued: trustme.LeafCert, folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    folder.chmod(0o755)
    return certificate, key


@asynccontextmanager
async def handshaking(issued: trustme.LeafCert, authority: trustme.CA | None = None) -> AsyncIterator[int]:
    """A server that only shakes hands; it asks for the client's certificate if an authority for those is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    if authority is not None:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_certificates_that_are_wrong(tmp_path: Path) -> None:
    """Which one it is tells what to mend: the clock, the URL, or ca_file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for issued, word in [
        (authority.issue_cert("localhost", not_after=yesterday), "venceu"),
        (authority.issue_cert("outro.example"), "de outro servidor"),
        (trustme.CA().issue_cert("localhost"), "autoridade"),
    ]:
        async with handshaking(issued) as port:
            portal = WebDavPortal(f"webdav+https://localhost:{port}/", verify=lambda: tls_context(tmp_path / "ca.pem"))
            with pytest.raises(PortalFault) as raised:
                await portal.look(PLACE)
            assert raised.value.code == "portal_unreachable"
            assert word in raised.value.detail
            await portal.close()


async def test_client_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate, key = written(authority.issue_cert("escritorio@malote.example"), tmp_path)
    async with handshaking(authority.issue_cert("localhost"), authority) as port:
        url = f"webdav+https://localhost:{port}/"
        shown = WebDavPortal(url, verify=lambda: tls_context(tmp_path / "ca.pem", certificate, key))
        assert await shown.look(PLACE) is None
        await shown.close()
        hidden = WebDavPortal(url, verify=lambda: tls_context(tmp_path / "ca.pem"))
        with pytest.raises(PortalFault) as raised:
            await hidden.look(PLACE)
        assert raised.value.code == "portal_unreachable"
        await hidden.close()


async def test_where_there_is_nobody() -> None:
    for host, word in [(f"localhost:{free_port()}", "conexão"), ("nao-existe.invalid", "DNS")]:
        portal = WebDavPortal(f"webdav+https://{host}/", deadlines=Deadlines(connect=5, request=5))
        with pytest.raises(PortalFault) as raised:
            await portal.look(PLACE)
        assert raised.value.code == "portal_unreachable"
        assert word in raised.value.detail
        assert not raised.value.unknown
        await portal.close()


def test_where_the_password_is_kept(tmp_path: Path) -> None:
    """The environment before the file; a file that others can read is refused."""
    file = tmp_path / "senha"
    file.write_text("do arquivo\n")
    file.chmod(0o600)
    url = "webdav+https://eu@nuvem.example/"
    assert find_password(url, "eu", file, {"MALOTE_PORTAL_PASSWORD": "do ambiente"}) == "do ambiente"
    assert find_password(url, "eu", file, {}) == "do arquivo"
    file.chmod(0o640)
    for path in (file, tmp_path / "none"):
        with pytest.raises(PortalFault) as raised:
            find_password(url, "eu", path, {})
        assert raised.value.code == "portal_auth"
        assert "do arquivo" not in str(raised.value)

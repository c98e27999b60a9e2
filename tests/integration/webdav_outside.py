"""Someone else at a WebDAV portal, with a client of their own; and a portal that dies before any of its requests."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import httpx

from core.domain.models import Place
from core.portal.webdav import WebDavPortal
from core.ports import Absent, Conflict, PortalFault, Unchanged

MARK = (
    '<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:set><d:prop>'
    "<nc:lock>1</nc:lock></d:prop></d:set></d:propertyupdate>"
)


class Died(BaseException):
    """The process ends here: whatever it would do about it fails likewise."""


class DyingTransport(httpx.AsyncBaseTransport):
    """The network, up to the step-th request."""

    def __init__(self, step: int):
        self.inner = httpx.AsyncHTTPTransport(verify=False)
        self.left = step
        self.died = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.left <= 0:
            self.died = True
            raise Died
        self.left -= 1
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


class WebDavOutside:
    """Writes and reads over HTTP, but looks at the tree on the server's disk.

    Args:
        url: of the portal's root, http.
        path: where the server keeps it.
        fresh: opens the portal anew, over a transport.
    """

    def __init__(self, url: str, path: Path, fresh: Callable[[Callable[[], httpx.AsyncBaseTransport]], WebDavPortal]):
        self.url = url
        self.path = path
        self.fresh = fresh
        self.client = httpx.Client(timeout=20, trust_env=False, verify=False)

    def close(self) -> None:
        self.client.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def at(self, place: Place) -> str:
        return self.url + "".join("/" + quote(name, safe="") for name in normalize("NFC", place.path).split("/"))

    def ask(self, method: str, url: str, **more: object) -> httpx.Response:
        """One request; someone who meets a lock, or WsgiDAV's 500 where two meet, tries again, as people do."""
        until = time.monotonic() + 15
        while True:
            response = self.client.request(method, url, **more)  # type: ignore[arg-type]  # httpx's own keywords
            if response.status_code not in {207, 423, 500} or method == "PROPPATCH" or time.monotonic() > until:
                return response
            time.sleep(0.005)

    def put(self, place: Place, data: bytes) -> None:
        response = self.ask("PUT", self.at(place), content=data)
        if response.status_code in {404, 409}:
            names = normalize("NFC", place.path).split("/")[:-1]
            for level in range(1, len(names) + 1):
                folder = self.url + "".join("/" + quote(name, safe="") for name in names[:level]) + "/"
                self.ask("MKCOL", folder)
            response = self.ask("PUT", self.at(place), content=data)
        assert response.status_code in {200, 201, 204}, response.text

    def save(self, place: Place, data: bytes) -> None:
        beside = place.model_copy(update={"name": f".{place.name}~"})
        self.put(beside, data)
        response = self.ask("MOVE", self.at(beside), headers={"Destination": self.at(place), "Overwrite": "T"})
        assert response.status_code in {200, 201, 204}, response.text

    def read(self, place: Place) -> bytes | None:
        try:
            response = self.client.get(self.at(place))
        except httpx.RemoteProtocolError:  # the file went away under the server's hands: the reader knows that too
            return None
        return response.content if response.status_code == 200 else None

    def remove(self, place: Place) -> None:
        assert self.ask("DELETE", self.at(place)).status_code in {200, 204}

    def mark_seen(self, place: Place) -> None:
        response = self.ask("PROPPATCH", self.at(place), content=MARK, headers={"Content-Type": "application/xml"})
        assert response.status_code == 207, response.text
        assert "200" in response.text, response.text

    def tree(self) -> set[str]:
        paths = {str(path.relative_to(self.path)) for path in self.path.rglob("*")}
        return {path for path in paths if path.split("/")[0] != ".malote" and ".DAV" not in path.split("/")}

    def scratch_area(self) -> list[str]:
        area = self.path / ".malote"
        return [path.name for path in area.iterdir() if path.name != ".DAV"] if area.exists() else []

    async def die(self, source: Path, place: Place, condition: Absent | Unchanged, scratch: str, step: int) -> bool:
        transport = DyingTransport(step)
        portal = self.fresh(lambda: transport)
        try:
            await portal.publish(source, place, condition, scratch)
        except (Died, Conflict, PortalFault):
            pass
        finally:
            await portal.close()
        return transport.died

"""`exclusive = true` on a server whose locks stop holding later: told once, until they hold again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from core.domain.events import message
from core.domain.models import Event
from core.office import Context, health, views
from core.office.promises import note_unkept
from core.portal.webdav import WebDavPortal
from tests.integration.webdav_servers import Served, needs, serving
from tests.office_setup import OWNER, Bench, bench

TOLD = ("exclusive_lost", "exclusive_kept")


@pytest.fixture(scope="module", params=["rclone", "apache"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)  # WsgiDAV cannot keep it to begin with
    with serving(request.param) as running:
        yield running


class Updated(httpx.AsyncBaseTransport):
    """The same server after an update of what stands before it: it grants locks that keep nobody away."""

    def __init__(self) -> None:
        self.inner = httpx.AsyncHTTPTransport(verify=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        named = {"Server": "updated/2.0"}
        if request.method == "LOCK":
            return httpx.Response(200, headers={**named, "Lock-Token": "<urn:uuid:for-show>"}, request=request)
        if request.method == "UNLOCK":
            return httpx.Response(204, headers=named, request=request)
        request.headers.pop("If", None)
        response = await self.inner.handle_async_request(request)
        response.headers.update(named)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


@contextmanager
def exclusive_office(folder: Path, served: Served) -> Iterator[tuple[Bench, Bench]]:
    """The same office at its server, before the update and after it."""

    def opened(updated: bool) -> WebDavPortal:
        url = f"webdav+{served.url}/"
        transport = Updated if updated else None
        return WebDavPortal(url, exclusive=True, facts=folder / "host", lock_seconds=2, transport=transport)

    with bench(folder) as office:
        config = office.ctx.config
        config = config.model_copy(update={"portal": config.portal.model_copy(update={"exclusive": True})})
        ctx = replace(office.ctx, config=config)
        yield tuple(replace(office, ctx=replace(ctx, portal=lambda n=n: opened(n))) for n in (False, True))  # type: ignore[misc]


def told(ctx: Context) -> list[Event]:
    return [one for one in ctx.store.events_after(0) if one.code in TOLD]


def test_locks_that_stop_holding_are_told_once_until_they_hold(served: Served, tmp_path: Path) -> None:
    """An office that asked for it would go on believing that nobody's file can be lost."""
    with exclusive_office(tmp_path, served) as (before, after):
        ctx = before.ctx
        health.check_portal(ctx, OWNER)
        before.send("t1", "1.pdf")
        assert (told(ctx), ctx.store.unkept()) == ([], None)
        assert views.overview(ctx).unkept is None

        after.send("t2", "2.pdf")  # in the middle of sending it calls itself otherwise, and is asked anew
        after.send("t3", "3.pdf", b"three")
        (event,) = told(ctx)
        assert event.level == "warning"
        assert "suas travas não impedem ninguém de gravar" in message(event)
        assert "keep nobody from writing" in message(event, "en")
        unkept = views.overview(ctx).unkept
        assert unkept is not None
        assert unkept.code == "locks_show"
        health.check_portal(after.ctx, OWNER)
        assert len(told(ctx)) == 1, "a check finds the same again"

        health.check_portal(ctx, OWNER)
        before.attach("t1", "4.pdf", b"four")
        before.deliver()
        assert [one.code for one in told(ctx)] == ["exclusive_lost", "exclusive_kept"]
        assert views.overview(ctx).unkept is None


async def test_a_worker_that_runs_hears_of_what_a_check_found(served: Served, tmp_path: Path) -> None:
    """It would go on under locks that hold nothing, and tell nobody, for as long as it runs: months."""
    with exclusive_office(tmp_path, served) as (before, after):
        running = before.ctx.portal()
        await running.check()
        assert running.unkept == ""
        await asyncio.to_thread(health.check_portal, after.ctx, OWNER)
        assert running.unkept == "locks_show"
        note_unkept(before.ctx, running)
        await running.close()
        assert [one.code for one in told(before.ctx)] == ["exclusive_lost"]


def test_who_no_longer_asks_for_it_is_told_nothing(served: Served, tmp_path: Path) -> None:
    """A warning that can never be mended would stay on the dashboard."""
    with exclusive_office(tmp_path, served) as (_, after):
        health.check_portal(after.ctx, OWNER)
        assert after.ctx.store.unkept() is not None
        config = after.ctx.config
        config = config.model_copy(update={"portal": config.portal.model_copy(update={"exclusive": False})})
        plain = replace(
            after.ctx,
            config=config,
            portal=lambda: WebDavPortal(f"webdav+{served.url}/", facts=tmp_path / "host"),
        )
        health.check_portal(plain, OWNER)
        assert plain.store.unkept() is None
        assert [one.code for one in told(plain)] == ["exclusive_lost"]

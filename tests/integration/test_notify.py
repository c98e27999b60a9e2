"""Notices of failures to real servers: who is told at once mends at once; who is told too often stops reading."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from core.domain.events import message
from core.domain.models import Client, DeliveryStatus, Task, Template
from core.office import Context, activation, documents, notices, open_office, sending
from core.office.config import NotifySection, parse_config
from core.office.errors import OfficeUnusable
from core.office.notices import NotifyError
from core.office.notify import is_quiet, notify
from core.office.tasks import complete_task
from tests.conftest import OWNER
from tests.office_setup import Clock
from tests.texts import PORTUGUESE

SECRET = "segredo-do-correio"


class Web:
    """A server that keeps what is posted to it, and answers as told."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.got: list[Any] = []
        self.status = 204
        self.length = 0
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                web.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(web.status)
                self.send_header("Content-Length", str(web.length))
                self.end_headers()
                self.rfile.read(1 if web.length else 0)  # what is promised does not come

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = (
            f"{'http' if context is None else 'https'}://127.0.0.1:{self._server.server_port}/aviso?token={SECRET}"
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


class Mail:
    """Keeps what it is sent; `handle_DATA` is aiosmtpd's hook."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.logged_in: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the hook's name
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def let_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logged_in.append(data.password)
        return AuthResult(success=data.password == SECRET.encode())


@contextmanager
def smtp_server(handler: Mail, host: str = "127.0.0.1", **options: Any) -> Iterator[int]:
    """A mail server that wants a password; its port."""
    with socket.socket() as free:
        free.bind((host, 0))
        port = int(free.getsockname()[1])
    controller = Controller(
        handler, hostname=host, port=port, authenticator=handler.let_in, auth_required=True, **options
    )
    controller.start()
    yield port
    controller.stop()


def tls(scheme: str, context: ssl.SSLContext) -> dict[str, Any]:
    """What makes such a server speak TLS."""
    if scheme == "smtps":
        return {"ssl_context": context, "auth_require_tls": False}  # aiosmtpd knows only STARTTLS as TLS
    return {"tls_context": context, "require_starttls": True}


def later(ctx: Context) -> Callable[[], datetime]:
    """The clock, once the next notice may go."""
    return lambda: ctx.now() + timedelta(minutes=16)


@pytest.fixture
def mail() -> Iterator[tuple[Mail, str]]:
    """A mail server, and its address for a user."""
    handler = Mail()
    with smtp_server(handler, auth_require_tls=False) as port:
        yield handler, f"smtp://malote@127.0.0.1:{port}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ctx(office: Path, clock: Clock) -> Iterator[Context]:
    with open_office(office) as opened:
        ctx = replace(opened, now=clock)
        ctx.store.clients.save([Client(id="1", name="Alfa Ltda", portal=("Alfa",))])
        ctx.store.templates.save(
            [
                Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal",)),
                Template(id="folha", name="Folha", department="Pessoal"),
            ]
        )
        activation.activate(ctx, OWNER, standard_folders=False)
        yield ctx


def telling(ctx: Context, **settings: Any) -> Context:
    config = ctx.config.model_copy(update={"notify": NotifySection.model_validate(settings)})
    return replace(ctx, config=config)


def fail(ctx: Context, *tasks: str) -> None:
    """Complete tasks whose document has no folder to go to, and try to send."""
    for task in tasks:
        ctx.store.tasks.save([Task(id=task, client="1", name="Folha", period="2026-10", templates=("folha",))])
        file = ctx.folder.parent / f"{task}.pdf"
        file.write_bytes(f"salário {task}".encode())
        documents.attach_files(ctx, OWNER, task, [file], "folha")
        complete_task(ctx, OWNER, task)
    sending.deliver(ctx)


def codes(ctx: Context) -> list[str]:
    return [event.code for event in ctx.store.events_after(0) if event.code.startswith("notif")]


def test_one_message_for_many_and_none_again(ctx: Context, web: Web, clock: Clock) -> None:
    """Five hundred messages for five hundred documents would be a filter rule by evening."""
    ctx = telling(ctx, webhook=web.url)
    assert not notify(ctx, {}), "what failed before it was set up is no news"
    clock.pass_(minutes=16)
    fail(ctx, *(f"t{n}" for n in range(7)))
    (got,) = web.got
    assert got["count"] == 7
    (cause,) = got["causes"]
    assert (cause["code"], cause["count"], len(cause["first"])) == ("no_destination", 7, 5)
    assert cause["remedy"].startswith("Escolha a pasta: malote map folha")
    assert cause["first"][0] == {"task": "t0", "name": "t0.pdf", "client": "1", "client_name": "Alfa Ltda"}
    assert "salário" not in json.dumps(web.got, ensure_ascii=False), "a document's content is nobody else's"
    clock.pass_(minutes=16)
    assert not notify(ctx, {})
    fail(ctx, "t8")
    fail(ctx, "t9")
    assert [one["count"] for one in web.got] == [7, 1], "the second waits for its quarter of an hour"
    clock.pass_(minutes=16)
    assert notify(ctx, {})
    assert codes(ctx) == ["notified"] * 3


def test_the_first_run_that_knows_a_channel_tells_it_what_failed_in_it(ctx: Context, web: Web) -> None:
    """Who sets a webhook up, lets something fail and runs `malote deliver`, from cron too, waits for the message."""
    fail(ctx, "t1")
    fail(telling(ctx, webhook=web.url), "t2")
    (got,) = web.got
    assert [one["task"] for cause in got["causes"] for one in cause["first"]] == ["t2"]


def test_an_answer_without_end_is_not_waited_for(ctx: Context, web: Web) -> None:
    """A webhook that goes on answering would keep `malote deliver` from ending, and the next one from telling."""
    ctx = telling(ctx, webhook=web.url)
    web.length = 10**9
    fail(ctx, "t1")
    assert codes(ctx) == ["notified"]


def test_who_reads_english_is_told_in_english(ctx: Context, web: Web, mail: tuple[Mail, str]) -> None:
    """The subject, the causes and what to do: a notice that cannot be read mends nothing."""
    server, url = mail
    environ = {"MALOTE_LANG": "en", "MALOTE_SMTP_PASSWORD": SECRET}
    config = telling(ctx, webhook=web.url, to=("ana@example.com",), smtp=url).config
    notify(replace(ctx, config=config), environ)
    fail(ctx, "t1")
    assert notify(replace(ctx, config=config), environ)
    ((_, got),) = server.got
    text = got.get_content()
    assert got["Subject"] == f"[Malote] {ctx.name}: 1 new failure(s)"
    assert "The template Folha has no destination folder." in text
    assert "What to do: Choose the folder: malote map folha" in text
    assert web.got[0]["causes"][0]["message"] == "The template Folha has no destination folder."
    assert not PORTUGUESE.search(text)


def test_what_is_mended_meanwhile_is_not_told(ctx: Context, web: Web, clock: Clock) -> None:
    ctx = telling(ctx, webhook=web.url, quiet_hours="00:00-23:59")
    notify(ctx, {})
    fail(ctx, "t1")
    ctx.store.deliveries.save(
        one.model_copy(update={"status": DeliveryStatus.CANCELLED}) for one in ctx.store.deliveries.failed()
    )
    clock.pass_(minutes=16)
    assert not notify(telling(ctx, webhook=web.url), {})
    assert not web.got


def test_at_night_nobody_is_woken_and_in_the_morning_all_is_told(ctx: Context, web: Web, clock: Clock) -> None:
    local = clock.at.astimezone()
    begin, end = local - timedelta(hours=1), local + timedelta(hours=2)
    ctx = telling(ctx, webhook=web.url, quiet_hours=f"{begin:%H:%M}-{end:%H:%M}")
    notify(ctx, {})
    fail(ctx, "t1")
    assert not web.got
    fail(ctx, "t2")
    clock.pass_(hours=3)
    assert notify(ctx, {})
    assert [one["count"] for one in web.got] == [2]


def test_quiet_hours_may_go_over_midnight() -> None:
    night = [
        is_quiet("20:00-07:00", hour) for hour in map(time.fromisoformat, ("19:59", "20:00", "03:00", "06:59", "07:00"))
    ]
    assert night == [False, True, True, True, False]
    noon = [is_quiet("12:00-13:30", hour) for hour in map(time.fromisoformat, ("11:59", "12:00", "13:30"))]
    assert noon == [False, True, False]
    assert not is_quiet("", time.fromisoformat("03:00"))


def test_an_e_mail_says_what_failed_and_what_to_do(ctx: Context, mail: tuple[Mail, str], clock: Clock) -> None:
    server, url = mail
    settings = {"to": ("ana@example.com", "rui@example.com"), "smtp": url, "sender": "malote@example.com"}
    (ctx.folder / "correio").write_text(SECRET + "\n")
    (ctx.folder / "correio").chmod(0o600)
    ctx = telling(ctx, **settings, password_file="correio")
    notify(ctx, {})
    fail(ctx, "t1")
    ((to, got),) = server.got
    assert to == ["ana@example.com", "rui@example.com"]
    assert got["Subject"] == "[Malote] escritorio: 1 falha(s) nova(s) no envio"
    text = got.get_content()
    assert "malote map folha" in text and "t1/t1.pdf  1 Alfa Ltda" in text
    assert SECRET not in str(got) and "salário" not in text
    assert server.logged_in == [SECRET.encode()]


def test_what_cannot_be_told_harms_nothing_and_is_said_once_an_hour(ctx: Context, web: Web, clock: Clock) -> None:
    """A dead mail server must not keep a document from its client, nor fill the journal."""
    web.status = 500
    ctx = telling(ctx, webhook=web.url)
    notify(ctx, {})
    fail(ctx, "t1")
    for _ in range(3):
        clock.pass_(minutes=16)
        assert not notify(ctx, {})
    (told,) = [event for event in ctx.store.events_after(0) if event.code == "notify_failed"]
    assert message(told) == "O aviso de falhas não pôde ser enviado: webhook: HTTP 500"
    web.close()
    clock.pass_(minutes=61)
    fail(ctx, "t2")
    events = [message(event) for event in ctx.store.events_after(0)]
    assert not any(SECRET in one for one in events), "the address may be a secret"
    assert codes(ctx) == ["notify_failed"] * 2


def test_a_refused_password_is_an_event_without_it(
    ctx: Context, mail: tuple[Mail, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.office.notices.SECONDS", 1.0)  # aiosmtpd keeps silent after a wrong password
    server, url = mail
    ctx = telling(ctx, to=("ana@example.com",), smtp=url)
    notify(ctx, {})
    config, ctx = ctx.config, telling(ctx)
    fail(ctx, "t1")
    ctx = replace(ctx, config=config)
    assert not notify(ctx, {"MALOTE_SMTP_PASSWORD": "errada"})
    (told,) = [event for event in ctx.store.events_after(0) if event.code == "notify_failed"]
    assert told.params["reason"][0].startswith("SMTP: ") and "errada" not in str(told)
    assert not server.got


def test_a_channel_that_fails_repeats_nothing_to_the_other(
    ctx: Context, web: Web, mail: tuple[Mail, str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server that is down all night must not post the same failure to the webhook every quarter of an hour."""
    monkeypatch.setattr("core.office.notices.SECONDS", 1.0)  # aiosmtpd keeps silent after a wrong password
    server, url = mail
    ctx = telling(ctx, webhook=web.url, to=("ana@example.com",), smtp=url)
    wrong, right = {"MALOTE_SMTP_PASSWORD": "errada"}, {"MALOTE_SMTP_PASSWORD": SECRET}
    notify(ctx, wrong)
    config, silent = ctx.config, telling(ctx)
    fail(silent, "t1")
    ctx = replace(ctx, config=config)
    assert notify(ctx, wrong)
    clock.pass_(minutes=16)
    fail(silent, "t2")
    assert notify(ctx, wrong)
    assert [one["count"] for one in web.got] == [1, 1]
    clock.pass_(minutes=16)
    assert notify(ctx, right), "the mail tells of both, once it can"
    clock.pass_(minutes=16)
    assert not notify(ctx, right)
    assert [one["count"] for one in web.got] == [1, 1]
    assert [got["Subject"].split(": ")[1][0] for _, got in server.got] == ["2"]


def test_what_waits_for_too_long_is_told_once(ctx: Context, web: Web, clock: Clock) -> None:
    """A portal that is full is tried every hour and never fails for good: nobody would hear of it."""
    ctx = telling(ctx, webhook=web.url)
    notify(ctx, {})
    config, silent = ctx.config, telling(ctx)
    fail(silent, "t1")
    ctx = replace(ctx, config=config)
    (failed,) = ctx.store.deliveries.failed()
    waits = {"status": DeliveryStatus.QUEUED, "failure": "portal_full", "due_at": clock.at + timedelta(hours=9)}
    ctx.store.deliveries.save([failed.model_copy(update=waits)])
    assert not notify(ctx, {}), "it may pass"
    clock.pass_(minutes=16)
    assert notify(ctx, {})
    clock.pass_(minutes=16)
    assert not notify(ctx, {})
    assert [one["causes"][0]["code"] for one in web.got] == ["portal_full"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("trusted", [True, False])
def test_the_password_and_the_names_of_clients_go_only_to_a_server_that_proves_who_it_is(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, trusted: bool
) -> None:
    """STARTTLS and SMTPS: with a certificate of nobody's, a man in the middle would read the password."""
    authority, other = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    (authority if trusted else other).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    handler = Mail()
    with smtp_server(handler, **tls(scheme, context)) as port:
        ctx = telling(ctx, to=("ana@example.com",), smtp=f"{scheme}://malote@127.0.0.1:{port}")
        monkeypatch.setenv("MALOTE_SMTP_PASSWORD", SECRET)
        notify(ctx)
        fail(ctx, "t1")
    assert handler.logged_in == ([SECRET.encode()] if trusted else [])
    assert len(handler.got) == len(handler.logged_in)
    assert codes(ctx) == (["notified"] if trusted else ["notify_failed"])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_of_a_private_authority_is_trusted_once_that_is_named(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """An office with its own mail server would have to trust its authority in the whole system, or hear of nothing."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(ctx.folder / "ca.pem"))
    monkeypatch.setenv("MALOTE_SMTP_PASSWORD", SECRET)
    handler = Mail()
    with smtp_server(handler, **tls(scheme, context)) as port:
        settings = {"to": ("ana@example.com",), "smtp": f"{scheme}://malote@127.0.0.1:{port}"}
        ctx = telling(ctx, **settings)
        notify(ctx)
        fail(ctx, "t1")
        assert not handler.got
        (told,) = [event for event in ctx.store.events_after(0) if event.code == "notify_failed"]
        assert "certificado do servidor recusado" in message(told) and "ca_file" in message(told)
        assert notify(replace(telling(ctx, **settings, ca_file="ca.pem"), now=later(ctx)))
    assert len(handler.got) == 1


def test_a_webhook_of_a_private_authority_too(ctx: Context) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(ctx.folder / "ca.pem"))
    web = Web(context)
    try:
        plain, trusting = telling(ctx, webhook=web.url), telling(ctx, webhook=web.url, ca_file="ca.pem")
        notify(plain, {})
        fail(plain, "t1")
        assert not web.got
        assert notify(replace(trusting, now=later(ctx)), {})
    finally:
        web.close()
    assert [one["count"] for one in web.got] == [1]


def test_a_wrong_ca_file_is_named(ctx: Context) -> None:
    """Without its name, one would look for the mistake at the server."""
    (ctx.folder / "vazio.pem").touch()
    for name, why in (("falta.pem", "não existe"), ("vazio.pem", "não traz um certificado")):
        settings = telling(ctx, to=("ana@example.com",), smtp="smtps://127.0.0.1:9", ca_file=name).config.notify
        with pytest.raises(NotifyError, match=f"{name}: {why}"):
            notices._trusted(settings, ctx.folder)


def test_without_starttls_the_password_is_kept_back(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = Mail()
    monkeypatch.setenv("MALOTE_SMTP_PASSWORD", SECRET)
    with smtp_server(handler, "127.0.0.2", auth_require_tls=False) as port:  # another than this machine's usual one
        ctx = telling(ctx, to=("ana@example.com",), smtp=f"smtp://malote@127.0.0.2:{port}")
        notify(ctx)
        fail(ctx, "t1")
    assert not handler.logged_in and not handler.got
    assert codes(ctx) == ["notify_failed"]


@pytest.mark.parametrize(
    "line",
    ['quiet_hours = "20-7"', 'smtp = "smtp://ana:senha@example.com"', 'webhook = "ftp://x"', "every_minutes = 0"],
)
def test_a_wrong_setting_is_named_by_its_line(line: str) -> None:
    """A password in malote.toml, too, is one."""
    text = f'[portal]\nurl = "dir:///x"\n[notify]\n{line}\n'
    with pytest.raises(OfficeUnusable) as caught:
        parse_config(Path("malote.toml"), text.encode())
    assert "linha 4" in str(caught.value)

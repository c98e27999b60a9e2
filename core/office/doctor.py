"""Examining an office: configuration, state, spool, permissions, portal; and mending what is safe to mend."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from shlex import quote

from core.delivery.liveness import anyone, bury, is_alive
from core.domain.figures import dated_text, size_text
from core.domain.lineage import UNSENT
from core.domain.models import Delivery, DeliveryStatus
from core.domain.text import Sentence, Text
from core.office.config import FILE
from core.office.context import Context, is_shared, open_office
from core.office.errors import OfficeError
from core.office.views import every
from core.ports import PortalFault

LOW_SPACE = 512 << 20
"""Bytes: below this the office's disk is said to be nearly full."""
SKEW = timedelta(minutes=5)
"""A journal this far ahead of the clock means that the clock was set back."""

OK, WARNING, ERROR = "✓", "!", "✗"

CONFIG_OK = Text("Configuração: em ordem.", "Configuration: fine.")
STATE_OK = Text("Estado: {count} eventos, tudo legível.", "State: {count} events, all of it readable.")
LINKS_OK = Text("Cadastros: em ordem.", "Records: fine.")
NO_CLIENT = Text(
    "A tarefa {task} é de um cliente que não existe: {key}.", "The task {task} is of no known client: {key}."
)
NO_TEMPLATE = Text(
    "A tarefa {task} pede um template que não existe: {key}.", "The task {task} needs an unknown template: {key}."
)
IMPORT_IT = Text("Importe o que falta: malote import PASTA.", "Import what is missing: malote import FOLDER.")
SPOOL_OK = Text("Arquivos a enviar: {count}, todos inteiros.", "Files to be sent: {count}, all whole.")
LOST = Text("Os bytes de {name} (tarefa {task}) {how}.", "The bytes of {name} (task {task}) {how}.")
HOW_LOST = {
    "file_missing": Text("não estão mais no escritório", "are no longer in the office"),
    "file_changed": Text("não são mais os que foram anexados", "are no longer those that were attached"),
}
ATTACH_AGAIN = Text(
    "Anexe de novo: malote attach {task} ARQUIVO --template {template}.",
    "Attach it again: malote attach {task} FILE --template {template}.",
)
MODES_OK = Text("Permissões: em ordem.", "Permissions: fine.")
OPEN_TO_OTHERS = Text(
    "{path} tem o modo {found}, e devia ter {wanted}.", "{path} has the mode {found}, and should have {wanted}."
)
MEND_IT = Text("malote doctor --mend.", "malote doctor --mend.")
ASK_OWNER = Text("Peça ao dono do arquivo: chmod {wanted} {path}.", "Ask its owner: chmod {wanted} {path}.")
MISSING_FOLDER = Text("Falta a pasta {path}.", "The folder {path} is missing.")
CLOCK_BACK = Text(
    "O relógio deste computador está atrás do último evento ({at}).",
    "This machine's clock is behind the last event ({at}).",
)
SET_CLOCK = Text("Acerte o relógio; nada se perde enquanto isso.", "Set the clock; nothing is lost meanwhile.")
SPACE_OK = Text("Espaço no disco do escritório: {free}.", "Space on the office's disk: {free}.")
SPACE_LOW = Text("O disco do escritório tem só {free} livres.", "The office's disk has only {free} left.")
MAKE_ROOM = Text("Libere espaço; sem ele nada pode ser anexado.", "Make room; without it nothing can be attached.")
WORKER_RUNS = Text(
    "Envio: há quem envie (malote run ou um console).", "Sending: someone sends (malote run or a console)."
)
NOBODY_SENDS = Text(
    "Há {count} envios na fila, e ninguém está enviando.", "{count} deliveries are queued, and nobody is sending."
)
START_ONE = Text(
    "Deixe um malote run (ou o console) aberto, ou envie agora: malote deliver.",
    "Keep a malote run (or the console) open, or send now: malote deliver.",
)
NOTHING_QUEUED = Text("Envio: nada na fila.", "Sending: nothing queued.")
ORPHANS = Text(
    "{count} envios ficaram no meio, de um processo que terminou.",
    "{count} deliveries were cut short: their process ended.",
)
TAKEN_UP = Text("São retomados no próximo envio: malote deliver.", "The next sending takes them up: malote deliver.")
PORTAL_OK = Text("Portal: {url} responde e aceita gravar.", "Portal: {url} answers and lets us write.")
CHECK_IT = Text("Veja tudo: malote portal check.", "See everything: malote portal check.")
MENDED = Text("corrigido", "mended")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is (a sign), what was found, what to do.

    `mended`: it was set right now. `unusable`: with it, nothing of the office can be used.
    """

    sign: str
    what: Sentence
    remedy: Sentence | None = None
    mended: bool = False
    unusable: bool = False


def examine(
    folder: Path, *, mend: bool = False, full: bool = False, told: Callable[[int, int], None] | None = None
) -> Iterator[Finding]:
    """Look at everything of an office, one finding after the other.

    Args:
        mend: set modes right, make missing folders, bury dead workers' locks: what cannot do harm.
        full: read every file of the spool, not only those that are still to be sent.
        told: told how many rows of the state, of how many, were read.
    """
    yield from _modes(folder, mend)
    try:
        with open_office(folder) as ctx:
            yield Finding(OK, Sentence(CONFIG_OK))
            for look in (partial(_state, told=told), _records, lambda ctx: _spool(ctx, full), _clock, _space, _sending):
                yield from look(ctx)
            yield from _portal(ctx)
            if mend:
                bury(ctx.workers)
    except OfficeError as error:
        yield Finding(ERROR, error.sentence, error.remedy, unusable=True)


def _state(ctx: Context, told: Callable[[int, int], None] | None) -> Iterator[Finding]:
    ctx.store.check(told)
    yield Finding(OK, Sentence(STATE_OK, {"count": ctx.store.last_seq()}))


def _records(ctx: Context) -> Iterator[Finding]:
    """Tasks of clients and templates that are not there: only a damaged or half-imported office has them."""
    clients = {one.id for one in every(ctx.store.clients)}
    templates = {one.id for one in every(ctx.store.templates)}
    fine = True
    for task in every(ctx.store.tasks):
        lacking = [] if task.client in clients else [(NO_CLIENT, task.client)]
        lacking += [(NO_TEMPLATE, one) for one in task.templates if one not in templates]
        for text, key in lacking:
            fine = False
            yield Finding(ERROR, Sentence(text, {"task": task.id, "key": key}), Sentence(IMPORT_IT))
    if fine:
        yield Finding(OK, Sentence(LINKS_OK))


def _spool(ctx: Context, full: bool) -> Iterator[Finding]:
    """The bytes that are still to be sent, by their hash; with `full`, of every document that lives."""
    store, checked, lost = ctx.store, set[str](), False
    unsent: Iterator[Delivery] = (one for one in every(store.deliveries) if one.status in UNSENT or one.worker)
    wanted = {one.document: (one.sha256, one.size) for one in unsent if one.sha256}
    documents = every(store.documents) if full else iter(store.documents.get_many(wanted).values())
    for document in documents:
        sha256, size = wanted.get(document.id, (document.sha256, document.size))
        if not document.live or sha256 in checked:
            continue
        checked.add(sha256)
        if (state := ctx.blobs.state(sha256, size)) is not None:
            lost = True
            params = {"name": document.name, "task": document.task, "how": HOW_LOST[state]}
            remedy = Sentence(ATTACH_AGAIN, {"task": quote(document.task), "template": quote(document.template)})
            yield Finding(ERROR, Sentence(LOST, params), remedy)
    if not lost:
        yield Finding(OK, Sentence(SPOOL_OK, {"count": len(checked)}))


def _clock(ctx: Context) -> Iterator[Finding]:
    last = ctx.store.events_after(max(0, ctx.store.last_seq() - 1), limit=1)
    if last and last[0].at - ctx.now() > SKEW:
        at = dated_text(last[0].at, "%d/%m/%Y %H:%M")
        yield Finding(WARNING, Sentence(CLOCK_BACK, {"at": at}), Sentence(SET_CLOCK))


def _space(ctx: Context) -> Iterator[Finding]:
    free = shutil.disk_usage(ctx.folder).free
    told = {"free": size_text(free)}
    if free < LOW_SPACE:
        yield Finding(WARNING, Sentence(SPACE_LOW, told), Sentence(MAKE_ROOM))
    else:
        yield Finding(OK, Sentence(SPACE_OK, told))


def _sending(ctx: Context) -> Iterator[Finding]:
    store = ctx.store
    dead = [one.id for one in store.deliveries.sending() if not (one.worker and is_alive(ctx.workers, one.worker))]
    orphans = [one for one in store.deliveries.get_many(dead).values() if one.status is DeliveryStatus.SENDING]
    if orphans:  # what ended between the two looks is none
        yield Finding(WARNING, Sentence(ORPHANS, {"count": len(orphans)}), Sentence(TAKEN_UP))
    waiting = store.deliveries.counts()["queued"] - sum(store.deliveries.held_counts().values())
    if anyone(ctx.workers):
        yield Finding(OK, Sentence(WORKER_RUNS))
    elif waiting and store.integration().active:
        yield Finding(WARNING, Sentence(NOBODY_SENDS, {"count": waiting}), Sentence(START_ONE))
    else:
        yield Finding(OK, Sentence(NOTHING_QUEUED))


def _portal(ctx: Context) -> Iterator[Finding]:
    from core.office.health import portal_unusable  # noqa: PLC0415 - asyncio takes 30 ms, and only here
    from core.office.loop import in_loop  # noqa: PLC0415 - as above

    async def check() -> str:
        portal = ctx.portal()
        try:
            return (await portal.check()).url
        finally:
            await portal.close()

    try:
        url = in_loop(check())
    except PortalFault as fault:
        error = portal_unusable(fault)
        yield Finding(ERROR, error.sentence, error.remedy)
    else:
        yield Finding(OK, Sentence(PORTAL_OK, {"url": url}), Sentence(CHECK_IT))


def _modes(folder: Path, mend: bool) -> Iterator[Finding]:
    """The office's own folders and files have the modes that `init` gives them, whatever the umask."""
    if not folder.is_dir():
        return
    shared = is_shared(folder)
    folder_mode, file_mode = (0o2770, 0o660) if shared else (0o700, 0o600)
    fine = True
    for name in ("spool", "inbox", "host", "host/workers"):
        if not (folder / name).is_dir() and (folder / FILE).exists():
            fine = False
            yield _mended(mend, partial(_make, folder / name, folder_mode), MISSING_FOLDER, path=folder / name)
    for path in (folder, *sorted(folder.rglob("*"))):
        try:
            found = path.lstat().st_mode
        except FileNotFoundError:
            continue  # a worker's, and it has ended
        wanted = folder_mode if stat.S_ISDIR(found) else file_mode
        if path.is_relative_to(folder / "inbox") and path != folder / "inbox":
            continue  # what people drop there is theirs
        too_open = stat.S_IMODE(found) & ~wanted & 0o077
        is_state = path.parent == folder or path.is_relative_to(folder / "spool")
        too_closed = shared and is_state and wanted & ~found & 0o070  # its group could not work
        if stat.S_ISLNK(found) or not (too_open or too_closed):
            continue
        fine = False
        told = {"path": path, "found": f"{stat.S_IMODE(found):04o}", "wanted": f"{wanted:04o}"}
        yield _mended(mend, partial(path.chmod, wanted), OPEN_TO_OTHERS, **told)
    if fine:
        yield Finding(OK, Sentence(MODES_OK))


def _make(path: Path, mode: int) -> None:
    path.mkdir()
    path.chmod(mode)  # whatever the umask


def _mended(mend: bool, act: Callable[[], None], text: Text, **params: object) -> Finding:
    """What is wrong, set right where that was asked for and the system lets us."""
    what = Sentence(text, params)
    if not mend:
        return Finding(WARNING, what, Sentence(MEND_IT))
    try:
        act()
    except OSError:
        path = quote(str(params["path"]))
        return Finding(ERROR, what, Sentence(ASK_OWNER, {"wanted": "0700", **params, "path": path}))
    return Finding(WARNING, what, mended=True)

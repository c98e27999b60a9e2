"""What a portal check found, in a person's words: one place for them, for the command and for the console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from core.domain.figures import size_text
from core.domain.models import Client
from core.domain.text import Sentence, Text
from core.office.health import Checked
from core.office.promises import LEAKY, NO_LOCKS

Sign = Literal["✓", "·", "!"]
"""It is well; it is so; someone should look at it."""
LITTLE = 200_000_000
"""Bytes of free space below which that is worth a look."""
SHOWN = 5
"""Names of clients that are told; of more, how many."""
MAKE_FOLDERS = "malote portal check --make-folders"

Told = tuple[Sign, Sentence]
Words = Mapping[str, tuple[Sign, Text]]
"""What each value of a finding means; a value that is not here is not told."""

REACHABLE = Text("O portal {url} responde e aceita documentos.", "The portal {url} is reachable and takes documents.")
SERVER = Text("Servidor: {value}.", "Server: {value}.")
USER = Text("Entramos como {value}.", "We are known there as {value}.")
NOBODY = Text(
    "Entramos sem usuário: este portal deixa qualquer um entrar.", "We show no user: this portal lets anybody in."
)

PUBLISH: Words = {
    "lock-move": ("✓", Text("Criar: sob uma trava no nome (LOCK, MOVE).", "Creating: under a lock (LOCK, MOVE).")),
    "move": (
        "✓",
        Text(
            "Criar: os bytes vão a um rascunho e tomam o nome de uma vez (MOVE); ninguém vê meio documento.",
            "Creating: bytes go to a scratch name and take the name at once (MOVE); nobody sees half a document.",
        ),
    ),
    "tmpfile-link": (
        "✓",
        Text(
            "Criar: de uma vez, e só se o nome estiver livre (O_TMPFILE).",
            "Creating: at once, and only if the name is free (O_TMPFILE).",
        ),
    ),
    "scratch-link": (
        "✓",
        Text(
            "Criar: de uma vez, e só se o nome estiver livre (link).",
            "Creating: at once, and only if the name is free (link).",
        ),
    ),
    "rename-noreplace": (
        "✓",
        Text(
            "Criar: de uma vez, e só se o nome estiver livre (renameat2).",
            "Creating: at once, and only if the name is free (renameat2).",
        ),
    ),
    "look-rename": (
        "!",
        Text(
            "Criar: este sistema de arquivos só permite olhar e então renomear, em dois passos.",
            "Creating: this file system only lets us look and then rename, in two steps.",
        ),
    ),
}
REPLACE: Words = {
    "lock-move": (
        "✓",
        Text(
            "Substituir: sob uma trava, e só se lá ainda estiver o que nós enviamos.",
            "Replacing: under a lock, and only over what we sent ourselves.",
        ),
    ),
    "aside": (
        "·",
        Text(
            "Substituir: o antigo é posto de lado, conferido e só então apagado; por um instante o nome fica vazio.",
            "Replacing: the old one is moved aside, compared and only then removed; for a moment the name is empty.",
        ),
    ),
    "exchange": (
        "✓",
        Text(
            "Substituir: os dois são trocados de uma vez, e o que saiu é conferido.",
            "Replacing: the two are exchanged at once, and what came out is compared.",
        ),
    ),
    "look-rename": (
        "!",
        Text(
            "Substituir: este sistema de arquivos só permite conferir e então renomear, em dois passos.",
            "Replacing: this file system only lets us compare and then rename, in two steps.",
        ),
    ),
}
EXCLUSIVE = Text(
    "Publicação exclusiva: nenhum arquivo de ninguém pode ser sobrescrito.",
    "Exclusive: nobody's file can be overwritten.",
)
SMALL = Text(
    "Pequena janela: se outra pessoa gravar o mesmo nome nos mesmos milissegundos, o arquivo dela pode se perder.",
    "Small window: when someone writes the very same name in the very same milliseconds, their file may be lost.",
)
WIDE = Text(
    "Janela larga: este servidor sobrescreve mesmo quando pedimos que não, e suas travas não travam. Se outra pessoa "
    "gravar o mesmo nome enquanto um documento sai, o arquivo dela pode se perder.",
    "Wide window: this server overwrites even when told not to, and its locks do not lock. When someone writes the "
    "same name while a document is sent, their file may be lost.",
)
CLOSE_IT = Text(
    "Para fechar a janela: exclusive = true em malote.toml, na seção [portal]; o envio fica mais lento.",
    "To close that window: exclusive = true in malote.toml, section [portal]; sending becomes slower.",
)
NOT_EXCLUSIVE = Text(
    "exclusive = true não pode ser cumprido neste servidor: {why}. Vale a pequena janela.",
    "exclusive = true cannot be kept on this server: {why}. The small window stands.",
)
LOCKS: Words = {
    "exclude": ("✓", Text("Travas (LOCK): valem para todos.", "Locks (LOCK): they hold for everybody.")),
    "leak": (
        "!",
        Text(
            "Travas (LOCK): valem, mas não para quem grava no mesmo instante.",
            "Locks (LOCK): they hold, but not for who writes at the very same moment.",
        ),
    ),
    "show": ("!", Text("Travas (LOCK): não travam nada.", "Locks (LOCK): they lock nothing.")),
}
LOCK_MAKES: Words = {
    "file": (
        "·",
        Text(
            "Uma trava num nome livre cria um arquivo vazio, que o Malote remove.",
            "A lock on a free name makes an empty file, which Malote removes.",
        ),
    ),
}
OVERWRITE: Words = {
    "ignored": (
        "!",
        Text(
            "MOVE com Overwrite: F sobrescreve mesmo assim; o Malote olha antes.",
            "MOVE with Overwrite: F overwrites all the same; Malote looks first.",
        ),
    ),
    "honoured": ("✓", Text("MOVE com Overwrite: F é respeitado.", "MOVE with Overwrite: F is honoured.")),
}
CONDITIONS: Words = {
    "honoured": ("·", Text("If-None-Match é respeitado.", "If-None-Match is honoured.")),
    "ignored": (
        "·",
        Text(
            "If-None-Match é ignorado; o Malote não conta com ele.", "If-None-Match is ignored; nothing relies on it."
        ),
    ),
}
CUT_PUT: Words = {
    "half": (
        "·",
        Text(
            "Um envio cortado deixa meio arquivo; por isso os bytes vão antes a um rascunho em .malote/.",
            "A cut upload leaves half a file; that is why bytes go to a scratch name in .malote/ first.",
        ),
    ),
    "nothing": ("·", Text("Um envio cortado não deixa nada.", "A cut upload leaves nothing.")),
}
RACE = Text(
    "Na corrida de prova contra outro que grava o mesmo nome, {value} arquivos dele se perderam.",
    "In the trial race against someone who writes the same name, {value} of their files were lost.",
)
REFUSED_SIGNS = Text(
    "Nomes com {value} não podem ser publicados neste servidor, que os corta ali.",
    "Names with {value} cannot be published on this server, which cuts them there.",
)
SEEN_BY = Text(
    "Cadeado: o portal mostra o que o cliente já viu ({how}), e isso nunca é substituído.",
    "Cadeado: the portal shows what the client has seen ({how}), and that is never replaced.",
)
SEEN_HOW = {
    "permissions": Text("permissões", "permissions"),
    "lock": Text("bloqueio do Nextcloud", "Nextcloud's lock"),
    "readonly": Text("somente leitura", "read-only"),
    "write-bit": Text("arquivo sem permissão de gravação", "file without a write bit"),
    "marked": Text("marcado", "marked"),
}
SEEN_UNKNOWN = Text(
    "Cadeado: este servidor não mostra o que o cliente já viu. Diga-o com: malote seen TAREFA/ARQUIVO.",
    "Cadeado: this server does not show what the client has seen. Say so with: malote seen TASK/FILE.",
)
SPEED = Text(
    "Velocidade: resposta em {round_trip_ms} ms, envio a {upload_kb_s} kB/s.",
    "Speed: an answer in {round_trip_ms} ms, upload at {upload_kb_s} kB/s.",
)
FREE = Text("Espaço livre: {free}.", "Free space: {free}.")
FREE_UNKNOWN = Text("O portal não diz quanto espaço livre tem.", "The portal does not tell how much space it has left.")
RESUMED = Text("Os envios, que estavam em pausa, continuam.", "Sending, which was paused, goes on.")
MADE = Text("Pastas criadas no portal: {names}.", "Folders made at the portal: {names}.")
WITHOUT = Text(
    "Clientes ainda sem pasta no portal: {names}. Será criada no primeiro envio; para criar já: {command}.",
    "Clients without a folder yet: {names}. It is made at the first sending; to make it now: {command}.",
)
AND_MORE = Text("{names} e mais {count}", "{names} and {count} more")
ALL_THERE = Text("Todos os clientes têm pasta no portal.", "All clients have a folder at the portal.")

BY_VALUE: Mapping[str, Words] = {
    "publish": PUBLISH,
    "replace": REPLACE,
    "locks": LOCKS,
    "lock_makes": LOCK_MAKES,
    "overwrite_f": OVERWRITE,
    "conditions": CONDITIONS,
    "cut_put": CUT_PUT,
}


def in_words(checked: Checked) -> list[Told]:
    """What was found, the same for every face: each with a sign, and a sentence whose language is chosen later."""
    return list(_all(checked))


def _all(checked: Checked) -> Iterator[Told]:
    report = checked.report
    found = dict(report.findings)
    yield "✓", Sentence(REACHABLE, {"url": report.url})
    if found.get("server"):
        yield "·", Sentence(SERVER, {"value": found["server"]})
    if "user" in found:
        yield ("✓", Sentence(USER, {"value": found["user"]})) if found["user"] else ("!", Sentence(NOBODY))
    yield from _window(report.exclusive, found)
    for code, words in BY_VALUE.items():
        if told := words.get(found.get(code, "")):
            yield told[0], Sentence(told[1])
    if "race" in found:
        yield "·", Sentence(RACE, {"value": found["race"]})
    if found.get("refused_signs"):
        yield "!", Sentence(REFUSED_SIGNS, {"value": found["refused_signs"]})
    yield from _seen(found)
    if report.free is None:
        yield "·", Sentence(FREE_UNKNOWN)
    else:
        yield "!" if report.free < LITTLE else "✓", Sentence(FREE, {"free": size_text(report.free)})
    if "round_trip_ms" in found and "upload_kb_s" in found:
        yield "·", Sentence(SPEED, found)
    yield from _folders(checked.made, checked.without_folder)
    if checked.resumed:
        yield "✓", Sentence(RESUMED)


def _window(exclusive: bool, found: Mapping[str, str]) -> Iterator[Told]:
    """How strong the conditions of a write are, and what could be done about it."""
    locks = found.get("locks")
    if exclusive:
        yield "✓", Sentence(EXCLUSIVE)
        return
    if found.get("window") == "wide":
        yield "!", Sentence(WIDE)
        return
    yield "·", Sentence(SMALL)
    if found.get("exclusive") == "wanted":
        why = LEAKY if locks == "leak" else NO_LOCKS
        yield "!", Sentence(NOT_EXCLUSIVE, {"why": why})
    elif locks == "exclude":
        yield "·", Sentence(CLOSE_IT)


def _seen(found: Mapping[str, str]) -> Iterator[Told]:
    ways = [SEEN_HOW[one] for one in found.get("seen", "").split("+") if one in SEEN_HOW]
    if ways:
        how = Text(*(", ".join(one.text(lang) for one in ways) for lang in ("pt", "en")))
        yield "✓", Sentence(SEEN_BY, {"how": how})
    elif "seen" in found:
        yield "·", Sentence(SEEN_UNKNOWN)


def _folders(made: tuple[Client, ...], without: tuple[Client, ...]) -> Iterator[Told]:
    if made:
        yield "✓", Sentence(MADE, {"names": _listed(made)})
    if without:
        yield "!", Sentence(WITHOUT, {"names": _listed(without), "command": MAKE_FOLDERS})
    else:
        yield "✓", Sentence(ALL_THERE)


def _listed(clients: tuple[Client, ...]) -> Text:
    shown = ", ".join(one.name for one in clients[:SHOWN])
    more = len(clients) - SHOWN
    if more <= 0:
        return Text(shown, shown)
    return Text(*(AND_MORE.say(lang, names=shown, count=more) for lang in ("pt", "en")))

"""The catalogue of failures (the design's section 2.8): a sentence, a remedy, and whether it retries by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.text import Text


@dataclass(frozen=True)
class Retry:
    """A retry strategy as a value: waits in seconds that grow up to a bound, for so many tries (None: for ever)."""

    first: float
    most: float
    growth: float = 2.0
    tries: int | None = None


GROWING = Retry(first=5, most=900)
HOURLY = Retry(first=3600, most=3600, growth=1)
THREE_TIMES = Retry(first=5, most=60, tries=3)


@dataclass(frozen=True)
class Failure:
    """One failure code; `whole` means that the portal as a whole is ill, so that all sending to it pauses."""

    sentence: Text
    remedy: Text
    retry: Retry | None = None
    whole: bool = False


FAILURES: dict[str, Failure] = {
    "permission_denied": Failure(
        Text(
            "{employee} não tem permissão para documentos do departamento {department}.",
            "{employee} may not handle documents of the department {department}.",
        ),
        Text(
            "Dê a permissão (malote employee set {employee} --add-department {department_q}) "
            "ou conclua a tarefa como outra pessoa (malote complete {task} --as FUNCIONÁRIO).",
            "Give the permission (malote employee set {employee} --add-department {department_q}) "
            "or complete the task as someone else (malote complete {task} --as EMPLOYEE).",
        ),
    ),
    "no_destination": Failure(
        Text(
            "O template {template_name} não tem pasta de destino.",
            "The template {template_name} has no destination folder.",
        ),
        Text(
            'Escolha a pasta: malote map {template} --to "Pasta > Subpasta".',
            'Choose the folder: malote map {template} --to "Folder > Subfolder".',
        ),
    ),
    "client_not_linked": Failure(
        Text(
            "O cliente {client_name} não tem pasta no portal.",
            "The client {client_name} has no folder at the portal.",
        ),
        Text(
            'Informe a pasta do cliente: malote client set {client} --portal "NOME DA PASTA".',
            'Name the client\'s folder: malote client set {client} --portal "FOLDER NAME".',
        ),
    ),
    "name_invalid": Failure(
        Text("O portal não aceita este nome: {name}. {detail}", "The portal cannot hold this name: {name}. {detail}"),
        Text(
            "Renomeie o que impede (o arquivo, a pasta de destino, ou o que está no caminho no portal); "
            "depois: malote retry {delivery}.",
            "Rename what stands in the way (the file, the destination, or what lies on its way at the portal); "
            "then: malote retry {delivery}.",
        ),
    ),
    "file_missing": Failure(
        Text("Os dados do arquivo {name} não estão mais no escritório.", "The bytes of {name} are gone."),
        Text(
            "Anexe o arquivo de novo: malote attach {task} ARQUIVO --template {template}.",
            "Attach the file again: malote attach {task} FILE --template {template}.",
        ),
    ),
    "file_changed": Failure(
        Text(
            "Os dados do arquivo {name} foram alterados depois de anexados.",
            "The bytes of {name} changed after they were attached.",
        ),
        Text(
            "Anexe o arquivo de novo: malote attach {task} ARQUIVO --template {template}.",
            "Attach the file again: malote attach {task} FILE --template {template}.",
        ),
    ),
    "file_too_large": Failure(
        Text("O arquivo {name} passa do limite do portal. {detail}", "{name} exceeds the portal's limit. {detail}"),
        Text(
            "Aumente o limite no portal ou anexe um arquivo menor; nova tentativa a cada hora.",
            "Raise the portal's limit or attach a smaller file; tried again every hour.",
        ),
        HOURLY,
    ),
    "portal_full": Failure(
        Text("O portal está sem espaço. {detail}", "The portal is full. {detail}"),
        Text("Libere espaço no portal; nova tentativa a cada hora.", "Make room; tried again every hour."),
        HOURLY,
    ),
    "portal_unreachable": Failure(
        Text("O portal está indisponível. {detail}", "The portal is unavailable. {detail}"),
        Text(
            "Confira se o portal está no ar (se for uma pasta, se existe e está montada). Quando ele voltar, "
            "o envio continua com malote run, ou com malote deliver.",
            "See that the portal is up (if it is a folder, that it exists and is mounted). When it is back, "
            "sending goes on with malote run, or with malote deliver.",
        ),
        GROWING,
        whole=True,
    ),
    "portal_busy": Failure(
        Text("Outra pessoa está usando {name} no portal. {detail}", "Someone is using {name} at the portal. {detail}"),
        Text("Nada a fazer: nova tentativa em instantes.", "Nothing to do: it is tried again shortly."),
        GROWING,
    ),
    "portal_auth": Failure(
        Text("O portal não reconhece o usuário ou a senha. {detail}", "The portal does not know us. {detail}"),
        Text(
            "Corrija a senha (MALOTE_PORTAL_PASSWORD ou password_file em malote.toml) e rode: malote portal check.",
            "Mend the password (MALOTE_PORTAL_PASSWORD or password_file in malote.toml), then: malote portal check.",
        ),
        whole=True,
    ),
    "portal_forbidden": Failure(
        Text(
            "O portal não permite gravar em {folder}. {detail}",
            "The portal does not let us write to {folder}. {detail}",
        ),
        Text(
            "Dê ao usuário do portal o direito de gravar nessa pasta; depois: malote retry {delivery}.",
            "Give the portal's user the right to write there; then: malote retry {delivery}.",
        ),
    ),
    "portal_unsafe": Failure(
        Text(
            "O portal não oferece um modo seguro de publicar documentos. {detail}",
            "The portal offers no safe way to put a document in place. {detail}",
        ),
        Text(
            "Use outro servidor ou outra opção de envio; depois: malote portal check.",
            "Use another server or option; then: malote portal check.",
        ),
        whole=True,
    ),
    "portal_error": Failure(
        Text(
            "O portal deu uma resposta inesperada. {detail}", "The portal answered what we do not understand. {detail}"
        ),
        Text(
            "Veja a resposta (malote explain {document}); depois: malote retry {delivery}.",
            "Look at the answer (malote explain {document}); then: malote retry {delivery}.",
        ),
        THREE_TIMES,
    ),
    "conflict_unresolved": Failure(
        Text(
            "O nome {name} mudou no portal a cada tentativa de envio. {detail}",
            "The name {name} kept changing at the portal under us. {detail}",
        ),
        Text(
            "Veja quem mais grava nessa pasta; depois: malote retry {delivery}.",
            "See who else writes to that folder; then: malote retry {delivery}.",
        ),
        THREE_TIMES,
    ),
}

CONSIDERED_URGENT = timedelta(minutes=15)
"""How long a passing failure may last before it counts in Prioridade."""

BUSY_FOR = timedelta(minutes=5)
"""How long someone's passing lock is waited for before the file is treated as seen."""


def next_try(
    code: str, attempts: int, now: datetime, jitter: float, retry_after: float | None = None
) -> datetime | None:
    """When a failed delivery is tried again by itself.

    Args:
        attempts: tries that have failed, this one among them.
        jitter: a random number in [0, 1): the wait is drawn from its upper half (RFC 9110 names no way; this is the
            "equal jitter" that keeps many waiters apart yet never hurries).
        retry_after: seconds that the portal asked for (RFC 9110, 10.2.3); never undercut.

    Returns:
        None when it waits for a person.
    """
    retry = FAILURES[code].retry
    if retry is None or (retry.tries is not None and attempts >= retry.tries):
        return None
    wait = min(retry.most, retry.first * retry.growth ** min(attempts - 1, 30))
    wait *= 1 if retry.growth == 1 else 0.5 + jitter / 2
    return now + timedelta(seconds=max(wait, retry_after or 0))

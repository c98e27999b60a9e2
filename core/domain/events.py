"""The catalogue of events: every code that the journal can hold, its level and its sentence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from core.domain.failures import FAILURES
from core.domain.figures import kept_text
from core.domain.models import Event, Level
from core.domain.text import Text, as_sentence

MOMENT = "%d/%m/%Y %H:%M:%S"


@dataclass(frozen=True)
class Kind:
    sentence: Text
    level: Level = Level.INFO
    no_folder: Text | None = None
    """What is said instead where the template has no folder now."""


EVENTS: dict[str, Kind] = {
    # the portal
    "delivered": Kind(Text("Enviado: {place}", "Delivered: {place}")),
    "replaced": Kind(Text("Substituído: {place}", "Replaced: {place}")),
    "already_there": Kind(Text("Já estava no portal: {place}", "Already at the portal: {place}")),
    "kept_both": Kind(
        Text(
            "Mantidos os dois: {wanted} já existia ({why}); enviado como {place}",
            "Kept both: {wanted} existed ({why}); delivered as {place}",
        ),
        Level.WARNING,
    ),
    "destination_moved": Kind(
        Text(
            "A pasta de destino mudou; a versão anterior continua em {old}",
            "The destination changed; the earlier version still lies at {old}",
        ),
        Level.WARNING,
    ),
    "skipped": Kind(Text("Não enviado: {why}", "Not sent: {why}")),
    "failed": Kind(Text("Falha no envio de {name}: {sentence}", "Sending {name} failed: {sentence}"), Level.ERROR),
    "waiting": Kind(
        Text("Nova tentativa de {name} em {retry_at}: {sentence}", "{name} is tried again at {retry_at}: {sentence}"),
        Level.WARNING,
    ),
    "cancelled": Kind(Text("Envio cancelado: {why}", "Delivery cancelled: {why}")),
    "requeued": Kind(Text("De volta à fila: {why}", "Queued again: {why}")),
    "taken_over": Kind(
        Text("Envio retomado de um processo que terminou", "Delivery taken over from a process that ended"),
        Level.WARNING,
    ),
    "portal_paused": Kind(Text("Envios em pausa: {sentence}", "Sending paused: {sentence}"), Level.ERROR),
    "portal_resumed": Kind(Text("O portal voltou; os envios continuam", "The portal is back; sending goes on")),
    "exclusive_lost": Kind(
        Text(
            "exclusive = true não é cumprido pelo portal: {why}. Os documentos continuam saindo, com a pequena janela",
            "The portal does not keep exclusive = true: {why}. Documents go on leaving, with the small window",
        ),
        Level.WARNING,
    ),
    "exclusive_kept": Kind(
        Text("O portal cumpre exclusive = true de novo", "The portal keeps exclusive = true again"),
    ),
    # tasks and documents
    "attached": Kind(Text("Anexado: {name} ({size} bytes)", "Attached: {name} ({size} bytes)")),
    "version_attached": Kind(
        Text("Nova versão ({version}) de {name} ({size} bytes)", "New version ({version}) of {name} ({size} bytes)")
    ),
    "name_rewritten": Kind(
        Text("O nome {source} não serve no portal; será {name}", "The portal cannot hold {source}; it becomes {name}"),
        Level.WARNING,
    ),
    "removed": Kind(Text("Documento removido: {name}. {remains}", "Document removed: {name}. {remains}")),
    "not_restored": Kind(
        Text(
            "A importação trouxe {name}, que alguém removeu; continua removido",
            "The import brought {name}, which someone removed; it stays removed",
        ),
        Level.WARNING,
    ),
    "seen_marked": Kind(
        Text("Marcado como visto pelo cliente (Cadeado): {place}", "Marked as seen by the client: {place}")
    ),
    "seen_unmarked": Kind(Text("Marca de visto retirada: {place}", "Mark of seen taken back: {place}")),
    "queued": Kind(Text("Na fila de envio: {name}", "Queued: {name}")),
    "completed": Kind(Text("Tarefa concluída: {task_name}", "Task completed: {task_name}")),
    "missing_documents": Kind(
        Text("Tarefa {task_name} concluída sem documento de: {missing}", "{task_name} completed without: {missing}"),
        Level.WARNING,
    ),
    "reopened": Kind(Text("Tarefa reaberta: {task_name}", "Task reopened: {task_name}")),
    # Express
    "express_attached": Kind(
        Text(
            "Express: {file} é {template_name} de {client_name}, {period} ({reason})",
            "Express: {file} is {template_name} of {client_name}, {period} ({reason})",
        )
    ),
    "express_same": Kind(
        Text(
            "Express: {file} já está anexado à tarefa {task_id} como {name}; nada muda",
            "Express: {file} is attached to the task {task_id} already as {name}; nothing changes",
        )
    ),
    "express_waits_already": Kind(
        Text(
            "Express: {file} é igual a {name}, que já espera por alguém",
            "Express: {file} is the same as {name}, which waits for someone already",
        )
    ),
    "express_waiting": Kind(
        Text("Express não anexou {file}: {doubt}", "Express did not attach {file}: {doubt}"), Level.WARNING
    ),
    "express_confirmed": Kind(
        Text("Express: {file} confirmado à mão como {name}", "Express: {file} confirmed by hand as {name}")
    ),
    "express_discarded": Kind(
        Text("Express: {file} descartado; está em {place}", "Express: {file} discarded; it lies in {place}")
    ),
    "express_rules": Kind(
        Text(
            "{template_name}: regras do Express alteradas, agora {count}",
            "{template_name}: rules of Express changed, {count} now",
        )
    ),
    "client_confirmed": Kind(
        Text(
            "{name} traz {number}, de {other_name}; confirmado por quem anexou",
            "{name} bears {number}, {other_name}'s; confirmed by who attached it",
        ),
        Level.WARNING,
    ),
    # the office
    "activated": Kind(Text("Integração ativada", "Integration activated")),
    "standard_folders_on": Kind(Text("Pastas padrão habilitadas", "Standard folders turned on")),
    "standard_folders_off": Kind(Text("Pastas padrão desabilitadas", "Standard folders turned off")),
    "deactivated": Kind(Text("Integração desativada", "Integration deactivated")),
    "mapped": Kind(Text("{template_name}: pasta {destination}", "{template_name}: folder {destination}")),
    "unmapped": Kind(Text("{template_name}: sem pasta de destino", "{template_name}: no destination")),
    "mapping_undone": Kind(
        Text("{template_name}: desfeito, pasta {destination}", "{template_name}: undone, folder {destination}"),
        no_folder=Text("{template_name}: desfeito, nenhuma pasta", "{template_name}: undone, no folder"),
    ),
    "mapping_redone": Kind(
        Text("{template_name}: refeito, pasta {destination}", "{template_name}: redone, folder {destination}"),
        no_folder=Text("{template_name}: refeito, nenhuma pasta", "{template_name}: redone, no folder"),
    ),
    "client_added": Kind(Text("Cliente novo: {what}", "New client: {what}")),
    "client_changed": Kind(Text("Cliente alterado: {what}", "Client changed: {what}")),
    "employee_added": Kind(Text("Funcionário novo: {what}", "New employee: {what}")),
    "employee_changed": Kind(Text("Funcionário alterado: {what}", "Employee changed: {what}")),
    "admin_made": Kind(
        Text(
            "O escritório não tinha administrador: {owner}, dono dos arquivos, fez de {employee} um",
            "The office had no admin: {owner}, who owns its files, made {employee} one",
        ),
        Level.WARNING,
    ),
    "configured": Kind(Text("Configuração alterada: {key} = {value}", "Configuration changed: {key} = {value}")),
    "notified": Kind(Text("Aviso de falhas enviado: {count}", "Notice of failures sent: {count}")),
    "notify_failed": Kind(
        Text("O aviso de falhas não pôde ser enviado: {reason}", "The notice of failures could not be sent: {reason}"),
        Level.WARNING,
    ),
    "imported": Kind(
        Text("Importado {file}: novos {added}, alterados {changed}", "Imported {file}: new {added}, changed {changed}")
    ),
}


def message(event: Event, lang: str = "pt") -> str:
    """The event's sentence in a language; what an older version wrote is shown as well as can be."""
    kind = EVENTS.get(event.code)
    if kind is None:
        return event.code
    params: dict[str, object] = defaultdict(str, event.params)
    params.setdefault("name", event.name or "")
    for key, value in event.params.items():
        if isinstance(value, list | tuple) and len(value) == 2:  # a text in both languages
            params[key] = Text(*value).text(lang)
    if "retry_at" in params:
        params["retry_at"] = kept_text(params["retry_at"], MOMENT).text(lang)
    if "detail" in params:
        params["detail"] = as_sentence(str(params["detail"])).text(lang)
    if failure := FAILURES.get(str(event.params.get("failure"))):
        params["sentence"] = failure.sentence.text(lang).format_map(params).strip()
    said = kind.sentence if event.folder or kind.no_folder is None else kind.no_folder
    return said.text(lang).format_map(params)

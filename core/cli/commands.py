"""The commands by name: the module that has them, and what each is for. Data alone, so that `--help` is quick."""

from __future__ import annotations

from typing import NamedTuple

from core.domain.text import Text


class Command(NamedTuple):
    """A command; its module has `NAME_arguments(parser, lang)` and `NAME_command(call)`."""

    module: str
    summary: Text
    group: Text


START = Text("começar", "start")
OFFICE = Text("escritório", "office")
UPKEEP = Text("cuidar do escritório", "upkeep")
WORK = Text("trabalho do dia", "daily work")
SENDING = Text("envio", "sending")

COMMANDS: dict[str, Command] = {
    "demo": Command("demo", Text("um escritório de exemplo, do começo ao fim", "a sample office, end to end"), START),
    "init": Command("init", Text("cria um escritório", "make an office"), START),
    "import": Command(
        "importing", Text("importa clientes, templates, tarefas… de CSV", "import clients, templates… from CSV"), START
    ),
    "activate": Command("activation", Text("ativa a integração com o portal", "activate the integration"), START),
    "deactivate": Command("activation", Text("desativa; a fila espera", "deactivate; the queue waits"), START),
    "templates": Command(
        "mapping", Text("templates e suas pastas de destino", "templates and their destinations"), OFFICE
    ),
    "map": Command("mapping", Text("escolhe a pasta de destino de templates", "choose templates' destination"), OFFICE),
    "unmap": Command(
        "mapping", Text("tira a pasta de destino de templates", "take templates' destination away"), OFFICE
    ),
    "undo": Command("mapping", Text("desfaz sua última mudança de pastas", "undo your last change of folders"), OFFICE),
    "redo": Command("mapping", Text("refaz a que você desfez por último", "redo the one you undid last"), OFFICE),
    "clients": Command("people", Text("clientes e suas pastas no portal", "clients and their folders"), OFFICE),
    "client": Command("people", Text("altera um cliente", "change a client"), OFFICE),
    "employees": Command("people", Text("funcionários e o que podem", "employees and what they may do"), OFFICE),
    "employee": Command("people", Text("altera ou cadastra um funcionário", "change or add an employee"), OFFICE),
    "folders": Command("portal", Text("as pastas de um cliente no portal", "a client's folders at the portal"), OFFICE),
    "tasks": Command(
        "tasks", Text("tarefas; com um código, uma e seus documentos", "tasks; with an id, one of them"), WORK
    ),
    "attach": Command("documents", Text("anexa arquivos a uma tarefa", "attach files to a task"), WORK),
    "express": Command(
        "express", Text("reconhece arquivos e os anexa à tarefa certa", "recognise files and attach them"), WORK
    ),
    "remove": Command("documents", Text("remove um documento da tarefa", "remove a document from its task"), WORK),
    "seen": Command("documents", Text("marca: o cliente já viu (Cadeado)", "mark: the client has seen it"), WORK),
    "unseen": Command("documents", Text("retira a marca de visto", "take the mark of seen back"), WORK),
    "complete": Command(
        "tasks", Text("conclui tarefas, o que envia os documentos", "complete tasks, which sends"), WORK
    ),
    "reopen": Command(
        "tasks", Text("reabre uma tarefa; a fila dela espera", "open a task again; its queue waits"), WORK
    ),
    "explain": Command("documents", Text("onde está um documento, e por quê", "where a document is, and why"), WORK),
    "protocol": Command(
        "protocol", Text("protocolo: o que foi entregue a um cliente", "proof of what a client was delivered"), WORK
    ),
    "deliver": Command("sending", Text("envia agora o que está na fila", "send now what is due"), SENDING),
    "run": Command("sending", Text("fica enviando até ser parado", "keep sending until stopped"), SENDING),
    "status": Command("portal", Text("o escritório num relance", "the office at a glance"), SENDING),
    "errors": Command("journal", Text("o que falhou, e como resolver", "what failed, and how to mend it"), SENDING),
    "retry": Command("sending", Text("põe envios de volta na fila", "queue deliveries again"), SENDING),
    "log": Command("journal", Text("o registro de tudo que aconteceu", "the journal of all that happened"), SENDING),
    "portal": Command("portal", Text("portal check: confere o portal", "portal check: look at the portal"), SENDING),
    "doctor": Command("upkeep", Text("examina o escritório, e corrige", "examine the office, and mend it"), UPKEEP),
    "backup": Command("upkeep", Text("copia o escritório inteiro num arquivo", "copy the office into a file"), UPKEEP),
    "service": Command(
        "service", Text("um serviço do sistema que fica enviando", "a service that keeps sending"), UPKEEP
    ),
    "web": Command("web", Text("o console num navegador", "the console in a browser"), UPKEEP),
    "completion": Command(
        "completion", Text("completa comandos no bash, zsh e fish", "completion for a shell"), UPKEEP
    ),
    "restore": Command("upkeep", Text("refaz um escritório de uma cópia", "make an office of a backup"), UPKEEP),
}

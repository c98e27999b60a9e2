"""Words that every face says alike: columns' heads, states, and what came of an act."""

from __future__ import annotations

from core.domain.lineage import Attached
from core.domain.models import TaskStatus
from core.domain.text import Counted, Text

TO_DO = Text("Para resolver: {remedy}", "What to do: {remedy}")
NOTHING_CHANGED = Text("Nada a mudar.", "Nothing to change.")
QUEUED_AGAIN = Text("De volta à fila: {count}.", "Queued again: {count}.")
LEAVING = Counted(
    Text("1 envio que esperava sai agora, sem volta.", "1 delivery that waited leaves now, for good."),
    Text("{count} envios que esperavam saem agora, sem volta.", "{count} deliveries that waited leave now, for good."),
)

# templates
NO_FOLDER = Text("Nenhuma pasta selecionada", "No folder selected")
NOT_SENT = Text("não enviar ao portal", "not sent to the portal")
TEMPLATE_HEADS = (
    Text("ID", "ID"),
    Text("Template", "Template"),
    Text("Departamento", "Department"),
    Text("Pasta de destino no Portal do Cliente", "Destination at the client's portal"),
)

# tasks
NO_TASKS = Text("Nenhuma tarefa. Traga-as: malote import PASTA.", "No tasks. Bring them: malote import FOLDER.")
NO_DOCUMENTS = Text(
    "Nenhum documento. Anexe: malote attach {task} ARQUIVO --template ID.",
    "No documents. Attach one: malote attach {task} FILE --template ID.",
)
TASK_HEADS = (
    Text("ID", "ID"),
    Text("Cliente", "Client"),
    Text("Tarefa", "Task"),
    Text("Compet.", "Period"),
    Text("Data legal", "Legal date"),
    Text("Situação", "Status"),
)
DOCUMENT_HEADS = (
    Text("Template", "Template"),
    Text("Documento", "Document"),
    Text("Versão", "Version"),
    Text("Envio", "Delivery"),
    Text("Onde está", "Where it is"),
)
OPEN_TASKS = Counted(Text("{count} aberta", "{count} open"), Text("{count} abertas", "{count} open"))
COMPLETED_TASKS = Counted(
    Text("{count} concluída", "{count} completed"), Text("{count} concluídas", "{count} completed")
)
STATUS = {TaskStatus.OPEN: Text("aberta", "open"), TaskStatus.COMPLETED: Text("concluída", "completed")}
DELIVERY = {
    "queued": Text("na fila", "queued"),
    "sending": Text("enviando", "sending"),
    "delivered": Text("entregue", "delivered"),
    "skipped": Text("não enviado", "skipped"),
    "failed": Text("falhou", "failed"),
    "cancelled": Text("cancelado", "cancelled"),
    "removed": Text("removido", "removed"),
    "held": Text("retido", "held"),
}
REOPENED = Text("{task} reaberta; o que estava na fila espera.", "{task} opened again; its queue waits.")

# clients and employees
SAME_TAX_ID = Text("Atenção: {tax_id} também é de {others}.", "Note that {tax_id} is {others}'s too.")
NO_DEPARTMENT = Text(
    "Atenção: nenhum template é do departamento {departments}; há {known}.",
    "Note that no template is of the department {departments}; there are {known}.",
)
NO_TEMPLATES_YET = Text(
    "Ainda não há templates; nenhum é do departamento {departments}.",
    "There are no templates yet; none is of the department {departments}.",
)
NOT_LINKED = Text("sem pasta no portal", "no folder at the portal")
ALL_DEPARTMENTS = Text("todos (administrador)", "all (admin)")
CLIENT_HEADS = (
    Text("ID", "ID"),
    Text("Cliente", "Client"),
    Text("CNPJ/CPF", "Tax id"),
    Text("Pasta no portal", "Folder"),
)
EMPLOYEE_HEADS = (
    Text("ID", "ID"),
    Text("Funcionário", "Employee"),
    Text("Login", "Login"),
    Text("Departamentos", "Departments"),
)

# documents
ATTACHED = {
    Attached.NEW: Text("{name}: anexado", "{name}: attached"),
    Attached.VERSION: Text("{name}: nova versão ({version})", "{name}: new version ({version})"),
    Attached.SAME: Text("{name}: os mesmos bytes; nada muda", "{name}: the same bytes; nothing changes"),
}
QUEUED_TOO = Text("{what}, na fila de envio", "{what}, queued")
REMOVED = Text("{name} removido.", "{name} removed.")
SEEN = Text("{name} marcado como visto: não será mais substituído.", "{name} marked as seen: never replaced.")
UNSEEN = Text("{name}: marca de visto retirada.", "{name}: mark of seen taken back.")
WHERE = Text("Onde está", "Where it is")
WHY = Text("Por quê", "Why there")
HAPPENED = Text("O que aconteceu", "What happened")
NEXT = Text("O que vem", "What comes next")

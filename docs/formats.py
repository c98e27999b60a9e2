"""What other programs rely on, as data for the reference: the shape of JSON, the meaning of CSV's columns.

tests/unit/test_formats.py holds the shapes to what the commands print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.text import Text
from core.office.intake import clients, documents, employees, rules, tasks, templates
from core.office.intake.sheet import Column

TASK = (
    '"id", "client", "name", "period", "legal_date", "target_date", "assignee", "templates", "status", '
    '"completed_by", "completed_at"'
)
EVENT = (
    '"seq", "at", "level", "code", "actor", "delivery", "task", "client", "document", "folder", "name", '
    '"message", "login"'
)

JSON: dict[str, str] = {
    "status": '{"integration": {"active", "standard_folders", "since"}, "portal": {"url", "reachable", "unkept"}, '
    '"templates": {"total", "without_destination"}, "tasks": {"open", "completed"}, "deliveries": {"queued", '
    '"sending", "delivered", "skipped", "failed", "cancelled"}, "held": {…}, "priority": {"failed_tasks"}, '
    '"express": {"waiting"}}',
    "errors": '[{"delivery", "task", "client", "client_name", "template", "document", "code", "message", "remedy", '
    '"attempts", "at", "retry_at"}]',
    "log": f"{{{EVENT}}}",
    "templates": '[{"id", "name", "department", "destination", "destination_source", "send"}]',
    "clients": '[{"id", "name", "tax_id", "portal"}]',
    "employees": '[{"id", "name", "login", "departments", "admin"}]',
    "tasks": f'[{{{TASK}, "client_name"}}]',
    "tasks T0001": f'{{{TASK}, "documents": [{{"document", "template", "name", "origin", "version", "sha256", "size", '
    '"removed_at", "delivery", "status", "hold", "code", "root", "folder", "placed_name", "seen"}]}',
    "folders 0001": "[[…]]",
    "complete T0001 --dry-run": '[{"task", "document", "name", "decision", "root", "folder", "final_name", "code", '
    '"message", "remedy"}]',
    "deliver": '{"outcomes": {…}, "waiting", "failed", "paused"}',
    "explain T0001/a.pdf": f'{{"document", "task", "name", "where", "why", "next", "events": [{{{EVENT}}}]}}',
    "protocol 0001 --period 2026-10": '{"office", "office_tax_ids", "client", "client_name", "client_tax_id", '
    '"period", "made_at", "made_by", "checked", "pending", "left_out", "sha256", "facts", "deliveries": [{"delivery", '
    '"delivered_at", "task", "task_name", "period", "template", "template_name", "department", "document", "name", '
    '"version", "how", "by", "by_name", "attached_by", "attached_at", "folder", "size", "sha256", "state", "marked", '
    '"replaced_at", "removed_at"}]}',
    "express x.txt --dry-run": '[{"file", "client", "template", "period", "task", "document", "confidence", "reason", '
    '"what", "doubt", "completed"}]',
    "express --waiting": '[{"id", "name", "file", "folders", "size", "sha256", "at", "doubt", "reason", "client", '
    '"template", "period", "clients", "templates", "periods"}]',
    "portal check": '{"url", "exclusive", "findings": {…}, "free", "without_folder", "made_folders", "resumed"}',
    "doctor": '[{"sign", "message", "remedy", "mended"}]',
    "backup copia.tar": '{"file", "files", "bytes"}',
    "--office outro restore pronta.tar": '{"office", "files", "was_shared_with"}',
}
"""By command; `…` stands for names that are the office's own, or whatever there is."""

CSV: dict[str, tuple[Sequence[Column], Mapping[str, Text]]] = {
    "clients.csv": (
        clients.COLUMNS,
        {
            "id": Text("código do cliente", "the client's id"),
            "name": Text("nome ou razão social", "the company's name"),
            "tax_id": Text("CNPJ (também o alfanumérico) ou CPF", "CNPJ (the alphanumeric form too) or CPF"),
            "portal": Text(
                "a pasta do cliente no portal; níveis com ` > ` ou `/`",
                "the client's folder at the portal; levels with ` > ` or `/`",
            ),
        },
    ),
    "templates.csv": (
        templates.COLUMNS,
        {
            "id": Text("código do template", "the template's id"),
            "name": Text("nome do tipo de documento", "the kind of document"),
            "department": Text("departamento que cuida dele", "the department that handles it"),
            "destination": Text(
                "pasta de destino: `Fiscal > DAS`; pode ter `{ano}`, `{mes}`, `{competencia}`",
                "destination: `Fiscal > DAS`; may hold `{ano}`, `{mes}`, `{competencia}`",
            ),
            "send": Text("`não`: não enviar ao portal", "`no`: never sent to the portal"),
        },
    ),
    "employees.csv": (
        employees.COLUMNS,
        {
            "id": Text("código do funcionário", "the employee's id"),
            "name": Text("nome", "name"),
            "login": Text("usuário do sistema operacional", "the operating system's user"),
            "departments": Text("departamentos, separados por `;`", "departments, parted by `;`"),
            "admin": Text("`sim` ou `não`", "`yes` or `no`"),
        },
    ),
    "tasks.csv": (
        tasks.COLUMNS,
        {
            "id": Text("código da tarefa", "the task's id"),
            "client": Text("código do cliente", "the client's id"),
            "name": Text("nome da tarefa", "the task's name"),
            "period": Text("competência: `2026-10` ou `2026`", "period: `2026-10` or `2026`"),
            "legal_date": Text("data legal: `2026-11-20` ou `20/11/2026`", "legal date: `2026-11-20` or `20/11/2026`"),
            "target_date": Text("data meta", "target date"),
            "assignee": Text("código do responsável", "the assignee's id"),
            "templates": Text("templates que a tarefa precisa, separados por `;`", "templates it needs, parted by `;`"),
            "status": Text(
                "`completed` conclui a tarefa depois que todos os arquivos da pasta entraram; `open` nunca reabre",
                "`completed` completes the task once all files of the folder are in; `open` never reopens one",
            ),
            "completed_by": Text("quem concluiu", "who completed it"),
        },
    ),
    "documents.csv": (
        documents.COLUMNS,
        {
            "task": Text("código da tarefa", "the task's id"),
            "template": Text("código do template", "the template's id"),
            "file": Text("arquivo: relativo ao CSV, ou completo", "the file: relative to the CSV, or absolute"),
            "origin": Text(
                "`manual`, `express` ou `accounting` (já está no portal)", "`manual`, `express` or `accounting`"
            ),
            "confirm_client": Text(
                "`sim`: é mesmo deste cliente, embora traga o número de outro",
                "`yes`: it is this client's, although it bears another one's number",
            ),
        },
    ),
    "rules.csv": (
        rules.COLUMNS,
        {
            "template": Text("código do template; uma linha por regra", "the template's id; a line a rule"),
            "all": Text("frases, separadas por `|`, que o documento traz todas", "phrases, parted by `|`, all in it"),
            "any": Text("frases de que o documento traz ao menos uma", "phrases of which one at least is in it"),
            "none": Text("frases que ele não traz", "phrases that are not in it"),
            "file_name": Text("padrão do nome do arquivo: `das*.pdf`", "pattern of the file's name: `das*.pdf`"),
            "client_after": Text("rótulos antes do número do cliente", "labels before the client's number"),
            "period_after": Text("rótulos antes da competência", "labels before the period"),
            "period_of": Text("que data dá a competência", "which date gives the period"),
            "validate_period": Text(
                "`sim`: a competência do documento tem de ser a da tarefa",
                "`yes`: the document's period has to be its task's",
            ),
        },
    ),
}

"""What to do about a failure, by the console's own places and keys: nobody who works here is sent to a command line."""

from __future__ import annotations

from core.domain.text import Sentence, Text
from tui.desk import Desk

AGAIN = Text("Anexe o arquivo de novo na tarefa.", "Attach the file to the task again.")
REMEDIES = {
    "permission_denied": Text(
        "Dê a permissão em Funcionários ({keys[app.go_employees]}), ou conclua a tarefa como outra pessoa.",
        "Give the permission in Employees ({keys[app.go_employees]}), or complete the task as someone else.",
    ),
    "no_destination": Text(
        "Escolha a pasta do template em Templates ({keys[app.go_templates]}).",
        "Choose the template's folder in Templates ({keys[app.go_templates]}).",
    ),
    "client_not_linked": Text(
        "Escolha a pasta do cliente em Clientes ({keys[app.go_clients]}).",
        "Choose the client's folder in Clients ({keys[app.go_clients]}).",
    ),
    "name_invalid": Text(
        "Renomeie o que impede (o arquivo, a pasta de destino, ou o que está no caminho no portal); "
        "depois reenvie em Erros ({keys[app.go_errors]}).",
        "Rename what stands in the way (the file, the destination, or what lies on its way at the portal); "
        "then retry in Errors ({keys[app.go_errors]}).",
    ),
    "file_missing": AGAIN,
    "file_changed": AGAIN,
    "portal_forbidden": Text(
        "Dê ao usuário do portal o direito de gravar nessa pasta; depois reenvie em Erros ({keys[app.go_errors]}).",
        "Give the portal's user the right to write there; then retry in Errors ({keys[app.go_errors]}).",
    ),
    "portal_unreachable": Text(
        "Confira se o portal está no ar (se for uma pasta, se existe e está montada); quando voltar, o envio continua.",
        "See that the portal is up (if it is a folder, that it exists and is mounted); when back, sending goes on.",
    ),
    "portal_auth": Text(
        "Corrija a senha (MALOTE_PORTAL_PASSWORD ou password_file em malote.toml) e verifique em Ativação "
        "({keys[app.go_activation]}).",
        "Mend the password (MALOTE_PORTAL_PASSWORD or password_file in malote.toml), then check it in Activation "
        "({keys[app.go_activation]}).",
    ),
    "portal_unsafe": Text(
        "Use outro servidor ou outra opção de envio; depois verifique em Ativação ({keys[app.go_activation]}).",
        "Use another server or option; then check it in Activation ({keys[app.go_activation]}).",
    ),
    "portal_error": Text(
        "Veja a resposta no Registro ({keys[app.go_log]}); depois reenvie em Erros ({keys[app.go_errors]}).",
        "Look at the answer in the Journal ({keys[app.go_log]}); then retry in Errors ({keys[app.go_errors]}).",
    ),
    "conflict_unresolved": Text(
        "Veja quem mais grava nessa pasta; depois reenvie em Erros ({keys[app.go_errors]}).",
        "See who else writes to that folder; then retry in Errors ({keys[app.go_errors]}).",
    ),
}
"""By code of failure; the catalogue's own remedy stands for any other."""


def remedy_of(desk: Desk, code: str | None, remedy: Sentence) -> str:
    """What to do about a failure.

    Args:
        remedy: the catalogue's, which names commands.
    """
    return by_key(desk, code) or remedy.say(desk.lang)


def by_key(desk: Desk, code: str | None) -> str | None:
    """What to do about a failure at the console; None where no key does it."""
    return desk.say(REMEDIES[code]) if code is not None and code in REMEDIES else None

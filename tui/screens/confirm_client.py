"""A file bears another client's number: the evidence, and a key of its own that attaches it all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from core.domain.text import Text
from core.office.guard import OtherClient
from tui.desk import Desk
from tui.keys import ANYWHERE, key
from tui.screens.confirm import Confirm

QUESTION = Text(
    "✗ {file} parece ser de outro cliente, não de {client}.", "✗ {file} seems to be another client's, not {client}'s."
)
SEVERAL = Text(
    "✗ {count} arquivos parecem ser de outro cliente, não de {client}.",
    "✗ {count} files seem to be another client's, not {client}'s.",
)
BEARS = Text("{file}: traz {number}, de {other}", "{file}: bears {number}, which is {other}'s")
LINE = Text("   no texto: «{line}»", "   in the text: “{line}”")
OWN = Text("O número de {client} não está {where}.", "{client}'s number is not {where}.")
IN_IT, IN_THEM = Text("nele", "on it"), Text("neles", "on them")
YES = Text(
    "é mesmo de {client}: anexar · {keys[confirm_client.cancel]} não anexa",
    "it is {client}'s all the same: attach · {keys[confirm_client.cancel]} does not",
)


class ConfirmClient(Confirm, inherit_bindings=False):
    """Asked by a key that confirms nothing else."""

    BINDINGS: ClassVar = [
        key("o", "yes", Text("é deste cliente", "it is this client's"), show=False),
        key("escape", "cancel", Text("cancelar", "cancel")),
        *ANYWHERE,
    ]

    def __init__(self, desk: Desk, against: Sequence[OtherClient]):
        first = against[0]
        client = f"{first.client.id} {first.client.name}"
        question = QUESTION if len(against) == 1 else SEVERAL
        about: list[str] = []
        for one in against:
            for evidence in one.evidence:
                other = f"{evidence.client} {evidence.client_name}"
                about.append(desk.say(BEARS, file=one.file, number=evidence.number, other=other))
                about += [desk.say(LINE, line=evidence.line)] if evidence.line else []
        where = desk.say(IN_IT if len(against) == 1 else IN_THEM)
        about.insert(0, desk.say(OWN, client=client, where=where))
        told = desk.say(question, file=first.file, count=len(against), client=client)
        super().__init__(desk, told, about, desk.say(YES, client=first.client.name))

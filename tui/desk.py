"""What screens are handed: the open office, who acts, and the language; and what went wrong as a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.domain.permissions import OUTSIDER, Actor
from core.domain.reasons import reason_of
from core.domain.text import InvalidValue, Text, plain
from core.office import Context, StoreError, actors
from core.office.context import unusable
from core.office.errors import OfficeError
from tui.keys import InForce

ASK = Text("; peça a {names}", "; ask {names}")
MAKE_ONE = Text(
    "; não há nenhum: {owner}, dono dos arquivos do escritório, faz um em Funcionários ({keys[app.go_employees]})",
    "; there is none: {owner}, who owns the office's files, makes one in Employees ({keys[app.go_employees]})",
)
NOT_POSSIBLE = Text("Não foi possível: {reason}.", "It could not be done: {reason}.")


@dataclass(eq=False)
class Desk:
    """Where someone sits down to work."""

    ctx: Context
    actor: Actor
    lang: str
    memory: dict[str, Any] = field(default_factory=dict)  # what dialogs remember of the last time

    @cached_property
    def keys(self) -> InForce:
        """The keys in force, which any text may name."""
        return InForce(self.lang)

    def say(self, text: Text, **params: object) -> str:
        return text.say(self.lang, keys=self.keys, **params)

    @property
    def who(self) -> str:
        """Who acts, as people call them."""
        return self.actor.id.removeprefix(OUTSIDER)

    def renew(self) -> None:
        """What the actor may do has perhaps changed."""
        self.actor = actors.renewed(self.ctx, self.actor)

    def whom_to_ask(self) -> str:
        """Who may do what is for admins only."""
        try:
            names, owner = actors.admins(self.ctx), actors.owner(self.ctx)
        except (StoreError, OSError):
            return ""  # what is refused is refused all the same
        return self.say(ASK if names else MAKE_ONE, names=", ".join(names), owner=owner)

    def problem(self, error: Exception) -> str:
        """What went wrong, and what to do about it, in one line.

        Raises:
            Exception: the error itself, where it is none that people can mend: a bug.
        """
        from core.ports import PortalFault

        if isinstance(error, StoreError):
            error = unusable(self.ctx.folder, error)
        if isinstance(error, PortalFault):
            from core.office.health import portal_unusable

            error = portal_unusable(error)
        if isinstance(error, InvalidValue):
            return plain(error.sentence.say(self.lang).strip())
        if isinstance(error, OSError):
            return plain(self.say(NOT_POSSIBLE, reason=reason_of(error)))
        if not isinstance(error, OfficeError):
            raise error
        sentences = (error.sentence, error.remedy)
        return plain(" ".join(one.say(self.lang).strip() for one in sentences if one is not None))

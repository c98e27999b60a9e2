"""What the configuration asks of the portal and the portal was found not to keep: told once per change."""

from __future__ import annotations

from core.domain.events import EVENTS
from core.domain.models import Event, Unkept
from core.domain.text import Text
from core.office.context import Context
from core.ports import Portal

NO_LOCKS = Text("suas travas não impedem ninguém de gravar", "its locks keep nobody from writing")
LEAKY = Text(
    "uma trava pedida no mesmo instante apaga o que outra pessoa acabou de gravar",
    "a lock taken at the same moment loses what someone else has just written",
)
WHY = {"locks_show": NO_LOCKS, "locks_leak": LEAKY}


def note_unkept(ctx: Context, portal: Portal) -> None:
    """Write down what the portal keeps as it was last found, if that is another thing than before."""
    code = portal.unkept
    if code is None or code == _known(ctx):
        return
    with ctx.store.transaction():
        if code == _known(ctx):
            return  # another process was first
        ctx.store.set_unkept(Unkept(code=code, since=ctx.now()) if code else None)
        if code:
            kind, params = "exclusive_lost", {"why": list(WHY[code])}
        elif ctx.config.portal.exclusive:
            kind, params = "exclusive_kept", {}
        else:
            return  # nobody asks for it any more
        ctx.store.append([Event(at=ctx.now(), code=kind, level=EVENTS[kind].level, params=params)])


def _known(ctx: Context) -> str:
    known = ctx.store.unkept()
    return known.code if known else ""

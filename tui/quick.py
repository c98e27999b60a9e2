"""Handlers of a message, looked up once: Textual goes through all bases of a class at each step of each message.

And timers that fire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

Handler = Callable[..., Any]


class Quick(MessagePump):
    """Whoever handles messages; a fifth less processor time for a key that moves a cursor."""

    def set_timer(
        self,
        delay: float,
        callback: Callable[[], Any] | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """A timer that fires, if late: Textual's never does where the machine halts for its delay just as it begins.

        One of 8 ms lets a screen follow its terminal's size, and no other one is made while that one is awaited.
        """
        timer = super().set_timer(delay, callback, name=name, pause=True)
        timer._skip = False
        if not pause:
            timer.resume()
        return timer

    def tell_above(self, message: Message) -> None:
        """Tell those above: nobody listens here, and each queue that a message goes through costs."""
        if self.is_attached and self._parent is not None and self.is_parent_active:
            message._bubble_to(self._parent)

    def _get_dispatch_methods(self, method_name: str, message: Message) -> Iterable[tuple[type, Handler]]:
        kind: Any = type(message)  # a class is hashed, not a message
        found = handlers(type(self), method_name, kind)
        if found is None:
            yield from super()._get_dispatch_methods(method_name, message)
            return
        for owner, handler in found:
            if message._no_default_action:
                return
            yield owner, handler.__get__(self, owner)


@cache
def handlers(kind: type, name: str, message: type) -> tuple[tuple[type, Any], ...] | None:
    """The handlers of that name in a class and its bases; None where some are found by Textual's `@on`."""
    found = []
    for one in kind.__mro__:
        decorated = vars(one).get("_decorated_handlers") or {}
        if any(base in decorated for base in message.__mro__):
            return None
        handler = vars(one).get(f"_{name}") or vars(one).get(name)
        if handler is not None and not getattr(handler, "_textual_on", None):
            found.append((one, handler))
    return tuple(found)

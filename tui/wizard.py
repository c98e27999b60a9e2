"""The first start without an office: asks what `malote init` needs, judges it in place, and makes the office."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.driver import Driver
from textual.widgets import Checkbox, Input, Static

from core.domain.permissions import Actor
from core.domain.reasons import reason_of
from core.domain.tax_ids import parse_tax_id
from core.domain.text import InvalidValue, Text, plain
from core.office import create_office, open_office, setup
from core.office.actors import login_name
from core.office.config import Config
from core.office.context import portal_of
from core.office.errors import OfficeError
from core.office.health import PROBED, portal_unusable
from core.ports import PortalFault
from tui import terminal, themes
from tui.onebyone import OneByOne
from tui.widgets.form import Folders, Tick
from tui.work import in_thread

PASSWORD = "MALOTE_PORTAL_PASSWORD"
KEPT = "portal.senha"
"""In the office's folder, 0600: the password, which `malote.toml` never holds."""
TITLE = Text("Novo escritório em {folder}", "New office in {folder}")
KEYS = Text(
    " Tab próximo · Espaço marca · → completa a pasta · Enter cria · Esc sai",
    " Tab next · Space ticks · → completes the folder · Enter makes it · Esc leaves",
)
LABELS = {
    "portal": Text("Portal: uma pasta, ou o endereço WebDAV", "Portal: a folder, or the WebDAV URL"),
    "password": Text(
        "Senha do portal (guardada em {file}, só sua)", "The portal's password (kept in {file}, yours alone)"
    ),
    "name": Text("Nome do escritório", "The office's name"),
    "tax_id": Text("CNPJ do escritório (se quiser)", "The office's CNPJ (if you like)"),
}
HINTS = {
    "portal": "/srv/portal   https://usuario@nuvem.example/remote.php/dav/files/usuario/Clientes",
    "tax_id": "00.000.000/0000-00",
}
KEYRING = Text(
    "Guardá-la no chaveiro do sistema, que cron e systemd podem não alcançar",
    "Keep it in the system's keyring, which cron and systemd may not reach",
)
TEMPLATES = Text("Começar com os templates padrão", "Start with the standard templates")
NEEDED = Text("Diga onde fica o portal.", "Say where the portal is.")
NO_FOLDER = Text("Esta pasta não existe; crie-a antes.", "There is no such folder; make it first.")
NO_USER = Text("Ponha o usuário no endereço: https://usuario@…", "Put the user into the URL: https://user@…")
LOOKING = Text("Vendo se o portal responde…", "Seeing whether the portal answers…")
ALL_THE_SAME = Text(
    "Para criar mesmo assim e acertar o resto em malote.toml (ca_file…): Esc e malote init --portal {url}",
    "To make it all the same and put the rest into malote.toml (ca_file…): Esc and malote init --portal {url}",
)
NOT_POSSIBLE = Text("Não foi possível: {reason}.", "It could not be done: {reason}.")


def portal_url(typed: str) -> str:
    """The portal's URL, from a folder's path, a WebDAV server's address, or the URL itself."""
    typed = typed.strip()
    if typed.startswith(("/", "~")):
        return "dir://" + quote(str(Path(typed).expanduser()))
    return f"webdav+{typed}" if typed.startswith(("https://", "http://")) else typed


class Wizard(OneByOne[bool]):
    """Asks for what makes an office; its answer is whether one was made.

    Args:
        folder: where it is to be.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: $background; }
    #title { height: 1; background: $surface; text-style: bold; padding: 0 1; }
    #keys { dock: bottom; height: 1; background: $surface; color: $text-muted; }
    VerticalScroll { padding: 1 1 0 1; }
    Input { border: none; height: 1; padding: 0; background: $surface; }
    Input:focus { border: none; background: $panel; }
    Checkbox { border: none; padding: 0; margin-top: 1; background: $background; }
    Checkbox:focus { border: none; }
    .label { color: $text-muted; height: 1; }
    .verdict { height: auto; min-height: 1; max-height: 3; color: $error; }
    .hidden { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "", priority=True),
        Binding("ctrl+z", "suspend_process", "", priority=True),
        Binding("enter", "make"),
    ]

    def __init__(self, folder: Path, lang: str):
        super().__init__()
        self._folder = folder
        self._lang = lang
        self._busy = False
        self._has_keyring: bool | None = None
        """None while nobody has needed to know."""
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = themes.chosen().name

    def get_driver_class(self) -> type[Driver]:
        return terminal.driver(super().get_driver_class())

    def compose(self) -> ComposeResult:
        yield Static(plain(TITLE.say(self._lang, folder=self._folder)), id="title", markup=False)
        with VerticalScroll(can_focus=False):
            for name, label in LABELS.items():
                hidden = " hidden" if name == "password" else ""
                yield Static(label.say(self._lang, file=KEPT), classes="label" + hidden, id=f"label-{name}")
                yield Input(
                    id=name,
                    placeholder=HINTS.get(name, ""),
                    password=name == "password",
                    suggester=Folders() if name == "portal" else None,
                    classes=hidden,
                    select_on_focus=False,
                )
                yield Static("", classes="verdict" + hidden, id=f"verdict-{name}", markup=False)
                if name == "password":
                    yield Tick(KEYRING.text(self._lang), id="keyring", classes="hidden")
            yield Tick(TEMPLATES.text(self._lang), value=True, id="templates")
            yield Static("", classes="verdict", id="verdict-templates", markup=False)
        yield Static(KEYS.text(self._lang), id="keys", markup=False)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):  # else the terminal would be left as it is
            loop.add_signal_handler(number, self.exit, False)
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh(layout=True))

    # --- judging

    def on_input_changed(self, event: Input.Changed) -> None:
        name = event.input.id or ""
        if name == "portal":
            webdav = portal_url(event.value).startswith("webdav+")
            for part in ("#password", "#label-password", "#verdict-password"):
                self.query_one(part).set_class(not webdav, "hidden")
            self._offer_keyring()
            if webdav and self._has_keyring is None:
                self._has_keyring = False
                self.run_worker(self._look_for_keyring())
        self._tell(name, "")

    async def _look_for_keyring(self) -> None:
        self._has_keyring = await in_thread(setup.has_keyring)
        self._offer_keyring()

    def _offer_keyring(self) -> None:
        """Where there is a password to keep and a keyring to keep it."""
        offered = self._has_keyring and not self.query_one("#password").has_class("hidden")
        self.query_one("#keyring").set_class(not offered, "hidden")

    def on_input_blurred(self, event: Input.Blurred) -> None:
        if event.value and event.input.id:
            self._judge(event.input.id)

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _tell(self, name: str, text: str) -> None:
        self.query_one(f"#verdict-{name}", Static).update(plain(text))

    def _judge(self, name: str) -> bool:
        """Whether a field will do; what is wrong with it stands below it."""
        try:
            wrong = self._wrong(name)
        except InvalidValue as error:
            wrong = error.text.say(self._lang, **error.params)
        self._tell(name, f"✗ {wrong}" if wrong else "")
        return not wrong

    def _wrong(self, name: str) -> str:
        typed = self._typed(name)
        if name == "tax_id" and typed:
            parse_tax_id(typed)
        if name != "portal":
            return ""
        if not typed:
            return NEEDED.text(self._lang)
        url = portal_url(typed)
        portal_of(Path("/"), Config.model_validate({"portal": {"url": url}}))
        if url.startswith("webdav+") and "@" not in url:
            return NO_USER.text(self._lang)
        folder = Path(typed).expanduser()
        return NO_FOLDER.text(self._lang) if typed.startswith(("/", "~")) and not folder.is_dir() else ""

    # --- making

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_make()

    def action_make(self) -> None:
        wrong = [name for name in LABELS if not self._judge(name)]
        if wrong:
            self.query_one(f"#{wrong[0]}").focus()
        elif not self._busy:
            self._busy = True
            self.run_worker(self._make())

    async def _make(self) -> None:
        values = self._values()
        self._tell("portal", LOOKING.text(self._lang))
        self._tell("templates", "")
        try:
            with _password(self._typed("password")):
                await in_thread(lambda: asyncio.run(_answers(values)))
            self._tell("portal", "")
            await asyncio.to_thread(self._write, values)
        except PortalFault as fault:
            self._tell("portal", "✗ " + portal_unusable(fault).sentence.say(self._lang))
            self._tell("templates", ALL_THE_SAME.say(self._lang, url=shlex.quote(values["portal"]["url"])))
        except OfficeError as error:
            self._tell("templates", "✗ " + error.sentence.say(self._lang))
        except OSError as error:
            self._tell("templates", "✗ " + NOT_POSSIBLE.say(self._lang, reason=reason_of(error)))
        else:
            self.exit(True)
        finally:
            self._busy = False

    def _values(self) -> dict[str, dict[str, Any]]:
        values: dict[str, dict[str, Any]] = {"portal": {"url": portal_url(self._typed("portal"))}, "office": {}}
        if name := self._typed("name"):
            values["office"]["name"] = name
        if tax_id := self._typed("tax_id"):
            values["office"]["tax_ids"] = [parse_tax_id(tax_id)]
        return values

    def _write(self, values: dict[str, dict[str, Any]]) -> None:
        password = self._typed("password") if values["portal"]["url"].startswith("webdav+") else ""
        if password and self._in_keyring:
            setup.keep_password(values["portal"]["url"], password)
        elif password:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = self._folder / KEPT
            kept.unlink(missing_ok=True)
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(password + "\n")
            values["portal"]["password_file"] = KEPT
        create_office(self._folder, values, lang=self._lang)
        if self.query_one("#templates", Checkbox).value:
            with open_office(self._folder) as ctx:
                setup.add_standard_templates(ctx, Actor.outsider(login_name()))

    @property
    def _in_keyring(self) -> bool:
        """Whether the password goes there."""
        box = self.query_one("#keyring", Checkbox)
        return box.value and not box.has_class("hidden")

    def action_leave(self) -> None:
        self.exit(False)


@contextmanager
def _password(typed: str) -> Iterator[None]:
    """The password where the portal looks for it first, for one question."""
    before = os.environ.get(PASSWORD)
    if typed:
        os.environ[PASSWORD] = typed
    try:
        yield
    finally:
        if before is not None:
            os.environ[PASSWORD] = before
        else:
            os.environ.pop(PASSWORD, None)


async def _answers(values: dict[str, dict[str, Any]]) -> None:
    """Ask the portal one thing.

    Raises:
        PortalFault: it does not answer, or does not know us.
    """
    portal = portal_of(Path("/"), Config.model_validate({"portal": values["portal"]}))
    try:
        await portal.look(PROBED)
    finally:
        await portal.close()

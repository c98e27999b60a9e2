"""`malote init`: make an office."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from core.cli.call import DONE, Call
from core.domain.text import Text

MADE = Text("Escritório criado em {folder}; portal {url}.", "Office made in {folder}; portal {url}.")
NO_ANSWER = Text(
    "O portal {url} ainda não responde: se for uma pasta, crie-a antes de enviar. malote portal check diz por quê.",
    "The portal {url} does not answer yet: if it is a folder, make it before sending. malote portal check says why.",
)
ASKS_PASSWORD = Text(
    "O portal {url} ainda não responde ou espera a senha: MALOTE_PORTAL_PASSWORD, ou password_file em malote.toml, na "
    "seção [portal]. Depois: malote portal check.",
    "The portal {url} does not answer yet or waits for the password: MALOTE_PORTAL_PASSWORD, or password_file in "
    "malote.toml, section [portal]. Then: malote portal check.",
)
NEXT_IMPORT = Text(
    "Agora: malote import PASTA (clients.csv, templates.csv, tasks.csv…), depois malote activate.",
    "Now: malote import FOLDER (clients.csv, templates.csv, tasks.csv…), then malote activate.",
)
NEXT_IMPORT_ACTIVE = Text(
    "Agora: malote import PASTA (clients.csv, templates.csv, tasks.csv…).",
    "Now: malote import FOLDER (clients.csv, templates.csv, tasks.csv…).",
)
ACTIVE = Text("A integração já está ativa.", "The integration is active already.")
TEMPLATES = Text("{count} templates padrão criados.", "{count} standard templates made.")


def init_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplo:\n  malote init --portal dir:///srv/portal --activate --standard-folders",
        "example:\n  malote init --portal dir:///srv/portal --activate --standard-folders",
    ).text(lang)
    parser.add_argument(
        "--portal",
        metavar="URL",
        required=True,
        help=Text(
            "dir:///pasta, webdav+https://usuario@servidor/pasta", "dir:///path, webdav+https://user@host/path"
        ).text(lang),
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help=Text("aceita webdav+http:// fora deste computador", "take webdav+http:// beyond this machine").text(lang),
    )
    parser.add_argument("--name", help=Text("nome do escritório", "the office's name").text(lang))
    parser.add_argument("--activate", action="store_true", help=Text("já começa ativo", "start it active").text(lang))
    parser.add_argument(
        "--standard-folders",
        action="store_true",
        help=Text("pastas padrão para os templates conhecidos", "standard folders for known templates").text(lang),
    )
    parser.add_argument(
        "--standard-templates",
        action="store_true",
        help=Text("começa com os templates padrão", "start with the standard templates").text(lang),
    )
    parser.add_argument(
        "--tax-id",
        action="append",
        default=[],
        metavar="CNPJ",
        help=Text("CNPJ do próprio escritório", "the office's own CNPJ").text(lang),
    )
    parser.add_argument(
        "--group",
        metavar=Text("GRUPO", "GROUP").text(lang),
        help=Text("grupo do sistema que divide o escritório", "the system's group that shares the office").text(lang),
    )


def init_command(call: Call) -> int:
    from core.domain.permissions import Actor
    from core.domain.tax_ids import parse_tax_id
    from core.office import activation, create_office, open_office, setup
    from core.office.actors import login_name
    from core.office.health import reachable
    from core.portal import PortalOptions, open_portal

    args = call.args
    open_portal(args.portal, PortalOptions(insecure=args.insecure))  # refuses a wrong URL before anything is made
    values: dict[str, dict[str, Any]] = {"portal": {"url": args.portal}, "office": {}}
    if args.insecure:
        values["portal"]["insecure"] = True
    if args.name:
        values["office"]["name"] = args.name
    if args.tax_id:
        values["office"]["tax_ids"] = [parse_tax_id(one) for one in args.tax_id]
    create_office(call.folder, values, args.group, lang=call.lang)
    with open_office(call.folder) as ctx:
        answers = reachable(ctx)
        actor = Actor.outsider(login_name())
        made = setup.add_standard_templates(ctx, actor) if args.standard_templates else 0
        if args.activate:
            activation.activate(ctx, actor, standard_folders=args.standard_folders)
        elif args.standard_folders:
            activation.prefer_standard_folders(ctx, actor)
    if call.json:
        call.dump({"office": str(call.folder), "portal": args.portal, "templates": made, "active": args.activate})
        return DONE
    call.print(call.say(MADE, folder=call.folder, url=args.portal))
    if made:
        call.print(call.say(TEMPLATES, count=made))
    if args.activate:
        call.print(call.say(ACTIVE))
    if not answers:
        call.tell(NO_ANSWER if args.portal.startswith("dir:") else ASKS_PASSWORD, url=args.portal)
    call.tell(NEXT_IMPORT_ACTIVE if args.activate else NEXT_IMPORT)
    return DONE

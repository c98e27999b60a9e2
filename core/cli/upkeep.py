"""`malote doctor`, `backup`, `restore`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from shlex import quote

from core.cli.call import DONE, NOT_ALL, UNUSABLE, Call
from core.domain.figures import size_text
from core.domain.text import Text

FILE = Text("ARQUIVO", "FILE")
SAVED = Text(
    "Cópia do escritório em {file}: {count} arquivos, {size}. As senhas não estão nela.",
    "Backup of the office in {file}: {count} files, {size}. Passwords are not in it.",
)
RESTORED = Text("Escritório restaurado em {folder}: {count} arquivos.", "Office restored in {folder}: {count} files.")
LOOK_AT_IT = Text(
    "Confira com: malote --office {folder_q} doctor. A senha do portal é dada de novo. O que já foi entregue não sai "
    "outra vez.",
    "Look at it with: malote --office {folder_q} doctor. Give the portal's password again. What was delivered is not "
    "sent again.",
)
WAS_SHARED = Text(
    "Era de um grupo ({group}); este é só seu. Para compartilhar: mude-o de lugar e repita com --group {group}.",
    "It was a group's ({group}); this one is yours alone. To share it: move it away and repeat with --group {group}.",
)
READING = Text("lendo o estado: {done} de {total}", "reading the state: {done} of {total}")
COPYING = Text("copiando: {done} de {total}", "copying: {done} of {total}")
ALL_WELL = Text("Tudo em ordem.", "All is well.")


def doctor_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "saída: 0 tudo em ordem; 1 há algo a ver; 3 o escritório não pode ser usado",
        "exit: 0 all is well; 1 something wants looking at; 3 the office cannot be used",
    ).text(lang)
    parser.add_argument(
        "--mend",
        action="store_true",
        help=Text("corrige o que é seguro corrigir", "mend what is safe to mend").text(lang),
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help=Text("lê todos os arquivos guardados, não só os que faltam enviar", "read every file kept").text(lang),
    )


def doctor_command(call: Call) -> int:
    from core.office.doctor import MENDED, OK, examine
    from core.office.words import TO_DO

    found = []
    for one in examine(call.folder, mend=call.args.mend, full=call.args.full, told=_reading(call)):
        found.append(one)
        if not call.json:
            mended = f" ({call.say(MENDED)})" if one.mended else ""
            call.print(f"{one.sign} {one.what.say(call.lang).strip()}{mended}")
            if one.remedy is not None and one.sign != OK:
                call.print("  " + call.say(TO_DO, remedy=one.remedy.say(call.lang)))
    if call.json:
        call.dump(
            [
                {
                    "sign": one.sign,
                    "message": one.what.say(call.lang),
                    "remedy": one.remedy and one.remedy.say(call.lang),
                    "mended": one.mended,
                }
                for one in found
            ]
        )
    left = [one for one in found if one.sign != OK and not one.mended]
    if not left and not call.json:
        call.print(call.say(ALL_WELL))
    return UNUSABLE if any(one.unusable for one in left) else NOT_ALL if left else DONE


def _reading(call: Call) -> Callable[[int, int], None]:
    """A line of its own that is rewritten and goes with the last row; for who looks at a terminal."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            shown = call.say(READING, done=done, total=total) if done < total else ""
            sys.stderr.write(f"\r\x1b[K{shown}")
            sys.stderr.flush()

    return tell


def backup_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("file", metavar=FILE.text(lang), help=Text("um arquivo novo (.tar)", "a new file").text(lang))


def backup_command(call: Call) -> int:
    from core.office.backup import back_up

    file = Path(call.args.file).expanduser().absolute()
    with call.reading() as ctx:
        count = back_up(ctx, file, _progress(call))
    if call.json:
        call.dump({"file": str(file), "files": count, "bytes": file.stat().st_size})
    else:
        call.print(call.say(SAVED, file=file, count=count, size=size_text(file.stat().st_size)))
    return DONE


def restore_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("file", metavar=FILE.text(lang), help=Text("feito por malote backup", "a backup").text(lang))
    parser.add_argument(
        "--group",
        metavar=Text("GRUPO", "GROUP").text(lang),
        help=Text("compartilha o escritório com este grupo", "share the office with this group").text(lang),
    )


def restore_command(call: Call) -> int:
    from core.office.backup import restore

    group = call.args.group
    restored = restore(call.folder, Path(call.args.file).expanduser(), _progress(call), group=group)
    if call.json:
        call.dump({"office": str(call.folder), "files": restored.documents, "was_shared_with": restored.group or None})
        return DONE
    call.print(call.say(RESTORED, folder=call.folder, count=restored.documents))
    call.tell(LOOK_AT_IT, folder_q=quote(str(call.folder)))
    if restored.group and not group:
        call.tell(WAS_SHARED, group=restored.group)
    return DONE


def _progress(call: Call) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and done % 500 == 0:
            sys.stderr.write("\r" + call.say(COPYING, done=done, total=total or "…") + " ")

    return tell

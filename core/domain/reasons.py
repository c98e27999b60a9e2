"""Why the operating system did not do what was asked, in words; its own are English alone."""

from __future__ import annotations

import errno

from core.domain.text import Text

REASONS: dict[int, Text] = {
    errno.ENOENT: Text("não existe", "it does not exist"),
    errno.ENOTDIR: Text("não é uma pasta", "it is no folder"),
    errno.EISDIR: Text("é uma pasta", "it is a folder"),
    errno.EACCES: Text("falta permissão", "permission is lacking"),
    errno.EPERM: Text("operação não permitida", "the operation is not permitted"),
    errno.EROFS: Text("o disco está só para leitura", "the disk is read-only"),
    errno.ENOSPC: Text("não há espaço no disco", "there is no space left on the disk"),
    errno.EDQUOT: Text("a cota de disco acabou", "the disk quota is used up"),
    errno.EFBIG: Text("o arquivo é grande demais", "the file is too large"),
    errno.EIO: Text("erro de leitura ou gravação no disco", "the disk cannot be read or written"),
    errno.ENAMETOOLONG: Text("o nome é longo demais", "the name is too long"),
    errno.EMFILE: Text("há arquivos abertos demais", "too many files are open"),
    errno.ENFILE: Text("há arquivos abertos demais no sistema", "too many files are open in the system"),
    errno.ENOMEM: Text("falta memória", "memory is lacking"),
    errno.EBUSY: Text("está em uso", "it is in use"),
    errno.EADDRINUSE: Text("a porta já está em uso", "the port is in use already"),
    errno.ECONNREFUSED: Text("a conexão foi recusada", "the connection was refused"),
    errno.ETIMEDOUT: Text("não houve resposta a tempo", "no answer came in time"),
    errno.EHOSTUNREACH: Text("não há caminho até o servidor", "there is no way to the server"),
    errno.ENETUNREACH: Text("não há rede", "there is no network"),
}


def reason_of(error: BaseException) -> Text:
    """Why a system call failed; what the table lacks is said in the system's own words."""
    known = REASONS.get(getattr(error, "errno", None) or 0)
    own = str(getattr(error, "strerror", None) or error)
    return known or Text(own, own)

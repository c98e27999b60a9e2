"""What usually lies behind a failure: data for the reference and the troubleshooting pages."""

from __future__ import annotations

from core.domain.text import Text

CAUSES: dict[str, Text] = {
    "permission_denied": Text(
        "Quem concluiu a tarefa (ou anexou depois de concluída) não cuida do departamento do template; "
        "ou deixou de cuidar antes do envio.",
        "Who completed the task (or attached after it was completed) does not handle the template's department; "
        "or ceased to before it was sent.",
    ),
    "no_destination": Text(
        "O template é novo, o catálogo padrão não o conhece, ou alguém tirou a pasta dele.",
        "The template is new, the standard catalogue does not know it, or someone took its folder away.",
    ),
    "client_not_linked": Text(
        "A coluna `portal` do cliente ficou vazia na importação, ou o cliente foi cadastrado sem pasta.",
        "The client's column `portal` was empty in the import, or the client was registered without a folder.",
    ),
    "name_invalid": Text(
        "O servidor recusa um sinal, o comprimento ou a profundidade do nome; ou no caminho há um arquivo onde deveria "
        "haver uma pasta.",
        "The server refuses a sign, the length or the depth of the name; or a file lies on the way where a folder "
        "should be.",
    ),
    "file_missing": Text(
        "Alguém apagou arquivos de `spool/`, ou um disco falhou.",
        "Someone deleted files from `spool/`, or a disk failed.",
    ),
    "file_changed": Text(
        "Alguém mexeu em `spool/`, ou um disco falhou: os bytes não têm mais o SHA-256 de quando foram anexados.",
        "Someone touched `spool/`, or a disk failed: the bytes no longer have the SHA-256 they were attached with.",
    ),
    "file_too_large": Text(
        "O limite de envio do servidor (`LimitRequestBody` no Apache, `client_max_body_size` no nginx, o do PHP no "
        "Nextcloud), ou do sistema de arquivos.",
        "The server's upload limit (Apache's `LimitRequestBody`, nginx's `client_max_body_size`, PHP's at Nextcloud), "
        "or the file system's.",
    ),
    "portal_full": Text(
        "Disco cheio ou cota esgotada no portal.",
        "A full disk or a spent quota at the portal.",
    ),
    "portal_unreachable": Text(
        "Servidor ou rede fora do ar, um erro do próprio servidor (5xx), nome ou porta errados no URL, certificado que "
        "ninguém de confiança assinou; numa pasta: ela não existe ou o disco não está montado.",
        "Server or network down, an error of the server's own (5xx), a wrong host or port in the URL, a "
        "certificate that nobody trusted has signed; for a directory: it does not exist, or its disk is not mounted.",
    ),
    "portal_busy": Text(
        "O arquivo está aberto por outra pessoa (LOCK), ou o servidor pediu para esperar (429, 503).",
        "Someone has the file open (LOCK), or the server asked to wait (429, 503).",
    ),
    "portal_auth": Text(
        "Senha errada, trocada ou ausente; no Nextcloud com dois fatores, falta uma senha de aplicativo.",
        "A wrong, changed or missing password; at Nextcloud with two factors, an app password is needed.",
    ),
    "portal_forbidden": Text(
        "O usuário entra, mas não pode gravar ali: direitos da pasta, só leitura, um proxy que bloqueia MOVE ou LOCK.",
        "The user gets in but may not write there: the folder's rights, read-only, a proxy that blocks MOVE or LOCK.",
    ),
    "portal_unsafe": Text(
        "O servidor não oferece um modo de pôr um documento no lugar sem mostrar metade dele.",
        "The server offers no way to put a document in place without showing half of it.",
    ),
    "portal_error": Text(
        "O servidor respondeu o que não se entende: uma página de erro, um proxy no meio, um defeito dele.",
        "The server answered what cannot be understood: an error page, a proxy in between, a fault of its own.",
    ),
    "conflict_unresolved": Text(
        "Outro programa escreve no mesmo nome, o tempo todo: um sincronizador, outra instalação do Malote.",
        "Another program keeps writing to the same name: a synchroniser, another installation of Malote.",
    ),
}

"""Why a file could not be read, and what a person can do about it."""

from __future__ import annotations

from core.domain.text import Text

_BY_HAND = Text("Anexe à mão, se for para enviar.", "Attach it by hand if it is to be sent.")
_AGAIN = Text(
    "Baixe o arquivo de novo de onde ele veio e coloque-o outra vez na pasta.",
    "Download the file again from where it came and drop it once more.",
)
_AS_PDF = Text("Salve como PDF e coloque o PDF na pasta, ou anexe à mão.", "Save it as PDF, or attach it by hand.")

UNREADABLE: dict[str, tuple[Text, Text]] = {
    "no_text": (
        Text(
            "Não há texto nele: é uma imagem ou um documento digitalizado.",
            "There is no text in it: it is an image or a scanned document.",
        ),
        Text(
            "Anexe à mão, ou peça o PDF original; com o Tesseract instalado, ocr = true em [express] liga o OCR.",
            "Attach it by hand, or ask for the original PDF; with Tesseract, ocr = true in [express] switches OCR on.",
        ),
    ),
    "ocr_missing": (
        Text(
            "Não há texto nele, e o Tesseract, ou o português dele, não está instalado.",
            "There is no text in it, and Tesseract, or its Portuguese, is not installed.",
        ),
        Text(
            "Instale tesseract-ocr e tesseract-ocr-por, ou anexe à mão.",
            "Install tesseract-ocr and tesseract-ocr-por, or attach it by hand.",
        ),
    ),
    "encrypted": (
        Text("Está protegido por senha.", "It is protected by a password."),
        Text("Salve uma cópia sem senha, ou anexe à mão.", "Save a copy without the password, or attach it by hand."),
    ),
    "truncated": (Text("Está incompleto: falta o fim do arquivo.", "It is incomplete: its end is missing."), _AGAIN),
    "broken": (Text("Está danificado e não pode ser aberto.", "It is damaged and cannot be opened."), _AGAIN),
    "empty": (Text("Está vazio.", "It is empty."), _AGAIN),
    "too_large": (
        Text("É grande demais para ser lido.", "It is too large to be read."),
        _BY_HAND,
    ),
    "too_slow": (
        Text("A leitura dele passou do tempo permitido.", "Reading it took longer than is allowed."),
        Text(
            "Se o computador estava sobrecarregado, coloque-o outra vez na pasta; senão, anexe à mão.",
            "If the machine was overloaded, drop it once more; otherwise attach it by hand.",
        ),
    ),
    "too_much_memory": (
        Text(
            "Aberto, ocuparia mais memória do que é permitido.",
            "Opened, it would take more memory than is allowed.",
        ),
        _BY_HAND,
    ),
    "crashed": (
        Text(
            "Está danificado de um modo que derruba o programa que o lê.",
            "It is damaged in a way that brings down the program that reads it.",
        ),
        Text(
            "Não o abra sem saber de onde veio; baixe-o de novo.", "Do not open it unless you trust where it is from."
        ),
    ),
    "unsafe_xml": (
        Text(
            "É um XML com definições próprias (DTD) ou aninhado demais, o que nenhuma nota fiscal tem.",
            "It is XML with a document type (DTD) or nested too deeply, as no invoice is.",
        ),
        _BY_HAND,
    ),
    "packed": (
        Text("É um arquivo compactado.", "It is an archive."),
        Text("Descompacte-o e coloque os arquivos na pasta.", "Unpack it and drop the files in it."),
    ),
    "unknown_format": (
        Text("Não é PDF, XML nem texto.", "It is neither PDF nor XML nor text."),
        _AS_PDF,
    ),
    "not_a_file": (
        Text("Não é um arquivo comum (pasta, atalho, dispositivo).", "It is no regular file (folder, link, device)."),
        Text("Copie o próprio arquivo para a pasta.", "Copy the file itself."),
    ),
    "missing": (
        Text("Não está mais lá.", "It is no longer there."),
        Text("Coloque-o outra vez na pasta.", "Drop it once more."),
    ),
    "forbidden": (
        Text("O sistema não permite lê-lo.", "The system does not let us read it."),
        Text("Dê permissão de leitura a quem executa o Malote.", "Let the user that runs Malote read it."),
    ),
    "io_error": (
        Text("O disco ou a rede falhou ao lê-lo.", "The disk or the network failed while it was read."),
        Text(
            "Verifique o disco ou a rede e coloque-o outra vez na pasta.", "Look at it, then drop the file once more."
        ),
    ),
    "no_reader": (
        Text(
            "O leitor de documentos não pôde ser iniciado nesta máquina.",
            "The document reader could not be started on this machine.",
        ),
        Text(
            "Reinstale o Malote (pacote pypdfium2) e tente de novo.",
            "Reinstall Malote (package pypdfium2), then retry.",
        ),
    ),
}
"""Code to (sentence, remedy)."""

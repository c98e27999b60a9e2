"""The sample office through the command onto real WebDAV servers: 42 real documents, each in its client's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.integration.test_sample_office import OFFICE, Malote, documents_csv, expected, rows
from tests.integration.test_webdav_access import written
from tests.integration.webdav_servers import PASSWORD, SERVERS, USER, Served, Setting, needs, serving

AUTH = {"wsgidav": "digest", "rclone": "basic", "apache": "digest"}
"""How a server asks who we are, over TLS."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the certificate of an authority that only this test knows, and the server's."""
    folder = tmp_path_factory.mktemp("authority")
    made = trustme.CA()
    made.cert_pem.write_to_path(folder / "ca.pem")
    written(made.issue_cert("localhost"), folder)
    return folder


@pytest.fixture(params=[(kind, tls) for kind in SERVERS for tls in (False, True)], ids=lambda one: f"{one[0]}-{one[1]}")
def served(request: pytest.FixtureRequest, authority: Path) -> Iterator[Served]:
    """Each server, open to anyone over plain http, and with passwords over TLS."""
    kind, tls = request.param
    needs(kind)
    files = (authority / "cert.pem", authority / "key.pem")
    with serving(kind, Setting(auth=AUTH[kind], tls=files) if tls else Setting()) as running:
        yield running


@pytest.fixture
def malote(tmp_path: Path, served: Served, authority: Path) -> Malote:
    """An office on that server, its malote.toml edited as an administrator would."""
    command = Malote(tmp_path / "escritorio")
    user = f"{USER}@" if served.tls else ""
    scheme = "webdav+https" if served.tls else "webdav+http"
    root_of(served).mkdir()
    root_of(served).chmod(0o777)
    command.run("init", "--portal", f"{scheme}://{user}localhost:{served.port}/{root_of(served).name}")
    if served.tls:
        secret = tmp_path / "escritorio" / "senha"
        secret.touch(0o600)
        secret.write_text(PASSWORD + "\n", encoding="utf-8")
        file = tmp_path / "escritorio" / "malote.toml"
        text = file.read_text(encoding="utf-8")
        text = text.replace('# ca_file = ""', f'ca_file = "{authority / "ca.pem"}"')
        file.write_text(text.replace('# password_file = ""', 'password_file = "senha"'), encoding="utf-8")
    return command


def root_of(served: Served) -> Path:
    """The portal's root on the server's disk. WsgiDAV's Digest refuses an OPTIONS of a path that is not ASCII."""
    return served.root / ("Clientes" if served.tls else "Clientes de São João")


def lying(served: Served) -> dict[str, bytes]:
    """All files of the portal, but for what the server keeps for itself."""
    root = root_of(served)
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return {str(path): (root / path).read_bytes() for path in paths if ".DAV" not in path.parts}


def test_every_document_lies_byte_for_byte_in_its_clients_folder(
    malote: Malote, served: Served, tmp_path: Path
) -> None:
    """What the program is for, on the servers that offices have. Nothing else may lie there, not even for a moment."""
    truth = rows("truth.csv")
    documents_csv(tmp_path / "mais", truth)
    malote.run("import", str(OFFICE))
    malote.run("import", str(tmp_path / "mais"))
    malote.run("activate", "--standard-folders")
    tasks = [row["task"] for row in truth]
    foreseen = malote.json("complete", *tasks, "--dry-run")
    assert {"/".join([*one["root"], *one["folder"], one["final_name"]]) for one in foreseen} == set(expected(truth))
    assert lying(served) == {}, "a dry run wrote to the portal"

    malote.run("complete", *tasks)
    assert malote.json("deliver")["outcomes"] == {"delivered": 42}
    assert lying(served) == expected(truth)

    client = truth[0]["client"]
    root = next(row["portal"] for row in rows("clients.csv") if row["id"] == client)
    shown = {"/".join([root, *names]) for names in malote.json("folders", client)}
    assert {path.rpartition("/")[0] for path in expected(truth) if path.startswith(f"{root}/")} <= shown

    said = malote.run("complete", *tasks).stdout + malote.run("deliver").stdout + malote.run("log").stdout
    assert lying(served) == expected(truth), "something went twice"
    assert malote.json("status")["deliveries"]["delivered"] == 42
    assert PASSWORD not in said

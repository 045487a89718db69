"""Debian's slapd on loopback, with a folder of its own and people in it; counts who asked."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, Connection, Server
from ldap3.utils.dn import escape_rdn

from accounts.directory.configuration import DirectoryConfiguration
from launcher.ports import free_ports
from tests.directory.certificates import make_certificates
from tests.tools import tool
from tests.waiting import eventually

BASE = "dc=example,dc=com"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
MANAGER, MANAGER_PASSWORD = f"cn=manager,{BASE}", "the manager's own password"
PASSWORD = "kept in the directory"
_CONFIGURATION = """\
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
maxsize 33554432
suffix "{base}"
rootdn "{manager}"
rootpw "{password}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""
_CONTENT = f"""\
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups
"""


@dataclass
class Slapd:
    """A running directory. `stop` and `start` are outages; `binds_of` counts questions."""

    program: Path
    folder: Path
    port: int
    tls_port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def configuration(self, **changes: object) -> DirectoryConfiguration:
        """How Waybill is told of it."""
        told: dict[str, object] = {
            "url": f"ldap://127.0.0.1:{self.port}",
            "uses_tls": False,
            "user_base": PEOPLE,
            "group_base": GROUPS,
            "bind_dn": MANAGER,
            "bind_password": MANAGER_PASSWORD,
        }
        return DirectoryConfiguration(**(told | changes))  # type: ignore[arg-type]

    def start(self) -> None:
        listeners = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        command: list[str | Path] = [
            self.program,
            "-f",
            self.folder / "slapd.conf",
            "-h",
            listeners,
            "-d",
            "stats",
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        eventually(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it hang: connections are taken by the kernel, and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def binds_of(self, login: str) -> int:
        """How often somebody tried to get in as this person."""
        return self._log.read_text().count(f'BIND dn="{dn_of(login)}" method')

    def connections(self) -> int:
        """How often anybody connected at all."""
        return self._log.read_text().count("ACCEPT from")

    def add_person(self, login: str, *, ou: str = "", **changes: str) -> None:
        attributes = {
            "sn": login,
            "cn": f"{login.title()} Example",
            "mail": f"{login}@example.com",
            "userPassword": PASSWORD,
        }
        dn = f"uid={login},{ou}{PEOPLE}"
        self._do("add", dn, "inetOrgPerson", {"uid": login, **attributes, **changes})

    def add_folder(self, name: str) -> None:
        self._do("add", f"ou={escape_rdn(name)},{PEOPLE}", "organizationalUnit", {"ou": name})

    def add_referral(self, name: str, address: str) -> None:
        """An entry that says: ask over there."""
        attributes = {"cn": name, "ref": address}
        self._do("add", f"cn={name},{PEOPLE}", ["referral", "extensibleObject"], attributes)

    def remove_person(self, login: str) -> None:
        self._do("delete", dn_of(login))

    def change_password(self, login: str, password: str) -> None:
        replaced = {"userPassword": [(MODIFY_REPLACE, [password])]}
        self._do("modify", dn_of(login), replaced)

    def add_group(self, name: str, *members: str) -> None:
        # A groupOfNames is never empty: the manager is in each.
        attributes = {"cn": name, "member": [MANAGER, *map(dn_of, members)]}
        self._do("add", f"cn={escape_rdn(name)},{GROUPS}", "groupOfNames", attributes)

    def join(self, group: str, login: str) -> None:
        change = {"member": [(MODIFY_ADD, [dn_of(login)])]}
        self._do("modify", f"cn={group},{GROUPS}", change)

    def leave(self, group: str, login: str) -> None:
        change = {"member": [(MODIFY_DELETE, [dn_of(login)])]}
        self._do("modify", f"cn={group},{GROUPS}", change)

    def _do(self, operation: str, *arguments: object) -> None:
        with closing_manager(self.port) as connection:
            assert getattr(connection, operation)(*arguments), connection.result

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.tls_port), timeout=5).close()
        except OSError:
            is_running = self._process is not None and self._process.poll() is None
            assert is_running, self._log.read_text()[-2000:]
            return False
        return True

    @property
    def is_down(self) -> bool:
        return self._process is None

    @property
    def _log(self) -> Path:
        return self.folder / "log"


def dn_of(login: str) -> str:
    """The name of a person's entry; of a whole name it is that."""
    return login if "=" in login else f"uid={login},{PEOPLE}"


@contextmanager
def closing_manager(port: int) -> Iterator[Connection]:
    """A connection that may do everything."""
    server = Server("127.0.0.1", port=port, get_info=NONE, connect_timeout=5)
    connection = Connection(server, MANAGER, MANAGER_PASSWORD, check_names=False, auto_bind=True)
    try:
        yield connection
    finally:
        connection.unbind()


@contextmanager
def running_slapd() -> Iterator[Slapd]:
    """Make a directory, start it, and leave nothing behind."""
    program = Path(tool("slapd"))
    folder = Path(tempfile.mkdtemp(prefix="wb-ldap-"))
    port, tls_port = free_ports(2)
    slapd = Slapd(program, folder, port, tls_port)
    try:
        _fill(slapd)
        slapd.start()
        yield slapd
    finally:
        slapd.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _fill(slapd: Slapd) -> None:
    make_certificates(slapd.folder)
    root = slapd.program.parent.parent / "root"  # where it is unpacked and not installed
    system = root if root.is_dir() else Path("/")
    (slapd.folder / "data").mkdir()
    (slapd.folder / "slapd.conf").write_text(
        _CONFIGURATION.format(
            schema=system / "etc/ldap/schema",
            modules=system / "usr/lib/ldap",
            folder=slapd.folder,
            base=BASE,
            manager=MANAGER,
            password=MANAGER_PASSWORD,
        )
    )
    (slapd.folder / "content.ldif").write_text(_CONTENT)
    command: list[str | Path] = [slapd.program, "-T", "add", "-f", slapd.folder / "slapd.conf"]
    added = subprocess.run(
        [*command, "-l", slapd.folder / "content.ldif"], capture_output=True, text=True, check=False
    )
    assert added.returncode == 0, added.stderr

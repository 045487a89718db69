"""What is asked of the directory, and what is made of its answers."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest
from ldap3.utils.dn import escape_rdn

from accounts.directory.connection import Directory, Unreachable, is_plausible
from tests.directory.slapd import MANAGER, MANAGER_PASSWORD, PASSWORD, PEOPLE, Slapd


def test_the_right_password_names_the_entry(slapd: Slapd) -> None:
    slapd.add_person("nadia")
    person = Directory(slapd.configuration()).verify("nadia", PASSWORD)
    assert person is not None
    assert person.entry.login == "nadia"
    assert person.entry.mail == "nadia@example.com"
    assert len(person.entry.key) == 36


@pytest.mark.parametrize("password", ["", "   ", "\t\n", "wrong", PASSWORD.upper()])
def test_no_other_password_does(slapd: Slapd, password: str) -> None:
    assert Directory(slapd.configuration()).verify("nadia", password) is None


@pytest.mark.parametrize("password", ["", "   ", "\t\n"])
def test_an_empty_password_is_never_sent(slapd: Slapd, password: str) -> None:
    before = slapd.connections()
    Directory(slapd.configuration()).verify("nadia", password)
    assert slapd.connections() == before


@pytest.mark.parametrize(
    "login",
    ["*", "nad*", "*)(uid=*", "nadia)(objectClass=*", "nadia\x00", "\\2a", "x)(|(uid=nadia"],
)
def test_what_was_typed_is_a_value_and_no_filter(slapd: Slapd, login: str) -> None:
    assert Directory(slapd.configuration()).verify(login, PASSWORD) is None
    assert not is_plausible(login)


def test_two_matching_entries_are_nobody(slapd: Slapd) -> None:
    slapd.add_folder("elsewhere")
    slapd.add_person("twin")
    slapd.add_person("twin", ou="ou=elsewhere,")
    assert Directory(slapd.configuration()).verify("twin", PASSWORD) is None


def test_an_entry_that_took_over_a_name_is_somebody_else(slapd: Slapd) -> None:
    slapd.add_person("formername")
    directory = Directory(slapd.configuration())
    former = directory.verify("formername", PASSWORD)
    assert former is not None
    slapd.remove_person("formername")
    slapd.add_person("formername")
    assert directory.verify("formername", PASSWORD, key=former.entry.key) is None


@pytest.mark.parametrize("folder", ["a(b)*", "Bau, Höfe", "x\\y", '#1 <two> "three"'])
def test_a_name_with_odd_letters_is_a_value_where_groups_are_searched(
    slapd: Slapd, folder: str
) -> None:
    login = f"odd{abs(hash(folder))}"
    group = f"Group of {folder} (all) *"
    slapd.add_folder(folder)
    slapd.add_person(login, ou=f"ou={escape_rdn(folder)},")
    slapd.add_group(group, f"uid={login},ou={escape_rdn(folder)},{PEOPLE}")
    person = Directory(slapd.configuration()).verify(login, PASSWORD)
    assert person is not None
    assert person.groups == [group]


def test_groups_are_those_of_the_entry(slapd: Slapd) -> None:
    slapd.add_person("grouper")
    slapd.add_group("builders", "grouper")
    slapd.add_group("watchers")
    person = Directory(slapd.configuration()).verify("grouper", PASSWORD)
    assert person is not None
    assert person.groups == ["builders"]


def test_a_wrong_password_of_our_own_is_no_answer_about_others(slapd: Slapd) -> None:
    mistaken = Directory(slapd.configuration(bind_password="not it"))
    with pytest.raises(Unreachable, match="49"):
        mistaken.verify("nadia", PASSWORD)


@pytest.mark.parametrize("is_ldaps", [True, False])
def test_tls_is_used_with_a_certificate_that_is_checked(slapd: Slapd, *, is_ldaps: bool) -> None:
    url = f"ldaps://127.0.0.1:{slapd.tls_port}" if is_ldaps else f"ldap://127.0.0.1:{slapd.port}"
    slapd.add_person(f"tls{is_ldaps}".lower())
    known = slapd.configuration(url=url, uses_tls=True, ca_file=str(slapd.folder / "ca.pem"))
    assert Directory(known).verify(f"tls{is_ldaps}".lower(), PASSWORD) is not None
    unknown = slapd.configuration(url=url, uses_tls=True)
    stranger = slapd.configuration(
        url=url, uses_tls=True, ca_file=str(slapd.folder / "stranger.pem")
    )
    other_name = slapd.configuration(
        url=url.replace("127.0.0.1", "localhost"),
        uses_tls=True,
        ca_file=str(slapd.folder / "ca.pem"),
    )
    for refused in (unknown, stranger, other_name):
        with pytest.raises(Unreachable):
            Directory(refused).verify(f"tls{is_ldaps}".lower(), PASSWORD)


# An ExtendedResponse of LDAP: no, there is no StartTLS here (protocolError); and: yes, go on.
NO = bytes.fromhex("300c02010178070a010204000400")
YES = bytes.fromhex("300c02010178070a010004000400")


@pytest.mark.parametrize("answer", [NO, YES, b"", YES + NO])
def test_who_stands_between_and_takes_tls_away_gets_no_password(
    slapd: Slapd, answer: bytes
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(4096))
                connection.sendall(answer)
                connection.settimeout(2)
                with suppress(OSError):
                    while part := connection.recv(4096):
                        heard.append(part)

        thread = threading.Thread(target=listen)
        thread.start()
        url = f"ldap://127.0.0.1:{server.getsockname()[1]}"
        known = slapd.configuration(url=url, uses_tls=True, ca_file=str(slapd.folder / "ca.pem"))
        with pytest.raises(Unreachable):
            Directory(known).verify("nadia", PASSWORD)
        thread.join()
    said = b"".join(heard)
    assert b"1.3.6.1.4.1.1466.20037" in said  # StartTLS was asked for
    assert MANAGER.encode() not in said
    assert MANAGER_PASSWORD.encode() not in said


def test_a_referral_is_followed_nowhere(slapd: Slapd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        port = elsewhere.getsockname()[1]
        slapd.add_referral("elsewhere", f"ldap://127.0.0.1:{port}/ou=people,dc=evil")
        slapd.add_person("refer")
        directory = Directory(slapd.configuration())
        assert directory.verify("refer", PASSWORD) is not None
        assert directory.verify("unknown", PASSWORD) is None
        beyond = slapd.configuration(user_base=f"cn=elsewhere,{PEOPLE}")
        with pytest.raises(Unreachable, match="10"):
            Directory(beyond).verify("refer", PASSWORD)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_a_base_that_is_not_there_is_no_answer(slapd: Slapd) -> None:
    mistaken = slapd.configuration(user_base="ou=nowhere,dc=example,dc=com")
    with pytest.raises(Unreachable, match="32"):
        Directory(mistaken).verify("nadia", PASSWORD)


def test_the_password_of_the_service_is_in_no_representation(slapd: Slapd) -> None:
    assert "manager's own" not in repr(slapd.configuration())
    assert MANAGER in repr(slapd.configuration())

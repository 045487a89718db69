"""What is asked of the directory, and what is made of its answers."""

from __future__ import annotations

import pytest

from accounts.directory.connection import Directory, Unreachable, is_plausible
from tests.directory.slapd import MANAGER, PASSWORD, Slapd


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


def test_a_base_that_is_not_there_is_no_answer(slapd: Slapd) -> None:
    mistaken = slapd.configuration(user_base="ou=nowhere,dc=example,dc=com")
    with pytest.raises(Unreachable, match="32"):
        Directory(mistaken).verify("nadia", PASSWORD)


def test_the_password_of_the_service_is_in_no_representation(slapd: Slapd) -> None:
    assert "manager's own" not in repr(slapd.configuration())
    assert MANAGER in repr(slapd.configuration())

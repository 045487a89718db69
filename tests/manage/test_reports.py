"""Reports of abuse: who may report, who decides, what a decision does, who is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, Namespace, User, Visibility
from accounts.principals import Principal
from index.errors import HiddenByAdministrators
from index.flows.change_repository import change_visibility
from index.models import Hiding, Report, ReportState, Repository
from tests.clients import ask_route, confirm, token_for
from tests.conftest import World

WORDS = {"kind": "malware", "text": "The entrypoint mines coins.\nSee /bin/x."}
PAGE = "/r/alice/pub/-/report"


def reported(world: World, by: User | None = None, *, of: Repository | None = None) -> Report:
    """Report alice/pub, or another repository."""
    return Report.objects.create(
        repository=of or world.public,
        repository_name=(of or world.public).name,
        reporter=by,
        kind="malware",
        text="It mines coins.",
    )


def decide(root: Client, report: Report, decision: str, reason: str = "it mines") -> Any:
    """Decide as the page does."""
    path = f"/manage/reports/{report.pk}/decide"
    return root.post(path, {"decision": decision, "reason": reason})


def test_anybody_reports_what_anybody_sees(world: World, client: Client) -> None:
    answer = client.post(PAGE, WORDS | {"email": "eve@example.com"})
    assert answer.status_code == 302
    report = Report.objects.get()
    assert (report.reporter, report.email, report.network) == (
        None,
        "eve@example.com",
        "127.0.0.0/24",
    )
    assert report.text == "The entrypoint mines coins.\nSee /bin/x."


def test_what_one_may_not_see_cannot_be_reported(world: World, client: Client) -> None:
    client.force_login(world.bob)
    for name in ("alice/priv", "alice/nope"):
        assert client.get(f"/r/{name}/-/report").status_code == 404
        assert client.post(f"/r/{name}/-/report", WORDS).status_code == 404
    assert not Report.objects.exists()


def test_a_second_report_of_one_person_replaces_the_first(world: World, client: Client) -> None:
    client.force_login(world.bob)
    client.post(PAGE, WORDS)
    client.post(PAGE, WORDS | {"kind": "spam", "text": "And it is spam."})
    report = Report.objects.get()
    assert (report.kind, report.text, report.reporter) == ("spam", "And it is spam.", world.bob)


def test_a_report_says_something(world: World, client: Client) -> None:
    for words in ({"kind": "malware", "text": " "}, {"kind": "nonsense", "text": "x"}):
        assert "Error:" in client.post(PAGE, words).content.decode()
    assert not Report.objects.exists()


def test_reports_are_limited_for_each_network(world: World, client: Client) -> None:
    for _ in range(10):
        assert client.post(PAGE, WORDS).status_code == 302
    assert "Too many reports lately" in client.post(PAGE, WORDS).content.decode()
    assert Report.objects.count() == 10


def test_strangers_calculate_where_the_site_asks_for_it(
    world: World, client: Client, settings: Any
) -> None:
    settings.SIGNUP_CAPTCHA = True
    page = client.post(PAGE, WORDS)
    assert page.status_code == 200
    assert "data-challenge" in page.content.decode()
    assert not Report.objects.exists()
    client.force_login(world.bob)
    assert client.post(PAGE, WORDS).status_code == 302


def test_owners_do_not_learn_who_reported(world: World, client: Client) -> None:
    client.force_login(world.bob)
    client.post(PAGE, WORDS)
    event = AuditEvent.objects.get(action="repository:reported")
    assert (event.actor_name, event.namespace, event.user) == ("bobby", None, None)


def test_administrators_get_one_mail_while_reports_wait(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(PAGE, WORDS)
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["rooty@example.com"], "[Waybill] alice/pub was reported")
    ]


def test_only_administrators_see_and_decide_reports(world: World, client: Client) -> None:
    report = reported(world, world.bob)
    for person in (world.alice, world.bob, world.olga):
        client.force_login(person)
        confirm(client)
        assert client.get("/manage/reports").status_code == 404
        assert client.get(f"/manage/reports/{report.pk}").status_code == 404
        assert decide(client, report, "hidden").status_code == 404
    report.refresh_from_db()
    assert report.state == ReportState.OPEN


@pytest.mark.parametrize("show", ["open", "decided", "hidden"])
def test_the_lists_are_there(world: World, root: Client, show: str) -> None:
    decide(root, reported(world, of=world.base), "hidden")
    reported(world, world.bob)
    page = root.get(f"/manage/reports?show={show}").content.decode()
    assert ("pub</a>" in page) is (show == "open")
    assert (">base<" in page) is (show != "open")


def test_a_dismissal_changes_nothing_but_the_one_report(world: World, root: Client) -> None:
    report, other = reported(world, world.bob), reported(world, world.mia)
    decide(root, report, "dismissed", "it is fine")
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.state, report.note, report.decided_by) == ("dismissed", "it is fine", world.root)
    assert other.state == ReportState.OPEN
    assert Repository.objects.get(name="alice/pub").visibility == Visibility.PUBLIC


def test_what_is_hidden_is_pulled_by_nobody_else_and_stays_so(world: World, root: Client) -> None:
    token = token_for(Client(), "repository:alice/pub:pull", user=world.bob)
    decide(root, reported(world), "hidden")
    asked = ask_route(Client(), "GET", "/v2/alice/pub/manifests/latest", token=token)
    assert asked.status_code == 403
    public = Repository.objects.get(name="alice/pub")
    with pytest.raises(HiddenByAdministrators):
        change_visibility(public, by=Principal(world.alice), visibility=Visibility.PUBLIC)
    public.refresh_from_db()
    assert public.visibility == Visibility.PRIVATE


def test_its_admins_make_it_public_again_once_an_administrator_lets_them(
    world: World, root: Client
) -> None:
    decide(root, reported(world), "hidden")
    root.post(f"/manage/reports/hidden/{Hiding.objects.get().pk}/show", {"reason": "cleaned"})
    public = Repository.objects.get(name="alice/pub")
    assert public.visibility == Visibility.PRIVATE
    change_visibility(public, by=Principal(world.alice), visibility=Visibility.PUBLIC)
    assert AuditEvent.objects.filter(action="repository:shown-again").exists()


def test_a_hiding_ends_for_a_reason_alone(world: World, root: Client) -> None:
    decide(root, reported(world), "hidden")
    root.post(f"/manage/reports/hidden/{Hiding.objects.get().pk}/show", {"reason": " "})
    assert Hiding.objects.exists()


def test_an_archived_one_takes_no_pushes(world: World, root: Client) -> None:
    decide(root, reported(world), "archived")
    assert Repository.objects.get(name="alice/pub").mode == "archived"


def test_to_suspend_disables_the_person(world: World, root: Client) -> None:
    decide(root, reported(world), "suspended")
    assert not User.objects.get(username="alice").is_active
    assert Repository.objects.get(name="alice/pub").visibility == Visibility.PRIVATE


def test_to_suspend_freezes_an_organization(world: World, root: Client) -> None:
    decide(root, reported(world, of=world.app), "suspended")
    assert Namespace.objects.get(name="acme").frozen_at
    assert User.objects.get(username="olga").is_active


def test_nobody_is_suspended_for_official_images(world: World, root: Client) -> None:
    report = reported(world, of=world.base)
    assert "Official images are nobody" in decide(root, report, "suspended").content.decode()
    report.refresh_from_db()
    assert report.state == ReportState.OPEN
    assert Repository.objects.get(name="base").visibility == Visibility.PUBLIC


def test_all_reports_of_it_are_decided_together(world: World, root: Client) -> None:
    reported(world, world.mia)
    decide(root, reported(world, world.bob), "hidden")
    assert not Report.objects.filter(state=ReportState.OPEN).exists()


def test_a_report_is_decided_once(world: World, root: Client) -> None:
    report = reported(world, world.bob)
    decide(root, report, "dismissed")
    decide(root, report, "hidden")
    report.refresh_from_db()
    assert report.state == "dismissed"
    assert not Hiding.objects.exists()


@pytest.mark.parametrize("sent", [("hidden", " "), ("", "why"), ("open", "why"), ("no", "why")])
def test_a_decision_is_one_and_has_a_reason(
    world: World, root: Client, sent: tuple[str, str]
) -> None:
    report = reported(world, world.bob)
    assert "Error:" in decide(root, report, *sent).content.decode()
    report.refresh_from_db()
    assert report.state == ReportState.OPEN
    assert not AuditEvent.objects.filter(action__startswith="repository:").exists()


def test_a_decision_wants_a_recent_proof_of_who_is_there(world: World, client: Client) -> None:
    client.force_login(world.root)
    report = reported(world, world.bob)
    answer = decide(client, report, "hidden")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    report.refresh_from_db()
    assert report.state == ReportState.OPEN


def test_reporter_and_owner_are_told_and_the_audit_has_it(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    report = reported(world, world.bob)
    Report.objects.create(
        repository=world.public,
        repository_name="alice/pub",
        kind="spam",
        text="Spam.",
        email="eve@example.com",
    )
    with django_capture_on_commit_callbacks(execute=True):
        decide(root, report, "hidden", "it mines coins")
    told = {(one.to[0], one.subject) for one in mail.outbox}
    assert told == {
        ("bobby@example.com", "[Waybill] Your report of alice/pub"),
        ("eve@example.com", "[Waybill] Your report of alice/pub"),
        ("alice@example.com", "[Waybill] Administrators have changed alice/pub"),
    }
    event = AuditEvent.objects.get(action="repository:report:decided")
    assert event.details == {"decision": "hidden", "reports": 2, "reason": "it mines coins"}
    hidden = AuditEvent.objects.get(action="repository:hidden")
    assert hidden.namespace == world.alice.namespace


def test_reporters_do_not_learn_what_it_was_renamed_to(
    world: World, root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    bob = Client()
    bob.force_login(world.bob)
    bob.post(PAGE, WORDS)
    Repository.objects.filter(pk=world.public.pk).update(name="alice/new", visibility="private")
    with django_capture_on_commit_callbacks(execute=True):
        decide(root, Report.objects.get(), "hidden")
    [told] = [one for one in mail.outbox if one.to == ["bobby@example.com"]]
    assert told.subject == "[Waybill] Your report of alice/pub"
    assert "alice/new" not in told.body


def test_the_text_of_a_report_is_never_markup(world: World, root: Client) -> None:
    report = Report.objects.create(
        repository=world.public, kind="other", text="<script>alert(1)</script>"
    )
    assert "<script>alert" not in root.get(f"/manage/reports/{report.pk}").content.decode()


def test_people_take_their_reports_along_as_they_made_them(world: World) -> None:
    from accounts.own_data import collect

    reported(world, world.bob)
    Repository.objects.filter(name="alice/pub").update(name="alice/new", visibility="private")
    [row] = collect(world.bob)["reports"]
    assert (row["repository_name"], row["text"]) == ("alice/pub", "It mines coins.")

"""Webhooks on pages and in the API: who may, what is refused, what is shown once."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.audit import AuditAction
from accounts.models import AuditEvent
from accounts.outgoing import UNUSABLE
from accounts.principals import Principal
from index.errors import WebhookRefused
from index.flows import webhooks as flows
from index.flows.webhooks import WebhookFields
from index.models import Webhook, WebhookDelivery
from index.webhooks.secrets import decrypt
from index.webhooks.sending import send_due
from index.webhooks.signing import verify
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_organization
from tests.webhooks.receiver import Receiver

PAGE = "/r/acme/app/-/webhooks"
API = "/api/v1/repositories/acme/app/-/webhooks"
# Case 35. `{port}` is where the canary listens on this machine.
ATTACKS = (
    "https://127.0.0.1:{port}/", "https://127.1:{port}/", "https://0x7f000001:{port}/",
    "https://2130706433:{port}/", "https://0177.0.0.1:{port}/", "https://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/", "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/", "https://[::127.0.0.1]:{port}/", "https://169.254.169.254/",
    "https://100.64.0.1/", "https://0.0.0.0:{port}/", "https://224.0.0.1/", "https://index.test/",
    "https://INDEX.TEST./hook", "https://localhost:{port}/", "https://localhost.:{port}/",
    "https://user@127.0.0.1:{port}/", "https://user:word@example.com/", "gopher://127.0.0.1:{port}/",
    "file:///etc/passwd", "http://example.com/", "http://127.0.0.1:{port}/", "https://example.com:22/",
    "https://example.com:25/", "https://example.com:80/", "https://example.com:0/", "https://", "https:///x",
    "https://exa mple.com/", "https://example.com/\\@127.0.0.1:{port}/", "//example.com/",
    "https://[::1/", "https://example.com:99999/", "https://example.com/#x", "https://ex\u00e4mple.com/",
    "javascript:alert(1)", "https://" + "a" * 500 + ".com/",
)  # fmt: skip


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """A confirmed browser of olga."""
    client.force_login(world.olga)
    return confirm(client)


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    """Ask the API."""
    ask = getattr(client, method)
    return ask(path, json.dumps(body), content_type="application/json") if body else ask(path)


def text_of(answer: Any) -> str:
    """What a person reads and copies."""
    return unescape(answer.content.decode().replace("<wbr>", ""))


@pytest.mark.parametrize("url", ATTACKS)
def test_an_address_that_is_not_open_to_everybody_is_refused_in_one_sentence(
    olga: Client, url: str
) -> None:
    address = url.format(port=9)
    page = olga.post(f"{PAGE}/new", {"name": "x", "url": address})
    answer = send(olga, "post", API, {"name": "x", "url": address})
    assert (page.status_code, answer.status_code) == (200, 400)
    assert not Webhook.objects.exists()
    if len(address) <= 500 and address.isprintable():
        assert answer.json()["errors"] == {"url": [UNUSABLE]} if "errors" in answer.json() else True
        assert str(UNUSABLE) in answer.content.decode()


@pytest.mark.parametrize("url", [url for url in ATTACKS if "127" in url or "::1" in url])
def test_no_spelling_of_this_machine_is_reached_by_a_delivery(
    world: World, receiver: Receiver, webhook: Webhook, settings: Any, url: str
) -> None:
    settings.OUTGOING_NETWORKS = []
    Webhook.objects.update(url=url.format(port=receiver.url.split(":")[2].split("/")[0]))
    delivery = flows.send_test(webhook, by=Principal(world.olga))
    send_due()
    delivery.refresh_from_db()
    assert receiver.received == []
    assert delivery.status is None
    assert delivery.last_problem


def test_a_name_that_leads_inside_is_not_reached(
    world: World, receiver: Receiver, webhook: Webhook, settings: Any, monkeypatch: Any
) -> None:
    """Public when it was saved, private when it is connected to (rebinding)."""
    settings.OUTGOING_NETWORKS = [ip_network("10.9.0.0/16")]
    port = int(receiver.url.split(":")[2].split("/")[0])
    found = [(2, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr("accounts.outgoing.socket.getaddrinfo", lambda *_, **__: found)
    for scheme in ("https", "http"):
        Webhook.objects.update(url=f"{scheme}://rebinding.example:{port}/", busy_until=None)
        flows.send_test(webhook, by=Principal(world.olga))
        send_due()
    assert receiver.received == []
    assert WebhookDelivery.objects.values_list("last_problem", flat=True).distinct().count() == 1


def test_a_page_makes_one_and_shows_its_secret_once(olga: Client, receiver: Receiver) -> None:
    form = {"name": "deploy", "url": receiver.url, "kinds": ["tag.pushed", "repository.created"]}
    made = olga.post(f"{PAGE}/new", form)
    webhook = Webhook.objects.get()
    secret = decrypt(webhook.encrypted_secret)
    assert secret in text_of(made)
    assert made.headers["Cache-Control"] == "no-store"
    assert webhook.kinds == ["repository.created", "tag.pushed"]
    for path in (PAGE, f"/webhooks/{webhook.pk}", f"/webhooks/{webhook.pk}/change", API):
        assert secret not in olga.get(path).content.decode()
    assert secret.encode() not in bytes(webhook.encrypted_secret)
    assert secret not in str(list(AuditEvent.objects.values()))


def test_the_api_does_all_that_the_page_does(olga: Client, receiver: Receiver) -> None:
    made = send(olga, "post", API, {"name": "ci", "url": receiver.url}).json()
    one = f"/api/v1/webhooks/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert "secret" not in send(olga, "get", one).json()
    assert send(olga, "get", API).json()["results"][0]["answered_for_by"] == "olga"
    changed = send(olga, "patch", one, {"kinds": ["tag.pushed"]}).json()
    assert (changed["kinds"], changed["secret"]) == (["tag.pushed"], None)
    assert send(olga, "post", f"{one}/pause").json()["paused_at"]
    assert send(olga, "post", f"{one}/resume").json()["paused_at"] is None
    assert send(olga, "post", f"{one}/secret").json()["secret"] != made["secret"]
    sent = send(olga, "post", f"{one}/test")
    send_due()
    (got,) = receiver.received
    assert json.loads(got.body)["type"] == "ping"
    path = f"{one}/deliveries/{sent.json()['id']}"
    whole = send(olga, "get", path)
    assert whole.json()["state"] == "delivered"
    assert whole.json()["headers"]["webhook-id"] == sent.json()["id"]
    assert "canary" not in whole.content.decode()
    assert send(olga, "get", f"{one}/deliveries?state=failed").json()["results"] == []
    assert send(olga, "post", f"{path}/replay").status_code == 202
    send_due()
    assert receiver.ids == [sent.json()["id"]] * 2
    assert send(olga, "delete", one).status_code == 204
    assert not WebhookDelivery.objects.exists()


def test_what_a_receiver_answers_is_shown_nowhere(
    olga: Client, world: World, receiver: Receiver, webhook: Webhook
) -> None:
    receiver.answers = [500]
    delivery = flows.send_test(webhook, by=Principal(world.olga))
    send_due()
    pages = [f"/webhooks/{webhook.pk}", f"/webhooks/{webhook.pk}/deliveries/{delivery.pk}"]
    for path in (*pages, *(f"/api/v1{page}" for page in pages)):
        answer = olga.get(path)
        assert answer.status_code == 200
        assert "canary" not in answer.content.decode()
    assert "canary" not in str(list(WebhookDelivery.objects.values()))


def test_another_address_gets_another_secret_and_the_old_one_signs_no_more(
    olga: Client, world: World, receiver: Receiver, made: tuple[Webhook, str]
) -> None:
    webhook, old = made
    flows.rotate_secret(webhook, by=Principal(world.olga))
    path = f"/webhooks/{webhook.pk}/change"
    answer = olga.post(path, {"name": "ci", "url": f"{receiver.url}/elsewhere"})
    webhook.refresh_from_db()
    assert decrypt(webhook.encrypted_secret) in text_of(answer)
    assert decrypt(webhook.encrypted_secret) != old
    assert webhook.former_encrypted_secret is None


def test_after_a_rotation_both_secrets_sign_for_a_day(
    world: World, receiver: Receiver, made: tuple[Webhook, str]
) -> None:
    webhook, old = made
    new = flows.rotate_secret(webhook, by=Principal(world.olga))
    flows.send_test(webhook, by=Principal(world.olga))
    send_due()
    for secret in (old, new):
        verify(secret, receiver.received[0].headers, receiver.received[0].body)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        flows.send_test(webhook, by=Principal(world.olga))
        send_due()
    assert " " not in receiver.received[1].headers["webhook-signature"]


def test_whoever_saves_it_answers_for_it(
    world: World, receiver: Receiver, webhook: Webhook
) -> None:
    fields = WebhookFields("ci", receiver.url)
    flows.change_webhook(webhook, by=Principal(world.root), fields=fields)
    webhook.refresh_from_db()
    assert webhook.created_by == world.root


@pytest.mark.parametrize("name", ["bob", "mia", "rita"])
def test_others_find_no_webhook(world: World, client: Client, webhook: Webhook, name: str) -> None:
    person = world.person(name)
    assert person
    client.force_login(person)
    confirm(client)
    delivery = flows.send_test(webhook, by=Principal(world.olga))
    for path in (
        f"/webhooks/{webhook.pk}",
        f"/webhooks/{webhook.pk}/deliveries/{delivery.pk}",
        f"/api/v1/webhooks/{webhook.pk}",
    ):
        assert client.get(path).status_code == 404
    for step in ("pause", "delete", "test", "secret", "change"):
        assert client.post(f"/webhooks/{webhook.pk}/{step}").status_code == 404
    assert client.delete(f"/api/v1/webhooks/{webhook.pk}").status_code == 404
    assert Webhook.objects.get().paused_at is None


def test_a_delivery_of_another_webhook_is_not_found(
    world: World, olga: Client, receiver: Receiver, webhook: Webhook
) -> None:
    umbra = make_organization("umbra", owner=world.bob)
    fields = WebhookFields("theirs", receiver.url)
    theirs, _ = flows.create_webhook(umbra.namespace, None, by=Principal(world.bob), fields=fields)
    delivery = flows.send_test(theirs, by=Principal(world.bob))
    for base in ("", "/api/v1"):
        path = f"{base}/webhooks/{webhook.pk}/deliveries/{delivery.pk}"
        assert olga.get(path).status_code == 404
        assert olga.post(f"{path}/replay").status_code == 404


def test_there_are_at_most_so_many(world: World, receiver: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(flows, "MOST_FOR_ONE", 1)
    fields, by = WebhookFields("x", receiver.url), Principal(world.olga)
    flows.create_webhook(world.app.namespace, world.app, by=by, fields=fields)
    with pytest.raises(WebhookRefused, match="There are 1 webhooks already"):
        flows.create_webhook(world.app.namespace, world.app, by=by, fields=fields)


def test_tests_are_limited(world: World, webhook: Webhook, olga: Client, monkeypatch: Any) -> None:
    for _ in range(60):
        flows.send_test(webhook, by=Principal(world.olga))
    answer = olga.post(f"/webhooks/{webhook.pk}/test", follow=True)
    assert "Too many tests lately" in answer.content.decode()
    assert olga.post(f"/api/v1/webhooks/{webhook.pk}/test").status_code == 429


def test_each_change_is_written_down(world: World, receiver: Receiver, webhook: Webhook) -> None:
    by = Principal(world.olga)
    flows.rotate_secret(webhook, by=by)
    flows.pause_webhook(webhook, by=by)
    flows.resume_webhook(webhook, by=by)
    flows.delete_webhook(webhook, by=by)
    written = AuditEvent.objects.filter(target="acme/app").order_by("pk")
    assert list(written.values_list("action", flat=True)) == [
        AuditAction.WEBHOOK_CREATED,
        AuditAction.WEBHOOK_SECRET_ROTATED,
        AuditAction.WEBHOOK_PAUSED,
        AuditAction.WEBHOOK_RESUMED,
        AuditAction.WEBHOOK_DELETED,
    ]


def test_pages_of_organizations_and_people_list_theirs(
    world: World, olga: Client, receiver: Receiver
) -> None:
    for page in ("/o/acme/-/webhooks", "/settings/webhooks"):
        made = olga.post(f"{page}/new", {"name": "all of it", "url": receiver.url})
        assert made.status_code == 200
        assert "all of it" in olga.get(page).content.decode()
    assert Webhook.objects.filter(repository=None).count() == 2
    assert olga.get(PAGE).content.decode().count("all of it") == 0

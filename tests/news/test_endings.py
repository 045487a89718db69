"""What becomes of watches, webhooks and choices when an account closes; what one can take along."""

from __future__ import annotations

from accounts.flows.choose_mails import change_mails
from accounts.mail_kinds import MailKind
from accounts.models import MailChoice, Namespace
from accounts.own_data import collect
from accounts.principals import Principal
from index.flows.close_account import close_account
from index.models import Watch, Webhook
from index.webhooks.secrets import encrypt, make_secret
from tests.conftest import World


def test_a_closed_account_leaves_nothing_of_it_and_takes_it_along_before(world: World) -> None:
    own = Namespace.objects.get(user=world.alice)
    secret = make_secret()
    Webhook.objects.create(
        namespace=own, name="mine", url="https://x.example/", encrypted_secret=encrypt(secret)
    )
    Watch.objects.create(repository=world.public, user=world.alice)
    change_mails(by=Principal(world.alice), choices={MailKind.EXPIRY: False})
    document = collect(world.alice)
    assert document["webhooks"][0]["name"] == "mine"
    assert secret not in str(document)
    assert document["watches"][0]["repository__name"] == "alice/pub"
    assert document["mails"] == [{"kind": "expiry", "is_wanted": False}]
    close_account(by=Principal(world.alice), typed="alice")
    for model in (Webhook, Watch, MailChoice):
        assert not model.objects.exists()

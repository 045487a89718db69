"""Of credentials that come back from a backup only those hold that are known to."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import PersonalAccessToken, User
from config.backup.credentials import Valid, end_what_does_not_hold, valid_now
from index.models import Registry, TrustedPublisher
from tests.accounts.second_factors import set_up_app
from tests.clients import get_token
from tests.conftest import World
from tests.machines import make_token
from tokenauth.models import RefreshToken


def restored(valid: Valid | None) -> dict[str, int]:
    """End what does not hold, as if this database had come from a backup."""
    return end_what_does_not_hold(valid)


def test_what_is_listed_holds(world: World, client: Client) -> None:
    make_token(world.alice)
    get_token(client, user=world.alice, offline_token="true")
    ended = restored(valid_now())
    assert {kind for kind, count in ended.items() if count} == set()
    assert PersonalAccessToken.objects.usable().count() == 1
    assert RefreshToken.objects.usable().count() == 1


def test_a_changed_password_is_not_the_old_one_again(world: World) -> None:
    before = User.objects.get(pk=world.alice.pk).password
    world.alice.set_password("the second river")
    world.alice.save()
    valid = valid_now()
    User.objects.filter(pk=world.alice.pk).update(password=before)  # the backup comes back
    assert restored(valid)["passwords"] == 1
    assert not User.objects.get(pk=world.alice.pk).has_usable_password()
    assert User.objects.get(pk=world.bob.pk).has_usable_password()


def test_who_was_closed_disabled_or_dismissed_stays_so(world: World) -> None:
    User.objects.filter(pk=world.root.pk).update(is_superuser=False)
    User.objects.filter(pk=world.bob.pk).update(is_active=False)
    valid = valid_now()
    del valid.people[str(world.mia.pk)]
    User.objects.filter(pk=world.root.pk).update(is_superuser=True)
    User.objects.filter(pk=world.bob.pk).update(is_active=True)
    restored(valid)
    people = User.objects.in_bulk([world.root.pk, world.bob.pk, world.mia.pk, world.rita.pk])
    assert not people[world.root.pk].is_superuser
    assert [people[one.pk].is_active for one in (world.bob, world.mia, world.rita)] == [
        False,
        False,
        True,
    ]


def test_a_factor_that_was_taken_away_is_none_again(world: World) -> None:
    valid = valid_now()
    set_up_app(world.alice)  # of the backup; it was taken away since
    restored(valid)
    assert not Authenticator.objects.filter(user=world.alice).exists()


def test_without_a_list_factors_stay_for_they_only_protect(world: World) -> None:
    set_up_app(world.alice)
    restored(None)
    assert Authenticator.objects.filter(user=world.alice).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_a_passkey_opens_alone_so_without_a_list_it_ends(world: World) -> None:
    Authenticator.objects.create(user=world.alice, type=Authenticator.Type.WEBAUTHN, data={})
    restored(valid_now())
    assert Authenticator.objects.filter(user=world.alice).exists()
    restored(None)
    assert not Authenticator.objects.filter(user=world.alice).exists()


def test_a_login_elsewhere_that_was_disconnected_is_no_way_in_again(world: World) -> None:
    valid = valid_now()
    SocialAccount.objects.create(user=world.alice, provider="company", uid="1")
    assert restored(valid)["external logins"] == 1
    assert not SocialAccount.objects.exists()


def test_a_publisher_that_was_removed_is_not_trusted_again(world: World) -> None:
    valid = valid_now()
    TrustedPublisher.objects.create(
        repository=world.app, issuer="https://gitlab.com", source_repository="acme/web"
    )
    assert restored(valid)["trusted publishers"] == 1
    assert not TrustedPublisher.objects.exists()


def test_a_remembered_browser_is_asked_for_a_code_again(world: World) -> None:
    set_up_app(world.alice)
    codes = Authenticator.objects.get(user=world.alice, type=Authenticator.Type.RECOVERY_CODES)
    restored(valid_now())
    again = Authenticator.objects.get(pk=codes.pk)
    assert codes.data["seed"] != again.data["seed"]


def test_a_secret_of_a_registry_that_was_renewed_is_not_the_old_one_again(world: World) -> None:
    valid = valid_now()
    Registry.objects.filter(pk=world.west.pk).update(
        events_secret_digest="0" * 64, previous_events_secret_digest="1" * 64
    )
    restored(valid)
    west, east = Registry.objects.get(pk=world.west.pk), Registry.objects.get(pk=world.east.pk)
    assert (west.events_secret_digest, west.previous_events_secret_digest) == ("", "")
    assert east.events_secret_digest


def test_the_list_holds_no_secret(world: World) -> None:
    token = make_token(world.alice)
    text = repr(valid_now())
    assert token.value not in text
    assert token.token.secret_digest not in text
    assert world.alice.password not in text
    assert world.east.events_secret_digest not in text

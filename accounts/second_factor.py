"""Two factors: who has set them up, and of whom they are demanded."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, Expression, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import SecondFactorRequired
from accounts.models import Membership, Organization, User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def check_password_suffices(user: User) -> None:
    """Raise SecondFactorRequired if a password alone is not enough where no code can be asked for."""
    if needs_token(user):
        if is_missing_of(user):
            message = _("%(user)s Docker then needs an access token.") % {
                "user": why_demanded(user)
            }
            raise SecondFactorRequired(message)
        message = (
            f"'{user.username}' uses two factors, so this needs an access token instead of the "
            f"password: {settings.PUBLIC_URL}/settings/tokens"
        )
        raise SecondFactorRequired(message)


def needs_token(user: User) -> bool:
    """Whether docker needs an access token, because two factors are set up or demanded."""
    if settings.REQUIRE_TWO_FACTOR:
        return True
    if marks := _marks_of(user):
        return any(marks)
    # Two subqueries of one query: this stands in the way of every docker login.
    asked = (
        User.objects.filter(pk=user.pk)
        .values_list(Exists(_factors()), Exists(_demanding_memberships()))
        .first()
    )
    return bool(asked and any(asked))


def has_second_factor(user: User) -> bool:
    """Whether an authenticator app or a key is set up."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_demanded_of(user: User) -> bool:
    """Whether the site, or an organization that the user is a member of, demands it."""
    return settings.REQUIRE_TWO_FACTOR or bool(demanding_organizations(user))


def is_missing_of(user: User) -> bool:
    """Whether it is demanded and not set up; no query for the person of a session."""
    if marks := _marks_of(user):
        has_factor, is_demanded = marks
        return not has_factor and (settings.REQUIRE_TWO_FACTOR or is_demanded)
    return User.objects.filter(_lacks_demanded(), pk=user.pk).exists()


def with_everything(people: QuerySet[User]) -> QuerySet[User]:
    """Return people with what is said of them below, and whether an address is proven."""
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return marked_if_missing(people).annotate(has_proven_address=Exists(proven))


def marked_if_missing(people: QuerySet[User]) -> QuerySet[User]:
    """Return people who carry whether two factors are set up, and whether they are demanded."""
    return people.annotate(
        has_factor=Exists(_factors()),
        is_demanded_by_organizations=Exists(_demanding_memberships()),
    )


def lacks_factor(user: str) -> Expression:
    """Return whether a person has set up none, for a list; `user` is the way from its rows."""
    return ~Exists(Authenticator.objects.filter(user=OuterRef(user), type__in=FACTORS))


def lacking_among(organization: Organization) -> int:
    """Return how many of its members have set up none."""
    people = User.objects.filter(memberships__organization=organization)
    return people.exclude(Exists(_factors())).count()


def is_second_factor(factor: Authenticator) -> bool:
    """Whether it is an app or a key, and not the codes that replace one."""
    return factor.type in FACTORS


def is_last(factor: Authenticator) -> bool:
    """Whether there is no other app or key of this person."""
    others = Authenticator.objects.filter(user_id=factor.user_id, type__in=FACTORS)
    return is_second_factor(factor) and not others.exclude(pk=factor.pk).exists()


def forget_browsers(user: User) -> None:
    """Ask for a code again wherever a browser was remembered.

    What a browser keeps is signed over the seeds as they are stored (allauth's
    `create_config_fingerprint`): encrypted anew they are others, and open the same.
    """
    adapter = get_adapter()
    for factor in Authenticator.objects.select_for_update().filter(user=user):
        if "seed" in factor.data:
            factor.data["seed"] = adapter.encrypt(adapter.decrypt(factor.data["seed"]))
            factor.save(update_fields=["data"])


def why_demanded(user: User) -> str:
    """Return the sentence that says who demands it and where to set it up."""
    page = f"{settings.PUBLIC_URL}/accounts/2fa/"
    return _("%(user)s demands two factors: set one up at %(page)s and go on then.") % {
        "user": who_demands(user),
        "page": page,
    }


def who_demands(user: User) -> str:
    """Return the name of the site, or those of the organizations."""
    names = demanding_organizations(user)
    return settings.PUBLIC_HOST if settings.REQUIRE_TWO_FACTOR or not names else " and ".join(names)


def demanding_organizations(user: User) -> list[str]:
    """Return the names of the organizations of this person that demand two factors."""
    found = user.memberships.filter(
        organization__requires_second_factor=True, organization__deleted_at=None
    )
    return list(found.order_by("organization__name").values_list("organization__name", flat=True))


def _marks_of(user: User) -> tuple[bool, bool] | None:
    """Whether two factors are set up and whether organizations demand them, if the user carries it."""
    marks = (
        getattr(user, "has_factor", None),
        getattr(user, "is_demanded_by_organizations", None),
    )
    return None if None in marks else (bool(marks[0]), bool(marks[1]))


def _lacks_demanded() -> Q:
    lacks = Q(~Exists(_factors()))
    if settings.REQUIRE_TWO_FACTOR:
        return lacks
    return lacks & Q(Exists(_demanding_memberships()))


def _factors() -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)


def _demanding_memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(
        user=OuterRef("pk"),
        organization__requires_second_factor=True,
        organization__deleted_at=None,
    )

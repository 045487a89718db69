"""What there is to say of an account and of the credential that it comes with."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import PersonalAccessToken, RobotAccount, RobotSecret, User
from accounts.token_limits import EVERYWHERE
from index.reasons import Effect, Step
from index.roles import Action
from index.rules import in_words


def state_untold() -> Step:
    """Return what is said of every name alike, whoever it is."""
    words = _(
        "whether the account can log in, and whether it administers this site, is not looked at here"
    )
    return Step("account", Effect.NOTHING, words)


_TOKENS = f"{settings.PUBLIC_URL}/settings/tokens"


def account_steps(user: User, *, by_password: bool = True) -> tuple[Step, ...]:
    """Return whether a person may log in, and how docker does."""
    return tuple(_of_account(user, by_password=by_password))


def robot_steps(robot: RobotAccount, *, is_whole: bool = True) -> tuple[Step, ...]:
    """Return whether a robot may log in; not `is_whole`, nothing of the account that holds it."""
    if robot.disabled_at:
        remedy = _("an owner of its namespace enables it")
        return (Step("account", Effect.TAKES, _("the robot account is disabled"), remedy),)
    if not is_whole:
        return (Step("account", Effect.NOTHING, _("the robot account is not disabled")),)
    if RobotAccount.objects.enabled().filter(pk=robot.pk).exists():
        return (Step("account", Effect.NOTHING, _("the robot account is in use")),)
    words = _("the account or organization that holds the robot is gone or disabled")
    return (Step("account", Effect.TAKES, words),)


def token_steps(token: PersonalAccessToken, *, is_whole: bool) -> tuple[Step, ...]:
    """Return whether an access token still counts; to its owner also what it is for."""
    ended = _end_of(_("the access token"), token)
    told = [ended or Step("token", Effect.NOTHING, _("the access token is valid"))]
    if is_whole:
        told.append(Step("token-limits", Effect.NOTHING, _limits(token)))
        if token.networks:
            words = _("the access token may be used from %(networks)s alone") % {
                "networks": ", ".join(token.networks)
            }
            remedy = _("make one without networks, or with others, at %(tokens)s") % {
                "tokens": _TOKENS
            }
            told.append(Step("networks", Effect.NOTHING, words, remedy))
    return tuple(told)


def secret_steps(secret: RobotSecret) -> tuple[Step, ...]:
    """Return whether a robot's secret still counts."""
    ended = _end_of(_("the secret"), secret)
    return (ended or Step("secret", Effect.NOTHING, _("the secret is valid")),)


def _of_account(user: User, *, by_password: bool) -> Iterator[Step]:
    if user.closed_at:
        yield Step("account", Effect.TAKES, _("the account is closed"))
    elif not user.is_active:
        remedy = _("an administrator of this site enables it")
        yield Step("account", Effect.TAKES, _("the account is disabled"), remedy)
    elif not user.is_verified:
        remedy = _("its owner logs in with the browser and types the code from the mail")
        yield Step("account", Effect.TAKES, _("no e-mail address is proven yet"), remedy)
    else:
        yield Step("account", Effect.NOTHING, _("the account is in use"))
    if by_password and second_factor.needs_token(user):
        words = _("two factors are set up or demanded, so docker takes no password of this account")
        remedy = _("its owner makes an access token for docker login, at %(tokens)s") % {
            "tokens": _TOKENS
        }
        yield Step("second-factor", Effect.NOTHING, words, remedy)


def _end_of(what: str, credential: PersonalAccessToken | RobotSecret) -> Step | None:
    if credential.revoked_at:
        words = _("%(what)s was revoked on %(day)s") % {
            "what": what,
            "day": f"{credential.revoked_at:%Y-%m-%d}",
        }
    elif credential.is_expired:
        words = _("%(what)s expired on %(day)s") % {
            "what": what,
            "day": f"{credential.expires_at:%Y-%m-%d}",
        }
    else:
        return None
    return Step("credential-ended", Effect.TAKES, words, _("use another one, or make a new one"))


def _limits(token: PersonalAccessToken) -> str:
    limits = token.limits
    where = ", ".join(limits.patterns)
    where = _("every repository") if limits.patterns == (EVERYWHERE,) else where
    may = in_words({action for action in Action if action in limits.actions})
    if token.expires_at:
        return _("the access token may %(may)s, in %(where)s, until %(until)s") % {
            "may": may,
            "where": where,
            "until": f"{token.expires_at:%Y-%m-%d}",
        }
    return _("the access token may %(may)s, in %(where)s") % {"may": may, "where": where}

"""Every limit in one table, pure, so that the settings can hand django-allauth its share of it.

docs/security.md shows the same table with reasons.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """So many events in so many seconds."""

    name: str
    events: int
    seconds: int

    def per(self, key: str) -> str:
        """Return it as django-allauth reads it; `key` is ip, user or key."""
        return f"{self.events}/{self.seconds}s/{key}"


# Counted by accounts.ratelimits; what each is per stands beside it.
LOGIN_FAILURES = Limit("login-failures", 10, 300)  # per account and network, failures only
NETWORK_LOGIN_FAILURES = Limit("network-login-failures", 300, 300)  # whatever the account
WORKLOAD_FAILURES = Limit("workload-failures", 300, 300)  # per network: ID tokens of CI jobs
DEVICE_LOGINS = Limit("device-logins", 30, 600)  # begun by command lines, per network
DEVICE_GUESSES = Limit("device-guesses", 10, 600)  # codes that nothing waits with, per person
LEAK_REPORTS = Limit("leak-reports", 60, 3600)  # per network, each of up to 100 secrets
API_CALLS = Limit("api-calls", 600, 60)  # per principal; per network without one
IDEMPOTENCY_KEYS = Limit("idempotency-keys", 50_000, 86400)  # per principal, kept for as long
SIGNUPS = Limit("signups", 20, 3600)  # per network, at every door
ACCESS_REQUESTS = Limit("access-requests", 10, 3600)  # per person, whatever it is asked for
ACCESS_REQUESTS_FOR_ONE = Limit("access-requests-for-one", 20, 86400)  # per repository; silent
DENIALS_OF_NETWORK = Limit("denials-of-network", 60, 3600)  # distinct, that are kept
DENIALS_OF_REPOSITORY = Limit("denials-of-repository", 200, 3600)  # the same, whoever it is
REPORTS = Limit("reports", 10, 3600)  # of abuse, per person or network
EXPORTS = Limit("exports", 10, 3600)  # per person
WEBHOOK_TESTS = Limit("webhook-tests", 60, 600)  # per person, with deliveries sent again
PICTURES = Limit("pictures", 30, 3600)  # per person; decoding costs time
SITE_INVITATIONS = Limit("site-invitations", 200, 3600)  # per administrator
ORGANIZATIONS = Limit("organizations", 10, 3600)  # created, per person
INVITATIONS_OF_ORGANIZATION = Limit("invitations-of-organization", 200, 86400)
INVITATIONS_OF_PERSON = Limit("invitations-of-person", 60, 3600)  # sent by one, anywhere
INVITATIONS_TO_ONE = Limit("invitations-to-one", 10, 86400)  # per invited person or address
INVITATION_GUESSES = Limit("invitation-guesses", 30, 300)  # links that lead nowhere, per network
RENAMES = Limit("renames", 3, 86400)  # per organization
TRANSFER_OFFERS = Limit("transfer-offers", 20, 86400)  # per person
REPOSITORY_RENAMES = Limit("repository-renames", 10, 86400)  # per repository
DOMAIN_CHECKS = Limit("domain-checks", 20, 600)  # per organization; each asks name servers
OTHER_INDEXES = Limit("other-indexes", 120, 60)  # per index: searches sent on, whoever searches

# Counted by django-allauth, per address, person or what was typed.
_LOGIN_FORM = Limit("login-form", 30, 60)
_SIGNUP_FORM = Limit("signup-form", 20, 60)
_SECOND_FACTOR_FAILURES = Limit("second-factor-failures", 5, 300)
_SECOND_FACTOR_NETWORK = Limit("second-factor-network", 10, 60)
_REAUTHENTICATIONS = Limit("reauthentications", 10, 60)
_PASSWORD_CHANGES = Limit("password-changes", 5, 60)
_PASSWORD_RESETS = Limit("password-resets", 20, 60)
_PASSWORD_RESETS_OF_ONE = Limit("password-resets-of-one-address", 5, 600)
_RESET_LINKS = Limit("reset-links", 20, 60)
_ADDRESS_CHANGES = Limit("address-changes", 10, 60)
# Per client, not per mailbox: else a stranger's sign-ups would use up its owner's codes.
_VERIFICATION_CODES = Limit("verification-codes", 30, 600)
_PASSKEY_LOGINS = Limit("passkey-logins", 10, 60)

ALLAUTH_ACCOUNT = {
    "login": _LOGIN_FORM.per("ip"),
    # Passwords are counted by accounts.flows.authenticate; this is for codes of second factors.
    "login_failed": f"{_SECOND_FACTOR_NETWORK.per('ip')},{_SECOND_FACTOR_FAILURES.per('key')}",
    "signup": _SIGNUP_FORM.per("ip"),
    "reauthenticate": _REAUTHENTICATIONS.per("user"),
    "change_password": _PASSWORD_CHANGES.per("user"),
    "reset_password": f"{_PASSWORD_RESETS.per('ip')},{_PASSWORD_RESETS_OF_ONE.per('key')}",
    "reset_password_from_key": _RESET_LINKS.per("ip"),
    "manage_email": _ADDRESS_CHANGES.per("user"),
    "confirm_email": _VERIFICATION_CODES.per("ip"),
}
# Seconds, for those that the REST API counts together with the pages.
ALLAUTH_WINDOWS = {
    "change_password": _PASSWORD_CHANGES.seconds,
    "manage_email": _ADDRESS_CHANGES.seconds,
}
ALLAUTH_MFA = {"webauthn_login": _PASSKEY_LOGINS.per("ip")}

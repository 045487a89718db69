"""Every table is about a kind of records, or it is said here why none is."""

from __future__ import annotations

from django.apps import apps

from config.estate.kinds import TABLES
from config.estate.records import BY_NAME

OURS = (
    "accounts",
    "index",
    "tokenauth",
    "search",
    "account",
    "mfa",
    "socialaccount",
    "usersessions",
)

# What has no table in TABLES of its own, and goes along with a kind.
INSIDE = {
    "account.EmailAddress": "person",
    "accounts.DirectoryAccount": "person",
    "accounts.MailChoice": "person",
    "accounts.RobotSecret": "robot",
    "index.RegistryPool_members": "pool",
    "socialaccount.SocialAccount": "person",
}

_SECRET = "it is a secret, or opens something that ends by itself"
_REGISTRIES_KNOW = "registries keep it: `manage.py reconcile` learns it again"
_STATISTICS = "statistics: the totals go with the repository"
_MADE_OF_OTHERS = "it is made of other tables"
_PAST = "it is what happened here; the audit is forwarded and exported by itself"
_UNDER_WAY = "it is under way, and ends here"
_ASKED = "it is a question that waits for an answer: it is asked anew"
NOT_EXPORTED = {
    "account.EmailConfirmation": _SECRET,
    "accounts.AuditEvent": _PAST,
    "accounts.AuditForwarding": _PAST,
    "accounts.CommandLineSession": _SECRET,
    "accounts.DeviceLogin": _ASKED,
    "accounts.EndedOrganization": "how a deletion is undone: undo it first",
    "accounts.Invitation": "its link leads to the old address",
    "accounts.KeptAnswer": "whoever repeats a request repeats it within the day",
    "index.AccessRequest": _ASKED,
    "index.Activity": _PAST,
    "index.BlobLink": _REGISTRIES_KNOW,
    "index.DailyCount": _STATISTICS,
    "index.Deletion": _UNDER_WAY,
    "index.Denial": "it is forgotten after some days",
    "index.Difference": _REGISTRIES_KNOW,
    "index.GarbageCollection": _UNDER_WAY,
    "index.IndexEntry": _REGISTRIES_KNOW,
    "index.Manifest": _REGISTRIES_KNOW,
    "index.ManifestContent": _REGISTRIES_KNOW,
    "index.Move": _UNDER_WAY,
    "index.Notification": _UNDER_WAY,
    "index.Promotion": _PAST,
    "index.PullCount": _STATISTICS,
    "index.Reconciliation": _REGISTRIES_KNOW,
    "index.RegistryCheck": _REGISTRIES_KNOW,
    "index.RegistryEvent": _PAST,
    "index.Report": _ASKED,
    "index.SecretFinding": "images are looked at again",
    "index.Tag": _REGISTRIES_KNOW,
    "index.TagChange": _PAST,
    "index.TagClaim": _UNDER_WAY,
    "index.TagDeletion": _UNDER_WAY,
    "index.Transfer": _ASKED,
    "index.V1Image": _REGISTRIES_KNOW,
    "index.V1Token": _SECRET,
    "index.WebhookDelivery": _PAST,
    "index.WorkloadLogin": _PAST,
    "mfa.Authenticator": _SECRET,
    "search.EntryA": _MADE_OF_OTHERS,
    "search.EntryB": _MADE_OF_OTHERS,
    "search.SearchChange": _MADE_OF_OTHERS,
    "search.SearchLoss": _MADE_OF_OTHERS,
    "search.SearchOutbox": _MADE_OF_OTHERS,
    "search.SearchState": _MADE_OF_OTHERS,
    "search.VariantA": _MADE_OF_OTHERS,
    "search.VariantB": _MADE_OF_OTHERS,
    "search.WordA": _MADE_OF_OTHERS,
    "search.WordB": _MADE_OF_OTHERS,
    "socialaccount.SocialApp": "it comes from settings",
    "socialaccount.SocialToken": _SECRET,
    "tokenauth.KeyProbe": _REGISTRIES_KNOW,
    "tokenauth.RefreshToken": _SECRET,
    "tokenauth.WorkloadSecret": _SECRET,
    "usersessions.UserSession": _SECRET,
}

# Columns of exported tables that no field is about.
LEFT_OUT = {
    "accounts.User": {
        *("email", "is_staff", "last_login", "tokens_not_before", "groups", "user_permissions"),
    },
    "accounts.Namespace": {"user", "organization", "redirects_to", "storage_used"},
    "accounts.OrganizationDomain": {"checked_at", "missed_checks"},
    "accounts.Organization": {"members"},
    "accounts.Picture": {"digest", "organization", "user"},
    "accounts.PersonalAccessToken": {"last_used_at", "last_used_address", "warned_at"},
    "accounts.Announcement": {"created_at"},
    "index.AccessGrant": {"warned_at"},
    "index.Registry": {"previous_events_secret_digest", "last_heard_at", "writes_held_until"},
    "index.Repository": {
        *("namespace", "state", "tokens_not_before", "writes_held_until", "deleted_at"),
        "star_count",
    },
    "index.RetentionRule": {"last_run_at"},
    "index.TrustedPublisher": {"last_used_at"},
    "index.Watch": {"mail_from", "mail_after"},
    "index.Webhook": {
        *("encrypted_secret", "former_encrypted_secret", "former_until", "busy_until"),
        *("failures_in_a_row", "failing_since"),
    },
}
# Of fields that are read by an expression: the column behind each.
BEHIND = {"team": "team", "robot": "robot", "namespace": "namespace", "person": "membership"}


def test_every_table_is_exported_or_it_is_said_why_not() -> None:
    exported = {kind.model._meta.label for kind in TABLES.values()} | INSIDE.keys()
    models = apps.get_models(include_auto_created=True)
    ours = {one._meta.label for one in models if one._meta.app_label in OURS}
    joined = {
        "accounts.User_groups",
        "accounts.User_user_permissions",
        "socialaccount.SocialApp_sites",
    }
    assert exported & NOT_EXPORTED.keys() == set()
    assert ours - joined == exported | NOT_EXPORTED.keys()


def test_what_goes_along_goes_with_a_kind_that_there_is() -> None:
    assert set(INSIDE.values()) <= BY_NAME.keys()


def test_every_column_of_an_exported_table_is_in_a_field_or_it_is_said_that_it_is_not() -> None:
    written: dict[str, set[str]] = {}
    for kind in TABLES.values():
        columns = written.setdefault(kind.model._meta.label, {"id", "password"})
        for name in kind.record.__dataclass_fields__:
            path = kind.paths.get(name, name)
            columns.add(path.partition("__")[0] if isinstance(path, str) else BEHIND[name])
    for kind in TABLES.values():
        label = kind.model._meta.label
        own = [*kind.model._meta.fields, *kind.model._meta.many_to_many]
        missing = {one.name for one in own} - written[label]
        assert missing == LEFT_OUT.get(label, set()) - written[label], label

"""What is read of other products' databases, by table and column, and why the rest is not."""

from __future__ import annotations

from config.estate.sources.tables import Schema, Table

_NO_EQUAL = "Waybill has nothing like it"
_OWN_LOG = "Waybill keeps a log of its own, from the first day here"
_IMAGES = "images are copied after the records: see docs/operations/moving-in.md"
_JOBS = "it is about jobs of Harbor"
_SCANS = "Waybill does not scan for vulnerabilities"
_ITS_OWN = "it comes with Harbor"
_SECRETS = "secrets do not move: people and robots make new ones"

PORTUS = Schema(
    "Portus",
    "2.4 to 2.5",
    (
        Table(
            "users",
            ("id", "username", "email", "encrypted_password", "admin", "enabled", "bot"),
            ("namespace_id", "display_name", "provider", "uid", "created_at"),
        ),
        Table("teams", ("id", "name", "hidden"), ("description", "created_at")),
        Table("team_users", ("user_id", "team_id", "role")),
        Table(
            "namespaces",
            ("id", "name", "team_id", "global", "visibility"),
            ("description", "registry_id", "created_at"),
        ),
        Table(
            "repositories", ("id", "name", "namespace_id"), ("description", "marked", "created_at")
        ),
        Table("stars", ("user_id", "repository_id"), ("created_at",)),
        Table("application_tokens", ("id", "application", "user_id")),
        Table("webhooks", ("id", "namespace_id", "url", "enabled", "name"), ("username",)),
        Table("registries", ("id", "name", "hostname"), is_needed=False),
        Table("comments", ("repository_id",), is_needed=False),
        Table("tags", ("repository_id",), is_needed=False),
        Table("webhook_headers", ("webhook_id",), is_needed=False),
    ),
    unread={
        "activities": _OWN_LOG,
        "registry_events": "events of the past are done with",
        "scan_results": _NO_EQUAL,
        "vulnerabilities": _NO_EQUAL,
        "webhook_deliveries": "deliveries of the past are done with",
        "ar_internal_metadata": "it is about the database alone",
        "schema_migrations": "it is about the database alone",
    },
)

HARBOR = Schema(
    "Harbor",
    "2.2 to 2.16",
    (
        Table(
            "harbor_user",
            ("user_id", "username", "email", "realname", "deleted", "sysadmin_flag"),
            ("creation_time",),
        ),
        Table(
            "project",
            ("project_id", "owner_id", "name", "deleted", "registry_id"),
            ("creation_time",),
        ),
        Table("project_member", ("project_id", "entity_id", "entity_type", "role")),
        Table("project_metadata", ("project_id", "name", "value")),
        Table("user_group", ("id", "group_name")),
        Table(
            "repository",
            ("repository_id", "name", "project_id", "description"),
            ("pull_count", "creation_time"),
        ),
        Table("robot", ("id", "name", "project_id", "disabled", "expiresat"), ("description",)),
        Table("role_permission", ("role_id", "role_type", "permission_policy_id")),
        Table("permission_policy", ("id", "scope", "resource", "action"), ("effect",)),
        Table("quota", ("reference_id", "reference", "hard")),
        Table("immutable_tag_rule", ("project_id", "tag_filter", "disabled")),
        Table("retention_policy", ("id", "scope_level", "scope_reference", "data")),
        Table("harbor_label", ("id", "name", "scope", "project_id"), ("deleted",)),
        Table("notification_policy", ("id", "name", "project_id", "targets", "event_types")),
        Table("oidc_user", ("user_id", "subiss"), is_needed=False),
    ),
    unread={
        "replication_policy": "replications are not taken over: name the registries here",
        "registry": "registries to replicate from are not taken over",
        **dict.fromkeys(("artifact", "tag", "blob", "project_blob", "artifact_blob"), _IMAGES),
        **dict.fromkeys(("task", "execution", "schedule", "job_log"), _JOBS),
        **dict.fromkeys(("scan_report", "vulnerability_record", "scanner_registration"), _SCANS),
        "audit_log": _OWN_LOG,
        "audit_log_ext": _OWN_LOG,
        **dict.fromkeys(("access", "role", "data_migrations", "alembic_version"), _ITS_OWN),
        **dict.fromkeys(("artifact_reference", "artifact_accessory", "artifact_trash"), _IMAGES),
        **dict.fromkeys(("report_vulnerability_record", "sbom_report", "cve_allowlist"), _SCANS),
        **dict.fromkeys(("p2p_preheat_instance", "p2p_preheat_policy"), _NO_EQUAL),
        **dict.fromkeys(("retention_execution", "retention_task", "job_queue_status"), _JOBS),
        "label_reference": "labels are not taken over",
        "quota_usage": "what is used is counted anew",
        "properties": "settings of Harbor: those of Waybill are in docs/settings.md",
        "schema_migrations": "it is about the database alone",
    },
)

QUAY = Schema(
    "Quay",
    "3.0 to 3.15",
    (
        Table(
            "user",
            ("id", "username", "email", "verified", "organization", "robot", "enabled"),
            ("password_hash", "given_name", "family_name", "location", "creation_date"),
        ),
        Table("team", ("id", "name", "organization_id", "role_id", "description")),
        Table("teamrole", ("id", "name")),
        Table("teammember", ("team_id", "user_id")),
        Table("repository", ("id", "namespace_user_id", "name", "visibility_id", "description", "kind_id"), ("state",)),
        Table("repositorykind", ("id", "name")),
        Table("visibility", ("id", "name")),
        Table("role", ("id", "name")),
        Table("repositorypermission", ("repository_id", "team_id", "user_id", "role_id")),
        Table("permissionprototype", ("org_id", "activating_user_id", "delegate_user_id", "delegate_team_id", "role_id")),
        Table("star", ("user_id", "repository_id"), ("created",)),
        Table("repositorynotification", ("repository_id", "event_id", "method_id", "title", "config_json")),
        Table("externalnotificationevent", ("id", "name")),
        Table("externalnotificationmethod", ("id", "name")),
        Table("robotaccountmetadata", ("robot_account_id", "description"), is_needed=False),
        Table("teamsync", ("team_id", "config"), is_needed=False),
        Table("teammemberinvite", ("team_id", "user_id", "email"), is_needed=False),
    ),
    unread={
        **dict.fromkeys(("tag", "manifest", "manifestblob", "imagestorage", "blobupload"), _IMAGES),
        **dict.fromkeys(("accesstoken", "oauthaccesstoken", "appspecificauthtoken", "robotaccounttoken"), _SECRETS),
        **dict.fromkeys(("logentry", "logentry2", "logentry3"), _OWN_LOG),
        "federatedlogin": "the provider is set up here, and tells who it is at the first log-in",
        "repomirrorconfig": "Waybill does not fetch from other registries by itself",
    },
)  # fmt: skip

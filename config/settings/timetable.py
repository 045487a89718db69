"""When background work begins by itself, in seconds; whatever is asked for in between comes sooner."""

from __future__ import annotations

CELERY_BEAT_SCHEDULE = {
    "apply-notifications": {"task": "index.event_tasks.apply_notifications", "schedule": 10.0},
    "describe-manifests": {"task": "index.tasks.sweep_manifests", "schedule": 10.0},
    "read-old-manifests": {"task": "index.tasks.read_old_manifests", "schedule": 60.0},
    "continue-deletions": {"task": "index.tasks.sweep_deletions", "schedule": 15.0},
    "continue-tag-deletions": {
        "task": "index.deletion_tasks.sweep_tag_deletions",
        "schedule": 15.0,
    },
    "warn-of-emptied-trash": {
        "task": "index.deletion_tasks.warn_of_emptied_trash",
        "schedule": 3600.0,
    },
    "apply-retention-rules": {
        "task": "index.deletion_tasks.apply_retention_rules",
        "schedule": 3600.0,
    },
    "prune-credentials": {"task": "tokenauth.tasks.prune_refresh_tokens", "schedule": 3600.0},
    "prune-workload-logins": {
        "task": "tokenauth.tasks.prune_workload_logins",
        "schedule": 3600.0,
    },
    "rotate-signing-key": {"task": "tokenauth.tasks.rotate_due_signing_key", "schedule": 3600.0},
    "announce-access-requests": {
        "task": "index.tasks.sweep_access_requests",
        "schedule": 60.0,
    },
    "start-reconciliations": {
        "task": "index.reconcile_tasks.start_reconciliations",
        "schedule": 600.0,
    },
    "reconcile": {"task": "index.reconcile_tasks.sweep_reconciliations", "schedule": 5.0},
    "accept-differences": {"task": "index.reconcile_tasks.accept_differences", "schedule": 10.0},
    "tell-of-secrets": {"task": "index.tasks.tell_of_secrets", "schedule": 20.0},
    "warn-of-ending-grants": {"task": "index.tasks.warn_of_ending_grants", "schedule": 3600.0},
    "prune-events": {"task": "index.event_tasks.prune_events", "schedule": 600.0},
    "prune-v1-tokens": {"task": "index.tasks.prune_v1_tokens", "schedule": 3600.0},
    "prune-denials": {"task": "index.tasks.prune_denials", "schedule": 3600.0},
    "prune-pull-counts": {"task": "index.tasks.prune_pull_counts", "schedule": 86400.0},
    "tell-activity": {"task": "index.news_tasks.tell_activity", "schedule": 5.0},
    "deliver-webhooks": {"task": "index.news_tasks.deliver", "schedule": 5.0},
    "mail-watchers": {"task": "index.news_tasks.mail_watchers", "schedule": 60.0},
    "prune-deliveries": {"task": "index.news_tasks.prune_deliveries", "schedule": 3600.0},
    "look-at-installation": {
        "task": "accounts.tasks.look_at_installation",
        "schedule": 60.0,
    },
    "forward-audit": {"task": "accounts.tasks.forward_audit", "schedule": 10.0},
    "prune-audit": {"task": "accounts.tasks.prune_audit_events", "schedule": 86400.0},
    "check-domains": {"task": "accounts.tasks.check_domains", "schedule": 3600.0},
    "check-directory": {"task": "accounts.tasks.check_directory", "schedule": 60.0},
    "warn-of-expiring-credentials": {
        "task": "accounts.tasks.warn_of_expiring_credentials",
        "schedule": 3600.0,
    },
    "check-registries": {"task": "index.registry_tasks.check_registries", "schedule": 60.0},
    "prune-registry-checks": {
        "task": "index.registry_tasks.prune_registry_checks",
        "schedule": 3600.0,
    },
    "count-holdings": {
        "task": "index.registry_tasks.count_what_registries_keep",
        "schedule": 60.0,
    },
    "look-after-collections": {
        "task": "index.registry_tasks.look_after_collections",
        "schedule": 60.0,
    },
    "continue-promotions": {
        "task": "index.promotion_tasks.sweep_promotions",
        "schedule": 15.0,
    },
    "lapse-promotions": {
        "task": "index.promotion_tasks.lapse_promotions",
        "schedule": 3600.0,
    },
    "continue-moves": {"task": "index.move_tasks.sweep_moves", "schedule": 10.0},
    "update-search-index": {"task": "search.tasks.apply_changes", "schedule": 2.0},
    "follow-pulls-in-search": {"task": "search.tasks.look_for_pulls", "schedule": 600.0},
    "check-search-index": {"task": "search.tasks.check_index", "schedule": 86400.0},
    "update-opensearch": {"task": "search.tasks.send_to_opensearch", "schedule": 2.0},
    "check-opensearch": {"task": "search.tasks.check_opensearch", "schedule": 86400.0},
    "worker-heartbeat": {"task": "config.tasks.heartbeat", "schedule": 10.0},
}

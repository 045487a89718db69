"""The kinds in the order of the file, each with its table; and the tables that no kind is about, with the reason."""

from __future__ import annotations

from typing import Any

from config.estate.kind import Kind
from config.estate.kinds.access import (
    DefaultGrants,
    Grants,
    RetentionRules,
    Stars,
    Watches,
)
from config.estate.kinds.machines import Robots, TrustedPublishers, Webhooks
from config.estate.kinds.organizations import (
    Domains,
    FormerNamespaces,
    Members,
    Namespaces,
    Organizations,
    TeamMembers,
    Teams,
)
from config.estate.kinds.people import AccessTokens, People, Pictures
from config.estate.kinds.repositories import FormerNames, Hidings, Repositories
from config.estate.kinds.site import (
    AcceptRules,
    Announcements,
    PlacementRules,
    Plans,
    Pools,
    Registries,
)

TABLES: dict[str, Kind[Any]] = {
    kind.record.KIND: kind
    for kind in (
        Plans(),
        People(),
        Organizations(),
        Members(),
        Teams(),
        TeamMembers(),
        Domains(),
        Namespaces(),
        FormerNamespaces(),
        Pictures(),
        Robots(),
        AccessTokens(),
        Announcements(),
        Registries(),
        Pools(),
        PlacementRules(),
        AcceptRules(),
        Repositories(),
        FormerNames(),
        Hidings(),
        Grants(),
        DefaultGrants(),
        Stars(),
        Watches(),
        RetentionRules(),
        Webhooks(),
        TrustedPublishers(),
    )
}

"""Give a person everything that is kept about them."""

from __future__ import annotations

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.audit import AuditAction, record
from accounts.limits import EXPORTS
from accounts.own_data import collect
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.ratelimits import spend


def export_own_data(*, by: Principal) -> str:
    """Return the document as JSON; raises MachineRefused and LimitReached."""
    user = check_person(by)
    spend(EXPORTS, by.subject, what="exports")
    with transaction.atomic():
        record(AuditAction.ACCOUNT_EXPORTED, by=by, user=user, target=user.username)
        return json.dumps(collect(user), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)

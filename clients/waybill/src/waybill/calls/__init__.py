"""The operations of the API that a token opens: each function returns a call, and sends nothing."""

from __future__ import annotations

from waybill.calls import access, audit, names, people, promotions, repositories, tags

__all__ = ["access", "audit", "names", "people", "promotions", "repositories", "tags"]

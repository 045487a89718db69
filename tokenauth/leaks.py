"""`POST /api/v1/leaked-tokens`: a secret scanner found something; known or not, the answer is one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.parsers import StrictJSONListParser
from accounts.api.views import APIView
from accounts.audit import AuditAction, record
from accounts.errors import LimitReached
from accounts.flows.report_leak import readable_url, report_leak, tell_of_leak
from accounts.namespace_holders import holders_of
from accounts.opaque_tokens import recognize
from accounts.principals import ANONYMOUS
from accounts.ratelimits import LEAK_REPORTS, network_of, spend
from index.models import TrustedPublisher, WorkloadLogin
from tokenauth import refresh
from tokenauth.models import RefreshToken, WorkloadSecret
from tokenauth.workloads import workload_secrets

MOST_IN_ONE_REPORT = 100


class LeakInput(serializers.Serializer[Any]):
    """One find, as GitHub's secret scanning sends it; what else it sends is ignored."""

    token = serializers.CharField(max_length=500, trim_whitespace=False)
    url = serializers.CharField(max_length=4000, allow_blank=True, allow_null=True, default="")
    source = serializers.CharField(  # type: ignore[assignment]  # the field's name in the body
        max_length=200, allow_blank=True, allow_null=True, default=""
    )


class LeakReport(serializers.Serializer[Any]):
    """The answer, whatever was known."""

    received = serializers.IntegerField()


class LeakedTokens(APIView):
    """Public: whoever has the secret could use it, and may end it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    takes_from_anybody = True
    parser_classes = (StrictJSONListParser,)

    @extend_schema(
        summary="Report leaked secrets",
        request=LeakInput(many=True),
        responses={200: LeakReport},
    )
    def post(self, request: Request) -> Response:
        """End each secret that is one of ours, and tell its owner where it was found."""
        try:
            network = network_of(request.META["REMOTE_ADDR"])
            spend(LEAK_REPORTS, network, what="reports from your network")
        except LimitReached as error:
            raise Throttled(error.retry_after) from error
        if len(request.data) > MOST_IN_ONE_REPORT:
            message = f"report at most {MOST_IN_ONE_REPORT} at once"
            raise ParseError(message)
        finds = LeakInput(data=request.data, many=True)
        finds.is_valid(raise_exception=True)
        for find in finds.validated_data:
            report(find["token"], url=find["url"] or "", source=find["source"] or "")
        return Response({"received": len(finds.validated_data)})


def report(secret: str, *, url: str, source: str) -> bool:
    """End whatever kind of secret it is; return whether it was known."""
    if report_leak(secret, url=url, source=source):
        return True
    found = recognize(secret)
    if found is None:
        return False
    if found.prefix == workload_secrets.PREFIX:
        return _end_job(found.selector, found.digest, url=url)
    if found.prefix != refresh.PREFIX:
        return False
    return _end_login(found.selector, found.digest, url=url)


def _end_job(selector: str, digest: str, *, url: str) -> bool:
    """End the secret, and the registry tokens that were taken with it."""
    rows = WorkloadSecret.objects.select_related(
        "login__publisher__repository__namespace", "login__publisher__robot__namespace"
    )
    row = rows.filter(selector=selector, secret_digest=digest).first()
    if row is None:
        return False
    with transaction.atomic():
        if WorkloadSecret.objects.filter(pk=row.pk).delete()[0]:
            WorkloadLogin.objects.filter(pk=row.login_id).update(expires_at=timezone.now())
            name = f"{workload_secrets.PREFIX}_{selector}"
            _tell_of_job(row.login.publisher, name, url=readable_url(url))
    return True


def _tell_of_job(publisher: TrustedPublisher | None, name: str, *, url: str) -> None:
    owner = (publisher.repository or publisher.robot) if publisher else None
    if owner is None:  # nobody trusts the job any more
        return
    record(
        AuditAction.PUBLISHER_SECRET_LEAKED,
        by=ANONYMOUS,
        namespace=owner.namespace,
        target=str(owner),
        secret=name,
        publisher=str(publisher),
        url=url,
    )
    what = f"The secret {name} of a CI job of {publisher}, which pushes to {owner},"
    tell_of_leak(*holders_of(owner.namespace), what=what, page="", url=url, source="")


def _end_login(selector: str, digest: str, *, url: str) -> bool:
    rows = RefreshToken.objects.select_related("user")
    row = rows.filter(selector=selector, secret_digest=digest).first()
    if row is None:
        return False
    with transaction.atomic():
        ended = RefreshToken.objects.filter(pk=row.pk, revoked_at=None)
        if ended.update(revoked_at=timezone.now()):
            where = readable_url(url)
            name = f"{refresh.PREFIX}_{selector}"
            record(AuditAction.MACHINE_LEAKED, by=ANONYMOUS, user=row.user, target=name, url=where)
            what = f"The docker login {name} of your account"
            tell_of_leak(row.user, what=what, page="", url=where, source="")
    return True

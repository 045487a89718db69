"""Looks at one registry from outside: is it there, is it configured as it has to be, do its events come.

Every finding says in words how to mend it. Nothing here writes to the database
(`index.flows.check_registry` does); in the registry a few bytes are written into a repository of our
own and taken out again, so that it has something to notify us of.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from index.models import Registry
from index.probing.findings import Check, Judgement, Report, Verdict
from index.probing.tokens import PROBE_REPOSITORY, foreign_token, own_token
from index.probing.verdicts import (
    challenge_verdict,
    clock_verdict,
    is_bearer,
    location_verdict,
    upload_failed,
    upload_refused,
    with_digest,
)
from index.registry_connection import new_session

_CONTENT = b"Waybill looks whether this registry is well.\n"
_DIGEST = f"sha256:{hashlib.sha256(_CONTENT).hexdigest()}"
_NO_DIGEST = "sha256:" + "0" * 64
_TIMEOUT = (3, 5)  # seconds to connect, to read


def probe(registry: Registry, *, write: bool) -> Report:
    """Look at everything but the notifications, of which only the database knows.

    Without `write` nothing is uploaded. Trouble is a finding; raises SigningKeyMissing alone.
    """
    report = Report()
    with new_session(PROBE_REPOSITORY) as session:
        look = _Look(registry, session, report)
        try:
            look.at_everything(write=write)
        except requests.RequestException as error:
            report.judge(Check.REACHABLE, _why_silent(registry, error))
    return report


@dataclass(slots=True)
class _Look:
    """One conversation; the first request that is not answered ends it."""

    registry: Registry
    session: requests.Session
    report: Report

    def at_everything(self, *, write: bool) -> None:
        before, begun = time.monotonic(), time.time()
        first = self.ask("GET", "/v2/")
        self.report.milliseconds = round((time.monotonic() - before) * 1000)
        if not self.is_registry(first):
            return
        self.at_challenge(first)
        self.at_tokens()
        self.at_deletes()
        if write:
            self.at_uploads()
        self.at_clock(first, (begun + time.time()) / 2)
        words = gettext_noop("It answered in %(milliseconds)s ms.")
        milliseconds = self.report.milliseconds
        self.report.add(Check.REACHABLE, Verdict.GOOD, words, milliseconds=milliseconds)

    def ask(
        self, method: str, path: str, *, token: str = "", body: bytes = b""
    ) -> requests.Response:
        """Ask; bodies of answers are not read, redirects not followed."""
        with self.session.request(
            method,
            self.registry.upstream_url.rstrip("/") + path,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            data=body or None,
            allow_redirects=False,
            timeout=_TIMEOUT,
            stream=True,
        ) as answer:
            return answer

    def is_registry(self, first: requests.Response) -> bool:
        version = first.headers.get("Docker-Distribution-Api-Version", "")
        speaks = version == "registry/2.0" or is_bearer(first.headers)
        if first.status_code in {200, 401} and speaks:
            words = gettext_noop("It speaks the registry protocol.")
            self.report.add(Check.REGISTRY, Verdict.GOOD, words)
            return True
        words = gettext_noop(
            "GET /v2/ was answered with %(status)s, not as a registry does. Is the URL that of the"
            " registry itself?"
        )
        self.report.add(Check.REGISTRY, Verdict.BAD, words, status=first.status_code)
        return False

    def at_challenge(self, first: requests.Response) -> None:
        if first.status_code == 200:
            words = gettext_noop(
                "It is open: everybody who reaches it reads and writes everything, past all"
                " permissions. Give it the auth.token section of its configuration, and restart it."
            )
            self.report.add(Check.CLOSED, Verdict.BAD, words)
            return
        words = gettext_noop("Without a token it answers 401.")
        self.report.add(Check.CLOSED, Verdict.GOOD, words)
        self.report.judge(Check.CHALLENGE, challenge_verdict(self.registry, first.headers))

    def at_tokens(self) -> None:
        own, foreign = own_token(self.registry), foreign_token(self.registry)
        accepted = self.ask("GET", "/v2/", token=own).status_code == 200
        opened = self.ask("GET", "/v2/", token=foreign).status_code == 200
        if accepted:
            words = gettext_noop(
                "A token of ours is accepted: it trusts our root, and its issuer is right."
            )
            self.report.add(Check.TOKENS, Verdict.GOOD, words)
        else:
            words = gettext_noop(
                "A token of ours was refused. Compare what it trusts, its service and its issuer"
                " (%(issuer)s) with the configuration to paste, look at its clock, and restart it."
            )
            self.report.add(Check.TOKENS, Verdict.BAD, words, issuer=settings.ISSUER)
        if opened:
            words = gettext_noop(
                "It accepts a token that somebody else signed. Give it the auth.token section of its"
                " configuration with our root alone, and restart it."
            )
            self.report.add(Check.FOREIGN, Verdict.BAD, words)
        else:
            words = gettext_noop("A token of somebody else is refused.")
            self.report.add(Check.FOREIGN, Verdict.GOOD, words)

    def at_deletes(self) -> None:
        path = f"/v2/{PROBE_REPOSITORY}/manifests/{_NO_DIGEST}"
        status = self.ask("DELETE", path, token=own_token(self.registry)).status_code
        if status in {202, 404}:
            words = gettext_noop("Deletion is switched on.")
            self.report.add(Check.DELETES, Verdict.GOOD, words)
        elif status == 405:
            words = gettext_noop(
                "Deletion is switched off, so what is deleted here stays there. Set storage.delete.enabled"
                " to true and restart it, unless it is to keep everything for ever."
            )
            self.report.add(Check.DELETES, Verdict.WARNING, words)
        else:
            words = gettext_noop(
                "A deletion was answered with %(status)s; see what it says of our tokens."
            )
            self.report.add(Check.DELETES, Verdict.UNKNOWN, words, status=status)

    def at_uploads(self) -> None:
        token = own_token(self.registry)
        begun = self.ask("POST", f"/v2/{PROBE_REPOSITORY}/blobs/uploads/", token=token)
        if begun.status_code != 202:
            self.report.judge(Check.UPLOADS, upload_refused(begun.status_code))
            return
        location = begun.headers.get("Location", "")
        path = with_digest(location, _DIGEST)
        kept = self.ask("PUT", path, token=token, body=_CONTENT) if path else None
        if kept is None or kept.status_code != 201:
            self.report.judge(
                Check.UPLOADS, upload_failed(None if kept is None else kept.status_code)
            )
            return
        self.report.wrote_at = timezone.now()
        # The link alone: the next garbage collection takes the bytes.
        self.ask("DELETE", f"/v2/{PROBE_REPOSITORY}/blobs/{_DIGEST}", token=token)
        self.report.judge(Check.UPLOADS, location_verdict(self.registry, location))

    def at_clock(self, first: requests.Response, ours: float) -> None:
        try:
            theirs = parsedate_to_datetime(first.headers["Date"]).replace(tzinfo=UTC)
        except (KeyError, ValueError, TypeError):
            words = gettext_noop("Its answers carry no date.")
            self.report.add(Check.CLOCK, Verdict.UNKNOWN, words)
            return
        seconds = round(theirs.timestamp() + 0.5 - ours)  # the header has whole seconds
        self.report.judge(Check.CLOCK, clock_verdict(seconds))


def _why_silent(registry: Registry, error: requests.RequestException) -> Judgement:
    """Return why it may be that nothing came."""
    if isinstance(error, requests.exceptions.SSLError):
        words = gettext_noop(
            "The certificate at %(where)s is not accepted: is it for that host, and not over?"
        )
    elif isinstance(error, requests.Timeout):
        words = gettext_noop("%(where)s did not answer in time: is it overloaded or held?")
    else:
        words = gettext_noop(
            "Nothing answers at %(where)s: does it run, is the address right, is a firewall between?"
        )
    return Judgement(Verdict.BAD, words, {"where": registry.upstream_url})

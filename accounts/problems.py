"""Problem details (RFC 9457): what a refusal is called, for programs, and where the guide explains it.

The name is that of the exception's class; `CODES` says which there are, and a test that there are no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from accounts.guide import Anchor, page_of

CODES: Mapping[str, str] = {
    "access-denied": "Somebody refused the command line that wants to log in (RFC 8628).",
    "account-disabled": "An administrator has disabled the account.",
    "account-in-use": "The account cannot be closed yet.",
    "account-not-created": "The directory knows the password, and no account can be made of it.",
    "account-not-verified": "The e-mail address is still to be proven.",
    "already-decided": "Somebody else has answered meanwhile.",
    "already-member": "They are in it already.",
    "announcement-refused": "It cannot be announced so.",
    "answer-lost": "What came with this `Idempotency-Key` was begun or done; its answer is not kept.",
    "authorization-pending": "Nobody has approved the command line yet (RFC 8628).",
    "confirmation-needed": "Log in again, or confirm that it is you, in this session; then send it again.",
    "conflict": "It would collide with what is there.",
    "credential-refused": "A credential cannot be made or changed like this.",
    "deletion-refused": "There is nothing to delete, or not like this.",
    "denied": "This principal may not do this.",
    "directory-unavailable": "The directory that knows the account gives no answer.",
    "domain-refused": "The domain cannot be claimed or proven.",
    "email-refused": "No e-mail address, or one that is taken.",
    "expired-token": "The code of the command line has ended, or was used (RFC 8628).",
    "grant-refused": "Nobody may be given this, or not these.",
    "hidden-by-administrators": "It stays private until an administrator of the site ends that.",
    "idempotency-key-in-use": "The first request with this `Idempotency-Key` is being done; `Retry-After` says when to ask.",
    "idempotency-key-invalid": "The header `Idempotency-Key` is outside the grammar.",
    "idempotency-key-reused": "This `Idempotency-Key` came with another request.",
    "in-trash": "It was deleted already, or is not in the trash any more.",
    "internal-error": "A fault of the server's; its log has it under `X-Request-ID`.",
    "invalid": "Fields or parameters are wrong: `errors` and `codes` say which.",
    "invitation-refused": "It cannot be sent, or not be accepted.",
    "last-owner": "Nobody would be left who can change the organization.",
    "last-way-in": "Nothing would be left that opens the account.",
    "machine-refused": "People do this; tokens and robots do not.",
    "maintenance": "The site is being worked on.",
    "malformed": "The request cannot be read.",
    "manifest-gone": "The registry does not have it any more.",
    "may-not-create": "Nothing may be created in this namespace.",
    "method-not-allowed": "This address does not know this method.",
    "move-refused": "It cannot be moved there, or not now.",
    "name-invalid": "The name is outside the grammar.",
    "name-reserved": "The name belongs to the site.",
    "name-taken": "Something has, or had, this name.",
    "no-placement": "No rule says which registry keeps this name.",
    "not-acceptable": "The answer would be JSON, which is not accepted.",
    "not-authenticated": "This wants to know who is asking.",
    "not-found": "There is none, or none that the principal may know of.",
    "organization-in-use": "The organization cannot be deleted yet.",
    "over-quota": "The plan of the namespace leaves no room.",
    "password-refused": "The new password breaks a rule.",
    "passwords-busy": "Too many passwords wait to be checked.",
    "pattern-refused": "No pattern of tags, or too many of them.",
    "picture-refused": "The file is no picture that is kept.",
    "plan-in-use": "The plan holds for somebody.",
    "plan-refused": "A plan cannot be so.",
    "precondition-failed": "It has changed, or is gone, since it was read: read it again.",
    "precondition-unsupported": "This operation cannot compare what `If-Match` or `If-None-Match` says.",
    "promotion-refused": "The image cannot be promoted there, or not now.",
    "publisher-refused": "What is said of a CI job matches none.",
    "query-refused": "The query cannot be read.",
    "quota-exceeded": "The plan of the namespace leaves no room.",
    "rate-limited": "Too many calls, or too many of something; `Retry-After` says when to come back.",
    "reason-missing": "This wants a reason.",
    "refused": "It cannot be done like this; `detail` says why.",
    "registry-in-use": "It would take something from what is there.",
    "registry-refused": "A registry, pool or rule cannot be so.",
    "registry-silent": "A registry has to be asked first, and does not answer.",
    "report-refused": "It cannot be reported, or decided, like this.",
    "second-factor-missing": "The account needs a second factor first.",
    "second-factor-required": "The password is not enough: the account takes a token here.",
    "secrets-in-the-way": "Secrets that were found are to be answered first.",
    "session-needed": "This is for a session in a browser; no token or password does it.",
    "shown-once": "It was done with this `Idempotency-Key`; its answer was shown once. `Location` says where it is.",
    "signup-refused": "The site does not let this address sign up.",
    "slow-down": "Asked again too soon: wait five seconds longer each time (RFC 8628).",
    "tag-is-immutable": "The tag is there and never changes.",
    "tags-refused": "Too many tags, or what is none.",
    "team-is-managed": "Its members come with a group of the directory or provider.",
    "text-refused": "A text has characters that are none, or a link is none.",
    "token-lacks-part": "The access token is not for this part of the API.",
    "too-large": "The body is too large.",
    "topic-refused": "No topic, or too many of them.",
    "transfer-refused": "It cannot be given to that namespace.",
    "unavailable": "The server cannot answer now.",
    "unsupported": "Nobody may do this here.",
    "unsupported-media-type": "The body is not JSON.",
    "webhook-refused": "A webhook cannot be like this.",
    "wrong-credential": "The credential is wrong, or has ended.",
}  # fmt: skip
_SAME = {
    "limit-reached": "rate-limited",
    "too-many-attempts": "rate-limited",
    "not-allowed": "denied",
    "no-answer-now": "unavailable",
    "page-invalid": "invalid",
    "repository-unknown": "not-found",
    "unauthorized": "not-authenticated",
} | dict.fromkeys(
    ("invalid-credentials", "other-account", "credential-ended", "network-refused", "wrong-password"),
    "wrong-credential",
)  # fmt: skip
_OF_STATUS = {
    403: "denied",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    429: "rate-limited",
    503: "unavailable",
}


def code_of(kind: type[Exception]) -> str:
    """Return what refusals of a class are called."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()
    return _SAME.get(words, words)


def code_of_status(status: int) -> str:
    """Return what an answer is called of which no more is known."""
    return _OF_STATUS.get(status, "malformed" if status < 500 else "internal-error")


def problem(status: int, code: str, detail: str, *, place: Anchor | None = None) -> dict[str, Any]:
    """Return the body of a refusal; `place` is where the guide explains it."""
    return {
        "type": page_of(place) if place else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }

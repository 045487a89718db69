"""What a credential looks like: by the form its maker gives it, or by the name that it is given.

Pure. Every expression is linear in the length of the text: repetitions are of one class of characters,
bounded, or end at a character outside of it. `detect-secrets` was tried: it gives back parts of a value
for some formats, knows neither `github_pat_` nor `npm_`, and calls every hash a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

_LONGEST_VALUE = 4096


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks like a credential. `value` is for comparing alone; nobody keeps it."""

    kind: str
    value: str

    @property
    def excerpt(self) -> str:
        """What its owner needs to recognise it: at most a quarter of it, never above four letters."""
        start = self.value[: min(4, len(self.value) // 4)]
        shown = "".join(letter if letter.isprintable() else "?" for letter in start)
        return f"{shown}… ({len(self.value)} characters)"


# Forms that their makers publish, so that such a value cannot be anything else.
_FORMS = {
    "aws-access-key": r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])",
    "azure-storage-key": r"AccountKey=([A-Za-z0-9+/]{86}==)",
    "docker-access-token": r"(?<![\w-])dckr_(?:pat|oat)_[\w-]{20,64}",
    "github-token": r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})",
    "gitlab-token": r"(?<![\w-])gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|agent|imt)-[\w-]{20,64}",
    "google-api-key": r"(?<![\w-])AIza[\w-]{35}(?![\w-])",
    "hugging-face-token": r"(?<![\w-])hf_[A-Za-z0-9]{34}(?![A-Za-z0-9])",
    "json-web-token": r"(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,1000}",
    "npm-token": r"(?<![\w-])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
    "openai-key": r"(?<![\w-])sk-(?:proj-|svcacct-|ant-)?[\w-]{32,200}",
    "private-key": r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    "pypi-token": r"(?<![\w-])pypi-AgE[\w-]{50,400}",
    "sendgrid-key": r"(?<![\w.-])SG\.[\w-]{22}\.[\w-]{43}",
    "slack-token": r"(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{10,120}",
    "slack-webhook": r"https://hooks\.slack\.com/services/T\w{6,20}/B\w{6,20}/\w{16,40}",
    "stripe-key": r"(?<![\w-])[rs]k_live_[A-Za-z0-9]{20,120}",
    "telegram-token": r"(?<![\w-])\d{8,10}:AA[\w-]{33}(?![\w-])",
    "twilio-key": r"(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![0-9a-f])",
    "waybill-credential": r"(?<![\w-])wb[a-z]_\w{20,120}",
}
# How programs are told a password on a command line, or in a file that a command writes.
_SAID = {
    "password-in-url": r"[a-z][a-z0-9+.-]{1,20}://[^\s/@:'\"]{0,100}:([^\s/@'\"]{3,200})@",
    "authorization-header": r"(?i:authorization:\s{0,3}(?:bearer|basic|token)\s{1,3})([^\s'\"]{8,4096})",
    "password-option": r"(?<![\w-])--?(?:password|passwd|pass|token|secret|api-key)[ =]([^\s'\"]{4,200})",
    "curl-password": (
        r"\bcurl(?=\s)(?:(?!\scurl\s)[^|;&\n]){0,300}?\s(?:-u|--user)[ =]?[^\s:'\"]{1,100}"
        r":([^\s'\"]{3,200})"
    ),
    "sshpass-password": r"\bsshpass\s{1,3}-p\s{0,3}([^\s'\"]{3,200})",
    "netrc-password": r"\bmachine\s{1,3}\S{1,200}\s{1,3}login\s{1,3}\S{1,200}\s{1,3}password\s{1,3}(\S{3,200})",
    "npm-token": r":_(?:authToken|auth|password)\s{0,3}=\s{0,3}([^\s'\"]{8,300})",
}
_FORM_EXPRESSIONS = {kind: re.compile(text, re.ASCII) for kind, text in _FORMS.items()}
_SAID_EXPRESSIONS = {kind: re.compile(text, re.ASCII) for kind, text in _SAID.items()}
_ASSIGNMENT = re.compile(
    r"(?<![\w$])([A-Za-z_]\w{1,80})=(\"[^\"]{0,4096}\"|'[^']{0,4096}'|[^\s'\";&|]{0,4096})",
    re.ASCII,
)

_TELLING = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|"
    r"PRIVATE_KEY|SECRET_KEY|SIGNING_KEY|ENCRYPTION_KEY|AUTH_KEY|CREDENTIALS?|ACCOUNT_KEY)(?:$|_)"
    r"|(?:PASSWORD|PASSWD|SSHPASS)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# These say where it is, whose it is or how long it lasts, and not what it is.
_HARMLESS_ENDS = (
    "_FILE", "_PATH", "_DIR", "_URL", "_URI", "_HOST", "_ID", "_NAME", "_USER", "_TYPE", "_TTL",
    "_LENGTH", "_ALGORITHM", "_HEADER", "_EXPIRY", "_EXPIRES", "_ENABLED", "_REQUIRED", "_POLICY",
    "_VERSION", "_ISSUER", "_AUDIENCE", "_ENDPOINT", "_COUNT", "_SIZE", "_TIMEOUT",
)  # fmt: skip
_HARMLESS_NAMES = frozenset({"PWD", "OLDPWD", "GPG_KEY"})
_PLACEHOLDER = re.compile(
    r"(?i)\A(?:|true|false|yes|no|on|off|none|null|nil|undefined|\d{1,3}|[x*.\-_?]+|<.*>|\[.*\]|"
    r"\$.*|%.*%|\{\{.*\}\}|(?:change|replace)[-_ ]?(?:me|this|it).*|your[-_ ].*|example.*|"
    r"placeholder.*|dummy.*|todo.*|redacted|masked|secret:.*|/run/secrets/.*|(?:file|env|vault):.*)\Z"
)


_WORDS = {
    "aws-access-key": _("AWS access key"),
    "openai-key": _("OpenAI key"),
    "google-api-key": _("Google API key"),
    "hugging-face-token": _("Hugging Face token"),
    "github-token": _("GitHub token"),
    "gitlab-token": _("GitLab token"),
    "json-web-token": _("JSON Web Token"),
    "npm-token": _("npm token"),
    "pypi-token": _("PyPI token"),
    "sendgrid-key": _("SendGrid key"),
    "password-in-url": _("Password in a URL"),
    "curl-password": _("Password given to curl"),
    "sshpass-password": _("Password given to sshpass"),
    "netrc-password": _("Password in a netrc line"),
    "named-as-secret": _("Value whose name says that it is secret"),
}


def words_of(kind: str) -> str:
    """Return what people call a kind of credential."""
    return str(_WORDS.get(kind, "")) or kind.replace("-", " ").capitalize()


def find_secrets(text: str) -> Iterator[Secret]:
    """Yield what in a text looks like a credential; each value once."""
    seen: set[str] = set()
    for secret in _candidates(text):
        if secret.value not in seen and not is_placeholder(secret.value):
            seen.add(secret.value)
            yield secret


def assigned_secret(name: str, value: str) -> Secret | None:
    """Return the credential that a variable of that name holds, if its name says that it is one."""
    if not _tells(name) or len(value) < 4 or is_placeholder(value):
        return None
    return Secret("named-as-secret", value[:_LONGEST_VALUE])


def is_placeholder(value: str) -> bool:
    """Whether it stands for something that is put in later, or is no secret at all."""
    return _PLACEHOLDER.match(value[:200]) is not None


def _candidates(text: str) -> Iterator[Secret]:
    for expressions in (_FORM_EXPRESSIONS, _SAID_EXPRESSIONS):
        for kind, expression in expressions.items():
            for match in expression.finditer(text):
                yield Secret(kind, match.group(expression.groups and 1))
    for match in _ASSIGNMENT.finditer(text):
        name, value = match.groups()
        named = assigned_secret(name, value.strip("'\""))
        if named:
            yield named


def _tells(name: str) -> bool:
    upper = _CAMEL.sub("_", name).upper().replace("-", "_").replace(".", "_")
    if upper in _HARMLESS_NAMES or upper.endswith(_HARMLESS_ENDS) or "PUBLIC" in upper:
        return False
    return _TELLING.search(upper) is not None

"""Mail about access, from the texts in `templates/index/mail/`."""

from __future__ import annotations

from functools import partial

from accounts.mails import send_after_commit as _send_after_commit

send_after_commit = partial(_send_after_commit, folder="index/mail")

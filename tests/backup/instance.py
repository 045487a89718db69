"""Run as a program by the drill: fills an installation of its own, and says what opens in it.

`python -m tests.backup.instance fill FOLDER | end FOLDER | opens FILE`
"""

from __future__ import annotations

import json
import os
import sys
from io import StringIO
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - apps are ready only now
from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402

from accounts.credential_kinds import Use  # noqa: E402
from accounts.errors import AccountError  # noqa: E402
from accounts.flows.authenticate import authenticate  # noqa: E402
from accounts.flows.personal_access_tokens import revoke_token  # noqa: E402
from accounts.flows.robot_secrets import revoke_secret  # noqa: E402
from accounts.models import PersonalAccessToken, RobotSecret, User  # noqa: E402
from accounts.principals import Principal  # noqa: E402
from index.events.auth import authenticate_registry  # noqa: E402
from index.flows.registries import register_registry  # noqa: E402
from index.models import Repository  # noqa: E402
from tests.factories import PASSWORD, make_repository, make_user  # noqa: E402
from tests.machines import make_robot, make_secret, make_token  # noqa: E402
from tokenauth.models import RefreshToken  # noqa: E402
from tokenauth.refresh import issue_refresh_token  # noqa: E402
from tokenauth.signing.keys import signing_keys  # noqa: E402

NEW_PASSWORD = "the second river is deeper"
EVENTS_SECRET = "events-of-east-" * 4


def fill(folder: Path) -> dict[str, str]:
    """Make people, machines and a backup; return the secrets."""
    call_command("migrate", verbosity=0)
    signing_keys.create("index.test")
    east = register_registry("east", upstream_url="http://127.0.0.1:1", events_secret=EVENTS_SECRET)
    alice, bobby, dora = make_user("alice"), make_user("bobby"), make_user("dora")
    make_repository("alice/app", registry=east)
    robot = make_robot("alice", by=alice)
    session = SessionStore()
    session.create()
    secrets = {
        "kept token": make_token(alice).value,
        "ended token": make_token(alice, name="lost").value,
        "kept robot": make_secret(robot, by=alice).value,
        "ended robot": make_secret(robot, by=alice, label="lost").value,
        "kept login": _login(alice),
        "ended login": _login(bobby),
        "token of dora": make_token(dora).value,
    }
    call_command(
        *("backup", str(folder / "backup"), "--keys", str(folder / "keys.enc")),
        *("--passphrase-file", str(folder / "passphrase")),
        stdout=StringIO(),
    )
    return secrets


def end(folder: Path) -> dict[str, str]:
    """End some of it, after the backup, and list what holds."""
    alice, bobby = User.objects.get(username="alice"), User.objects.get(username="bobby")
    revoke_token(PersonalAccessToken.objects.get(name="lost"), by=Principal(alice))
    revoke_secret(RobotSecret.objects.get(label="lost"), by=Principal(alice))
    bobby.set_password(NEW_PASSWORD)
    bobby.save()  # ends the docker login, too
    User.objects.filter(username="dora").update(is_active=False)
    call_command("valid_credentials", str(folder / "valid.json"), stdout=StringIO())
    return {}


def opens(file: Path) -> dict[str, object]:
    """Say which secrets of the file open anything here, and what else there is."""
    secrets = json.loads(file.read_text())
    found: dict[str, object] = {name: _opens(secret) for name, secret in secrets.items()}
    for name in ("alice", "bobby"):
        found[f"password of {name}"] = _opens(PASSWORD, login=name)
    east = authenticate_registry("east", f"Bearer {EVENTS_SECRET}")
    return found | {
        "events secret": east is not None,
        "sessions": Session.objects.count(),
        "repositories": list(Repository.objects.values_list("name", flat=True)),
        "key": signing_keys.current().kid,
        "factors": Authenticator.objects.count(),
        "tokens end": User.objects.filter(tokens_not_before=None).count() == 0,
        "secret key": settings.SECRET_KEY[:3],
    }


def _login(user: User) -> str:
    return issue_refresh_token(user, service="index.test", client_id="docker", address="").value


def _opens(secret: str, *, login: str = "") -> bool:
    kind, selector = secret[:4], secret[4:20]
    if kind == "wbr_":
        return RefreshToken.objects.usable().filter(selector=selector).exists()
    if kind == "wbp_":
        login = PersonalAccessToken.objects.get(selector=selector).user.username
    try:
        authenticate(login=login or "alice+ci", secret=secret, address="10.0.0.1", use=Use.TOKEN)
    except AccountError:
        return False
    return True


if __name__ == "__main__":
    command = {"fill": fill, "end": end, "opens": opens}[sys.argv[1]]
    sys.stdout.write(json.dumps(command(Path(sys.argv[2]))))

"""People and things whose names are as long as they may be, and have no place to break."""

from __future__ import annotations

USER = "u" * 30
ORGANIZATION = "o" * 30
ROBOT = f"{ORGANIZATION}+{'b' * 30}"
TEAM = "m" * 30
REPOSITORY = f"{USER}/{'r' * 84}/{'s' * 84}"  # 200 characters
OF_ORGANIZATION = f"{ORGANIZATION}/{'w' * 169}"
TAG = "t" * 128

NAMES = {
    "USER": USER,
    "ORGANIZATION": ORGANIZATION,
    "ROBOT": ROBOT,
    "TEAM": TEAM,
    "REPOSITORY": REPOSITORY,
    "OF_ORGANIZATION": OF_ORGANIZATION,
    "TAG": TAG,
}

_OF_REPOSITORY = (
    "",
    "/-/tags",
    f"/-/manifests/{TAG}",
    f"/-/tags/{TAG}/history",
    f"/-/compare?from={TAG}&to={TAG[:-1]}u",
    "/-/activity",
    "/-/statistics",
    "/-/promotions",
    f"/-/promote?image={TAG}",
    "/-/secrets",
    "/-/access",
    "/-/access/explain?who=anonymous&role=writer&tag=latest",
    "/-/denials",
    "/-/audit",
    "/-/webhooks",
    "/-/settings",
    "/-/settings/retention",
    "/-/delete",
    "/-/delete-tags?pattern=*",
    "/-/deleted-tags",
    "/-/rename",
)
_OF_ORGANIZATION = (
    "",
    "members",
    "teams",
    f"teams/{TEAM}",
    "robots",
    "access",
    "audit",
    "settings",
)
PAGES = (
    "/",
    "/explore",
    f"/search?q=topic%3A{'c' * 30}",
    f"/search?q={'u' * 4}",
    f"/u/{USER}",
    *(f"/r/{REPOSITORY}{page}" for page in _OF_REPOSITORY),
    *(f"/o/{ORGANIZATION}{f'/-/{page}' if page else ''}" for page in _OF_ORGANIZATION),
    f"/robots/{ROBOT}",
    "/activity",
    "/new",
    "/settings/tokens",
    "/settings/robots",
    "/settings/profile",
    "/settings/history",
    "/settings/data",
    "/settings/namespace",
    "/organizations",
    "/trash",
    "/manage/people",
    f"/manage/people/{USER}",
    "/manage/audit",
    "/manage/map",
    "/manage/registries",
    "/manage/moves",
    "/manage/trash",
    f"/settings/explain/{REPOSITORY}",
)

# Runs in the application afterwards: while there is an administrator, the set-up link is dead.
DISMISS = """
from accounts.models import User
User.objects.filter(username=name).update(is_superuser=False, is_staff=False)
"""
# Runs in the application; `names` is what stands above, `password` that of the person.
MAKE = """
import json
from datetime import timedelta
from hashlib import sha256
from django.utils import timezone
from accounts.models import (
    AuditEvent, Membership, Namespace, Organization, OrganizationRole, PersonalAccessToken,
    RobotAccount, Team, User,
)
from index.models import (
    AccessGrant, Activity, Denial, Manifest, ManifestContent, Promotion, Registry, Repository, Tag,
    TagChange, Webhook,
)
from allauth.account.models import EmailAddress
from accounts.flows.signup import create_user
now = timezone.now()
user = create_user(username=names["USER"], email=f"{'e' * 64}@example.com", password=password)
EmailAddress.objects.filter(user=user).update(verified=True)
user.display_name = "D" * 80
user.is_superuser = user.is_staff = True
user.save()
organization = Organization.objects.create(name=names["ORGANIZATION"], display_name="D" * 80)
of_organization = Namespace.objects.create(name=organization.name, organization=organization)
Membership.objects.create(organization=organization, user=user, role=OrganizationRole.OWNER)
RobotAccount.objects.create(
    namespace=of_organization, name=names["ROBOT"].partition("+")[2], description="D" * 200
)
team = Team.objects.create(organization=organization, name=names["TEAM"])
east = Registry.objects.order_by("pk").first()
def digest_of(text):
    return f"sha256:{sha256(text.encode()).hexdigest()}"
for name in (names["REPOSITORY"], names["OF_ORGANIZATION"]):
    namespace = Namespace.objects.get(name=name.partition("/")[0])
    repository = Repository.objects.create(
        name=name, stored_name=name, namespace=namespace, registry=east, visibility="public",
        description="D" * 100, topics=["c" * 30] * 2, last_pushed_at=now,
    )
    layers = [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest_of(f"l{at}"),
         "size": 10**at} for at in range(1, 9)
    ]
    config = {
        "os": "linux", "architecture": "amd64", "config": {"Labels": {"l" * 200: "v" * 300}},
        "history": [{"created_by": "RUN " + "x" * 200} for _ in layers],
    }
    document = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                           "digest": digest_of("config"), "size": 2}, "layers": layers,
                "annotations": {"a" * 200: "n" * 300}}
    for at, tag in enumerate(("t" * 127 + "u", names["TAG"])):
        manifest = Manifest.objects.create(
            repository=repository, digest=digest_of(f"{name}{tag}"), size=10**9 * (at + 1),
            largest=10**9 * (at + 1), platform="linux/amd64", contents="kept", described_at=now,
            media_type="application/vnd.oci.image.manifest.v1+json",
        )
        ManifestContent.objects.create(
            manifest=manifest, document=json.dumps(document).encode(),
            config=json.dumps(config).encode(),
        )
        Tag.objects.create(
            repository=repository, name=tag, manifest=manifest, pushed_at=now, pushed_by=user
        )
        TagChange.objects.create(
            repository=repository, tag=names["TAG"], digest=manifest.digest, kind="pushed",
            at=now - timedelta(days=9 - at), actor_name="n" * 80,
        )
    Activity.objects.create(
        repository=repository, namespace=namespace, kind="tag-pushed", tag=names["TAG"],
        digest=manifest.digest, actor_name="n" * 80,
    )
    AccessGrant.objects.create(repository=repository, user=user, role="reader", expires_at=now + timedelta(days=3))
    Promotion.objects.create(
        source=repository, source_name=name, source_tag=names["TAG"], digest=manifest.digest,
        target=repository, target_tag=names["TAG"], state="done", requested_by=f"user:{user.pk}",
        requested_by_name="n" * 80, reason="w" * 200, finished_at=now, last_problem="p" * 200,
    )
    Webhook.objects.create(
        namespace=namespace, repository=repository, name="h" * 60,
        url="https://" + "d" * 60 + ".example/" + "p" * 400, encrypted_secret=b"",
    )
    Denial.objects.create(
        repository=repository, name="d" * 255, door="token", asked="delete,pull,push",
        reason="x", first_at=now, last_at=now,
    )
AuditEvent.objects.create(
    action="repository.created", actor=f"user:{user.pk}", actor_name="n" * 80, target="t" * 255
)
PersonalAccessToken.objects.create(
    user=user, name="k" * 80, selector="0" * 16, secret_digest="0" * 64,
    patterns=[names["REPOSITORY"]], actions=["push"],
)
answer = True
"""

"""What to write into a CI configuration, ready to copy: for GitHub, GitLab and anything with curl."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from django.conf import settings

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a type's name


@dataclass(frozen=True, slots=True)
class Recipe:
    """Lines of one file."""

    key: str
    title: str
    file: str
    text: str


def recipes_for(*, repository: str = "", robot: str = "") -> list[Recipe]:
    """Return the recipes of a repository, or of a robot by its full name."""
    image = f"{settings.PUBLIC_HOST}/{repository or robot.partition('+')[0] + '/NAME'}"
    wanted = (
        f'--data-urlencode "account={robot}"'
        if robot
        else f"-d scope=repository:{repository}:pull,push"
    )
    return [
        Recipe("github", "GitHub Actions", ".github/workflows/release.yml", _github(image, wanted)),
        Recipe("gitlab", "GitLab CI", ".gitlab-ci.yml", _gitlab(image, wanted)),
        Recipe("curl", "Anything else with an ID token", "a shell script", _curl(image, wanted)),
    ]


def exchange_script(wanted: str) -> str:
    """Return the lines that turn $ID_TOKEN into a log-in; they say why when they are refused."""
    return f"""\
answer=$(curl -sS --fail-with-body {settings.PUBLIC_URL}/token \\
  -d grant_type={EXCHANGE} \\
  -d subject_token_type={ID_TOKEN} \\
  --data-urlencode "subject_token=$ID_TOKEN" \\
  -d service={settings.SERVICE} -d access_type=offline \\
  {wanted}) || {{ echo "$answer" >&2; exit 1; }}
echo "$answer" | jq -r .refresh_token |
  docker login -u oidc --password-stdin {settings.PUBLIC_HOST}
"""


def _github(image: str, wanted: str) -> str:
    return f"""\
on:
  push:
    branches: [main]
permissions:
  contents: read
  id-token: write
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t {image}:latest .
      - name: Log in
        run: |
          ID_TOKEN=$(curl -sS --fail-with-body \\
            -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience={settings.PUBLIC_URL}" | jq -r .value)
{indent(exchange_script(wanted), " " * 10).rstrip()}
      - run: docker push {image}:latest
"""


def _gitlab(image: str, wanted: str) -> str:
    return f"""\
push-image:
  image: docker:27
  services: [docker:27-dind]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  id_tokens:
    ID_TOKEN:
      aud: {settings.PUBLIC_URL}
  script:
    - apk add --no-cache curl jq
    - docker build -t {image}:latest .
    - |
{indent(exchange_script(wanted), " " * 6).rstrip()}
    - docker push {image}:latest
"""


def _curl(image: str, wanted: str) -> str:
    return f"""\
# ID_TOKEN: a JWT of your CI whose aud is {settings.PUBLIC_URL}
{exchange_script(wanted)}docker push {image}:latest
"""

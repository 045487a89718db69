"""What looks like a credential in an image's config, and what only seems to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.secret_check.texts import MOST_FINDINGS, search_config


def of_environment(*entries: str) -> list[tuple[str, str]]:
    """The kinds and places that are found in an image with these variables."""
    return [(one.secret.kind, one.place) for one in search_config({"config": {"Env": [*entries]}})]


def of_step(command: str) -> list[str]:
    """The kinds that are found in an image with this build step."""
    return [one.secret.kind for one in search_config({"history": [{"created_by": command}]})]


# Values are put together here, so that no scanner takes this file for a leak.
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("aws-access-key", "AKIA" + "IOSFODNN7REALKEY"),
        ("github-token", "ghp_" + "a1B2" * 9),
        ("github-token", "github_pat_" + "11ABCDEFG0" * 8),
        ("gitlab-token", "glpat-" + "x1y2z3w4" * 3),
        ("docker-access-token", "dckr_pat_" + "Ab1_" * 7),
        ("npm-token", "npm_" + "a1B2c3" * 6),
        ("pypi-token", "pypi-AgE" + "IcHlwaS5vcmc" * 6),
        ("slack-token", "xoxb-" + "12345678901-abcdefghij"),
        ("stripe-key", "sk_live_" + "a1b2c3d4" * 3),
        ("google-api-key", "AIza" + "Sy012345678901234567890123456789abc"),
        ("openai-key", "sk-proj-" + "a1B2c3D4" * 5),
        ("hugging-face-token", "hf_" + "aB" * 17),
        ("sendgrid-key", "SG." + "a" * 22 + "." + "b" * 43),
        ("private-key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("private-key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ("json-web-token", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NSJ9." + "a" * 43),
        ("password-in-url", "postgres://shop:hunter22@db.internal/shop"),
        ("azure-storage-key", "AccountName=x;AccountKey=" + "a" * 86 + "=="),
    ],
)
def test_a_credential_is_known_by_its_form_wherever_it_stands(kind: str, value: str) -> None:
    config = {
        "config": {
            "Env": [f"PLAIN={value}"],
            "Labels": {"note": f"see {value}"},
            "Entrypoint": ["run", value],
        },
        "history": [{"created_by": f'/bin/sh -c echo "{value}"'}],
    }
    found = search_config(config)
    assert [(one.secret.kind, one.place) for one in found] == [
        (kind, "environment variable PLAIN"),
        (kind, "entrypoint"),
        (kind, "label note"),
        (kind, "build history, step 1"),
    ]


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("named-as-secret", "|1 API_KEY=s3cr3tvalue /bin/sh -c make"),
        ("named-as-secret", "/bin/sh -c #(nop)  ENV MYSQL_ROOT_PASSWORD=topsecret"),
        ("named-as-secret", "RUN /bin/sh -c PGPASSWORD='hunter two' psql -h db # buildkit"),
        ("curl-password", "/bin/sh -c curl -fsSL -u bob:hunter22 https://example.com/x"),
        ("password-option", "/bin/sh -c mysql --password=hunter22 -e x"),
        (
            "authorization-header",
            "wget --header 'Authorization: Bearer abcdef0123456789' https://x",
        ),
        ("sshpass-password", "sshpass -p hunter22 ssh deploy@host"),
        ("netrc-password", "echo machine github.com login bob password hunter22 > ~/.netrc"),
        ("npm-token", "echo //registry.example.com/:_authToken=abcdef0123456 > .npmrc"),
        ("password-in-url", "git clone https://oauth2:hunter22hunter@git.example.com/x"),
    ],
)
def test_a_build_step_tells_what_it_was_told(kind: str, command: str) -> None:
    assert of_step(command) == [kind]


@pytest.mark.parametrize(
    "entry",
    [
        "DB_PASSWORD=hunter22", "db.password=hunter22", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI",
        "STRIPE_APIKEY=abcdefgh", "TOKEN=0123456789", "MYSQL_ROOT_PASSWORD=root1",
        "PGPASSWORD=hunter22", "dbPassword=hunter22", "ClientSecret=hunter22",
    ],
)  # fmt: skip
def test_a_variable_is_told_by_its_name(entry: str) -> None:
    assert of_environment(entry) == [
        ("named-as-secret", f"environment variable {entry.partition('=')[0]}")
    ]


@pytest.mark.parametrize(
    "entry",
    [
        "PATH=/usr/local/sbin:/usr/local/bin", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "PYTHON_SHA256=3725d7c48e08fcf6f7bbf5c8b0f50d1c5c0a29b0f2f5b3f1a5a4a4d3b1b6d7c8",
        "DB_PASSWORD_FILE=/run/secrets/db", "TOKEN=$CI_TOKEN", "API_KEY=${KEY}", "PASSWORD=",
        "SECRET=changeme", "JWT_SECRET=<your secret>", "ALLOW_EMPTY_PASSWORD=yes", "TOKEN_TTL=3600",
        "PASSWORD_MIN_LENGTH=12", "PUBLIC_KEY=abcdefghijkl", "AUTH_TOKEN_HEADER=X-Auth", "PWD=/app",
        "SECRET_KEY=/run/secrets/key", "MONKEY=banana", "TOKENIZERS_PARALLELISM=false",
        "HOMEPAGE=https://example.com:8443/x@y", "PASS_THROUGH=1",
    ],
)  # fmt: skip
def test_what_is_no_secret_is_left_alone(entry: str) -> None:
    assert of_environment(entry) == []


@pytest.mark.parametrize(
    "command",
    [
        "/bin/sh -c set -eux; useradd --no-password app",
        "/bin/sh -c chown -R 1000:1000 /app && docker run -u 1000:1000 x",
        "ARG TOKEN", "RUN |1 TOKEN= /bin/sh -c make", "HEALTHCHECK CMD curl -f http://localhost/",
        "/bin/sh -c echo \"$SHA256 *file\" | sha256sum -c -",
        "/bin/sh -c curl https://example.com -o x; useradd -u bob:staff x",
    ],
)  # fmt: skip
def test_an_ordinary_build_step_is_left_alone(command: str) -> None:
    assert of_step(command) == []


def test_the_excerpt_never_shows_more_than_a_quarter() -> None:
    [found] = search_config({"config": {"Env": ["TOKEN=abcdefgh"]}})
    assert found.secret.excerpt == "ab… (8 characters)"
    [short] = search_config({"config": {"Env": ["TOKEN=abcd"]}})
    assert short.secret.excerpt == "a… (4 characters)"


def test_a_name_in_a_place_is_no_sentence() -> None:
    [(_, place)] = of_environment("BUY AT <b>evil</b>!_TOKEN=hunter22")
    assert place == "environment variable BUY?AT??b?evil??b??_TOKEN"


def test_findings_are_bounded() -> None:
    many = [f"T{number}_TOKEN=hunter{number}" for number in range(1_500)]
    assert len(of_environment(*many)) == MOST_FINDINGS


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(
    st.fixed_dictionaries(
        {}, optional={"config": anything, "history": anything, "rootfs": anything}
    )
    | st.fixed_dictionaries(
        {
            "config": st.fixed_dictionaries(
                {},
                optional=dict.fromkeys(("Env", "Cmd", "Labels", "Healthcheck", "Shell"), anything),
            ),
            "history": st.lists(
                st.dictionaries(st.sampled_from(["created_by", "comment"]), anything), max_size=3
            ),
        }
    )
)
def test_whatever_a_config_is_made_of_it_is_read(config: dict[str, Any]) -> None:
    search_config(config)

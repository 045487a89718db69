"""A cluster that starts pulls one image on all its nodes at once, while passwords are tried (case 40).

Small enough to run each time; `bench/herd.py` is the full thing, with its times.
"""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.nodes import Credential, Image, run
from tests.e2e.backstage import Backstage
from tests.e2e.people import Person
from tests.e2e.stack import Stack

NODES = 200
GUESSES = 100
_TOKENS = """
from accounts.flows import personal_access_tokens as flow
from accounts.models import User
from accounts.principals import Principal
from accounts.token_limits import read_limits
user = User.objects.get(username=name)
given = dict(limits=read_limits([f"{name}/*"], ["pull"], []), networks=[], expires_at=None)
usual, flow.MOST_TOKENS = flow.MOST_TOKENS, many
answer = []
for number in range(many):
    made = flow.create_token(user, name=f"node {number}", by=Principal(user), **given)
    answer.append(made.value)
flow.MOST_TOKENS = usual
"""


@pytest.fixture
def image(alice: Person, stack: Stack) -> Image:
    """A private image of alice's."""
    alice.push_image("herd")
    return Image(stack.port, stack.host, f"{alice.name}/herd", "1.0")


@pytest.fixture
def nodes(alice: Person, backstage: Backstage) -> list[Credential]:
    """Each with a token of its own."""
    values = backstage.run(_TOKENS, name=alice.name, many=NODES)
    return [Credential(alice.name, value) for value in values]


def test_a_herd_pulls_without_one_failure_beside_a_storm_of_passwords(
    image: Image, nodes: list[Credential], alice: Person
) -> None:
    people = [Credential(f"nobody{n}", secrets.token_hex(8)) for n in range(GUESSES)]
    people[::10] = [Credential(alice.name, alice.password)] * len(people[::10])
    with ThreadPoolExecutor(1) as aside:  # the browser has a loop in this thread
        herd, storm = aside.submit(run, image, nodes, people).result()
    assert herd.failures == []
    assert len(herd.pulls) == NODES
    assert storm.count(200) >= 1
    assert storm.count(200, 401, 429, 503) == GUESSES, json.dumps(storm.statuses)
    assert storm.without_retry_after == 0

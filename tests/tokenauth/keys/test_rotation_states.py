"""Whatever happens to keys in whatever order: one signs, unexpired tokens verify, retired never."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import jwt
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from index.models import Registry
from tokenauth.key_rotation import LAST_CALL, RotationHeldUp, look_after_keys, rotate
from tokenauth.models import KeyProbe, Verdict
from tokenauth.signing.certificates import OVERLAP
from tokenauth.signing.key_folder import KeyTrouble, SigningKeyMissing
from tokenauth.signing.keys import SigningKey, SigningKeys

TOKEN_SECONDS = 300
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


class Rotation(RuleBasedStateMachine):
    """An installation with one registry that reads its keys at start, and a process beside ours.

    What is remembered here is the model: who signs, who follows, who was retired.
    """

    def __init__(self) -> None:
        super().__init__()
        self.traveller = time_machine.travel(START, tick=False)
        self.clock = self.traveller.start()
        self.folder = Path(tempfile.mkdtemp(prefix="keys-"))

    @initialize(away=st.booleans())
    def begin(self, *, away: bool) -> None:
        self.keys = SigningKeys(self.folder)
        self.keys.create("test")
        self.other = SigningKeys(self.folder)
        self.signs = self.keys.current().kid
        self.made = [self.signs]  # in this order: ids are not the same in a repetition
        self.line: list[str] = []
        self.retired: set[str] = set()
        self.away = away
        self.tokens: list[tuple[str, str, datetime.datetime]] = []
        self.restart_registry()

    def teardown(self) -> None:
        self.traveller.stop()
        shutil.rmtree(self.folder)

    @rule()
    def restart_registry(self) -> None:
        self.read_by_registry = {key.kid for key in self.keys.all()}

    @rule()
    def registry_goes_or_comes(self) -> None:
        self.away = not self.away

    @rule(days=st.sampled_from([0.001, 1, 10, 29, 50]))
    def time_passes(self, days: float) -> None:
        self.clock.shift(datetime.timedelta(days=days))

    @rule()
    def sign(self) -> None:
        try:
            key = self.other.current()
        except SigningKeyMissing:
            assert self.current.ends_at <= self.now
            return
        assert key.kid == self.signs
        end = self.now + datetime.timedelta(seconds=TOKEN_SECONDS)
        token = jwt.encode({"exp": end}, key.pair.key, "ES256", headers={"kid": key.kid})
        self.tokens.append((token, key.kid, min(end, key.ends_at)))

    @rule()
    def prepare(self) -> None:
        key = self.keys.prepare("test", after=self.keys.contents().last_in_line)
        self.made.append(key.kid)
        self.line.append(key.kid)

    @rule()
    def rotate(self) -> None:
        upcoming = self.keys.contents().next
        try:
            key = rotate(keys=self.keys, ask=self.ask)
        except RotationHeldUp:
            made = self.keys.contents().next
            assert made is not None
            assert self.away or made.kid not in self.read_by_registry
            if upcoming is None:
                self.made.append(made.kid)
                self.line.append(made.kid)
            return
        assert not self.away
        assert upcoming is not None  # a new one is unknown to the registry
        assert key.kid in self.read_by_registry
        self.signs_now(key.kid)

    @rule()
    def beat(self) -> None:
        was = self.current
        known = self.known()
        look_after_keys(keys=self.keys, ask=self.ask, ask_early=self.ask)
        new = self.known() - known
        assert len(new) <= 1
        self.made += new
        self.line += new
        now_signs = self.keys.contents().current
        if now_signs.kid != was.kid:
            assert was.ends_at - OVERLAP < self.now
            accepted = not self.away and now_signs.kid in self.read_by_registry
            assert accepted or self.now >= was.ends_at - LAST_CALL
            self.signs_now(now_signs.kid)

    @precondition(lambda self: len(self.known()) > 1)
    @rule(data=st.data())
    def retire(self, data: st.DataObject) -> None:
        in_order = [kid for kid in self.made if kid in self.known()]
        kid = in_order[data.draw(st.integers(0, len(in_order) - 1))]
        try:
            self.keys.retire(kid)
        except KeyTrouble:
            assert kid == self.signs
            return
        assert kid != self.signs
        self.retired.add(kid)
        self.line = [other for other in self.line if other != kid]

    @invariant()
    def exactly_one_signs_and_every_process_knows_it(self) -> None:
        if not hasattr(self, "signs"):
            return
        for keys in (self.keys, self.other, SigningKeys(self.folder)):
            assert keys.contents().current.kid == self.signs
            assert [key.kid for key in keys.contents().following] == self.line

    @invariant()
    def unexpired_tokens_verify_unless_their_key_was_retired(self) -> None:
        for token, kid, end in getattr(self, "tokens", []):
            key = self.other.by_kid(kid)
            if kid in self.retired:
                assert key is None
            elif self.now < end:
                assert key is not None
                jwt.decode(token, key.public_key, algorithms=["ES256"])

    @invariant()
    def the_jwks_is_what_verifies(self) -> None:
        if not hasattr(self, "signs"):
            return
        published = [key.kid for key in self.keys.all()]
        assert len(set(published)) == len(published)
        assert not self.retired & set(published)
        for kid in self.known() | self.retired | set(published):
            assert (kid in published) == (self.other.by_kid(kid) is not None)

    def ask(self, key: SigningKey) -> Sequence[KeyProbe]:
        takes = key.kid in self.read_by_registry
        verdict = Verdict.ACCEPTED if takes else Verdict.REFUSED
        verdict = Verdict.UNREACHABLE if self.away else verdict
        return [KeyProbe(kid=key.kid, registry=Registry(name="east"), verdict=verdict)]

    def signs_now(self, kid: str) -> None:
        self.signs = kid
        if kid in self.line:
            self.line = self.line[self.line.index(kid) + 1 :]

    def known(self) -> set[str]:
        return {key.kid for key in self.keys.contents().leaves}

    @property
    def current(self) -> SigningKey:
        return self.keys.contents().current

    @property
    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)


def test_keys_in_any_order_of_events() -> None:
    run_state_machine_as_test(
        Rotation,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

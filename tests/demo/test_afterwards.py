"""What the demo does once images are there: once, through the flows that the pages use."""

from __future__ import annotations

import pytest

from accounts.models import Namespace, User
from config.demo import afterwards, filling
from config.demo.building import build_images
from config.demo.nightly import make_parts_list, nightly_images
from config.demo.password import make_password
from config.demo.people import ORGANIZATIONS, PEOPLE
from config.demo.stages import ALMANAC, LEAKY, RELEASED, STAGES
from index.image_says import read_labels
from index.models import DailyCount, Promotion, Registry, Repository, TagDeletion, Webhook
from index.secret_check.texts import search_config
from tests.demo.test_images import config_of, document
from tests.factories import make_registry, make_rule, make_tag


@pytest.fixture
def filled(db: None) -> None:
    make_rule("*", make_registry("east"))
    make_rule("library/*", make_registry("west"))
    filling.place_releases()
    password = make_password()
    for name in PEOPLE:
        filling.add_person(name, password=password)
    for organization in ORGANIZATIONS:
        filling.add_organization(organization)
    for plan in STAGES:
        filling.add_repository(plan)
    for organization in ORGANIZATIONS:
        filling.add_grants(organization)
    for plan in STAGES:
        for tag in plan.tag_names:
            make_tag(Repository.objects.get(name=plan.name), tag)


def test_it_happens_once(filled: None) -> None:
    assert afterwards.do_all() == 9
    assert afterwards.do_all() == 0


def test_one_promotion_was_approved_and_one_waits(filled: None) -> None:
    afterwards.do_all()
    assert Registry.objects.filter(needs_approval=True).values_list("name").get() == ("west",)
    promotions = Promotion.objects.filter(target__name=RELEASED.name).order_by("pk")
    assert [one.state for one in promotions] == ["copying", "waiting"]


def test_what_an_owner_changed_stays_changed(filled: None) -> None:
    afterwards.do_all()
    Registry.objects.update(needs_approval=False)
    Namespace.objects.update(is_verified=False)
    User.objects.get(username="nadia").watches.all().delete()
    assert afterwards.do_all() == 0
    assert not Namespace.objects.filter(is_verified=True).exists()
    assert not Registry.objects.filter(needs_approval=True).exists()


def test_it_shows_and_disturbs_nobody(filled: None) -> None:
    afterwards.do_all()
    webhook = Webhook.objects.get()
    assert webhook.paused_at
    assert webhook.url == "https://example.invalid/hooks/almanac"
    assert TagDeletion.objects.get().tag == "rc-1"
    assert Repository.objects.get(state="trashed").name == "tamsin/old-menu"
    almanac = Repository.objects.get(name=ALMANAC.name)
    days = DailyCount.objects.filter(repository=almanac)
    assert almanac.pull_count == sum(day.pulls for day in days) > 0


def test_three_nights_are_three_images() -> None:
    images = nightly_images()
    assert len({image.manifest.digest for image in images}) == 3
    parts = document(make_parts_list(images[-1]))
    assert parts["subject"]["digest"] == images[-1].manifest.digest


def test_the_image_brings_its_readme_and_its_steps() -> None:
    [*_, newest] = build_images(ALMANAC)
    config = config_of(newest.image)
    assert "Where every ship is" in read_labels(config["config"]["Labels"]).description
    assert "Start it" in read_labels(config["config"]["Labels"]).readme
    layers = [step for step in config["history"] if not step.get("empty_layer")]
    assert len(layers) == len(config["rootfs"]["diff_ids"]) > 3


def test_the_leaky_image_has_a_secret_in_its_environment_and_in_its_history() -> None:

    places = [found.place for found in search_config(config_of(build_images(LEAKY)[0].image))]
    assert places == ["environment variable FEED_PASSWORD", "build history, step 2"]

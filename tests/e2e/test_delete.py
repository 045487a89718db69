"""Delete in the page: the image is gone from docker and from its registry, and from there alone."""

from __future__ import annotations

from tests.e2e.backstage import Backstage
from tests.e2e.browser import Window
from tests.e2e.images import PLATFORMS, push_index
from tests.e2e.people import Person
from tests.e2e.processes import standing_still
from tests.e2e.registries import Registries
from tests.e2e.stack import Stack
from tests.e2e.steps import delete_repository, trash_repository
from tests.e2e.wire import Wire
from tests.waiting import eventually

HURRY = """
from django.utils import timezone
from index.models import Deletion
from index.tasks import continue_deletion
for deletion in Deletion.objects.filter(repository__name=name, finished_at=None):
    Deletion.objects.filter(pk=deletion.pk).update(next_attempt_at=timezone.now())
    continue_deletion.delay(deletion.pk)
"""


def test_after_a_delete_nothing_can_be_pulled_and_nothing_is_left(
    alice: Person, plain_window: Window, registries: Registries
) -> None:
    references = [alice.push_image("app"), alice.push_image("app", "2.0")]
    digests = [alice.docker.digest_of(reference) for reference in references]
    name = f"{alice.name}/app"
    plain_window.log_in(alice)
    delete_repository(plain_window, name)
    for reference in references:
        alice.forget(reference)
        assert f"name unknown: {name} " in alice.docker.fails("pull", reference)
    eventually(lambda: not registries.folders(name), within=30)
    for reference in ("1.0", "2.0", *digests):
        assert registries.keepers(name, reference) == set()


def test_what_another_repository_shares_stays(
    alice: Person, plain_window: Window, registries: Registries
) -> None:
    reference, copy = alice.push_image("app"), alice.reference("copy")
    alice.docker("tag", reference, copy)
    assert "Mounted from" in alice.docker("push", copy)
    plain_window.log_in(alice)
    delete_repository(plain_window, f"{alice.name}/app")
    eventually(lambda: not registries.folders(f"{alice.name}/app"), within=30)
    alice.forget(reference)
    alice.forget(copy)
    alice.docker("pull", copy)


def test_indexes_their_children_and_overwritten_images_go_too(
    alice: Person, plain_window: Window, registries: Registries
) -> None:
    overwritten = alice.docker.digest_of(alice.push_image("app"))
    alice.push_image("app")
    push_index(alice, "app")
    children = [alice.docker.digest_of(alice.reference("app", one)) for one in PLATFORMS]
    name = f"{alice.name}/app"
    for digest in (overwritten, *children):
        assert registries.keepers(name, digest) == {"east"}
    plain_window.log_in(alice)
    delete_repository(plain_window, name)
    eventually(lambda: not registries.folders(name), within=30)
    for digest in (overwritten, *children):
        assert registries.keepers(name, digest) == set()


def test_another_name_deletes_nothing(alice: Person, plain_window: Window) -> None:
    reference = alice.push_image("app")
    plain_window.log_in(alice)
    page = plain_window.open(f"/r/{alice.name}/app/-/delete")
    page.get_by_label("Type the full name to confirm").fill("app")
    page.get_by_role("button", name=f"Delete {alice.name}/app").click()
    page.get_by_text("This is not the name.").first.wait_for()
    alice.docker("pull", reference)


def test_tokens_from_before_open_nothing_from_the_first_second(
    alice: Person, plain_window: Window, wire: Wire
) -> None:
    alice.push_image("app")
    name = f"{alice.name}/app"
    token = wire.bearer(alice, f"repository:{name}:pull,push")
    plain_window.log_in(alice)
    delete_repository(plain_window, name)
    assert wire.ask("GET", f"/v2/{name}/manifests/1.0", token).status == 404
    assert wire.ask("POST", f"/v2/{name}/blobs/uploads/", token).status in {401, 403, 404}


def test_a_delete_goes_on_when_the_registry_is_back(
    alice: Person, stack: Stack, plain_window: Window, registries: Registries, backstage: Backstage
) -> None:
    reference = alice.push_image("app")
    name = f"{alice.name}/app"
    plain_window.log_in(alice)
    with standing_still(stack, "east"):
        delete_repository(plain_window, name)
        assert f"{name} is being deleted" in alice.docker.fails("pull", reference)
        eventually(lambda: "Waiting for the registry" in reloaded(plain_window), within=30)
    backstage.run(HURRY, name=name)
    eventually(lambda: not registries.folders(name), within=30)


def test_what_is_taken_out_of_the_trash_is_pulled_and_pushed_as_before(
    alice: Person, plain_window: Window, registries: Registries
) -> None:
    reference = alice.push_image("app")
    digest = alice.docker.digest_of(reference)
    name = f"{alice.name}/app"
    plain_window.log_in(alice)
    trash_repository(plain_window, name)
    alice.forget(reference)
    assert f"{name} is in the trash" in alice.docker.fails("pull", reference)
    assert alice.docker.fails("push", alice.make_image("app", "2.0"))
    plain_window.page.get_by_role("button", name=f"Take out {name}").click()
    plain_window.page.get_by_text(f"{name} is back, exactly as it was.").wait_for()
    alice.docker("pull", reference)
    assert alice.docker.digest_of(reference) == digest
    alice.push_image("app", "2.0")
    assert registries.keepers(name, digest) == {"east"}


def test_a_deleted_tag_takes_no_sibling_along_and_is_put_back(
    alice: Person, plain_window: Window
) -> None:
    reference, sibling = alice.push_image("app"), alice.reference("app", "latest")
    alice.docker("tag", reference, sibling)
    alice.docker("push", sibling)
    digest = alice.docker.digest_of(sibling)
    name = f"{alice.name}/app"
    plain_window.log_in(alice)
    eventually(lambda: "latest" in opened(plain_window, f"/r/{name}/-/tags"))
    page = plain_window.open(f"/r/{name}/-/delete-tags?tag=1.0")
    page.get_by_text("the tag latest points to it too").wait_for()
    page.get_by_role("button", name="Delete these tags").click()
    state = f"/r/{name}/-/deleted-tags"
    eventually(lambda: "In the trash until" in opened(plain_window, state), within=30)
    for one in (reference, sibling):
        alice.forget(one)
    assert "manifest unknown" in alice.docker.fails("pull", reference)
    alice.docker("pull", sibling)
    assert alice.docker.digest_of(sibling) == digest
    plain_window.page.get_by_role("button", name="Put back 1.0").click()
    eventually(lambda: "Restored" in opened(plain_window, state), within=30)
    alice.docker("pull", reference)
    assert alice.docker.digest_of(reference) == digest


def opened(window: Window, path: str) -> str:
    window.open(path)
    return window.text


def reloaded(window: Window) -> str:
    window.open("/")
    return window.text

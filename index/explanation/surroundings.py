"""What surrounds the policy: where a name leads, what would be created, quotas, immutable tags."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import Namespace, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.plans import plan_of
from index.errors import NoPlacement
from index.explanation.question import Question
from index.flows.quotas import Usage, private_repositories, storage
from index.models import Deletion, Repository, RepositoryState
from index.names import RepositoryName
from index.placement import choose_registry
from index.policy import Creation
from index.reasons import Effect, Step
from index.tag_patterns import frozen_by

_PLAN = "delete something, or ask an administrator of this site for another plan"


def name_steps(question: Question, repository: Repository) -> Iterator[Step]:
    """Say which repository the typed name leads to, and how."""
    yield from _official(question)
    name = question.name.value
    if name == repository.name:
        yield Step("name", Effect.NOTHING, f"the name {name} is that of a repository")
    elif repository.former_names.filter(name=name).exists():
        words = f"the name {name} leads to {repository.name}, which was called so before"
        yield Step("name", Effect.NOTHING, words)
    elif name == repository.stored_name:
        words = f"the name {name} leads to {repository.name}, which its registry keeps under it"
        yield Step("name", Effect.NOTHING, words)
    else:
        words = f"the name {name} leads to {repository.name}: its namespace was renamed"
        yield Step("name", Effect.NOTHING, words)
    if repository.state == RepositoryState.TRASHED:
        until = Deletion.objects.get(repository=repository).purge_after
        words = f"the repository {repository.name} is in the trash until {until:%Y-%m-%d %H:%M} UTC"
        yield Step("name", Effect.TAKES, words, "one of its admins takes it out of the trash")
    elif repository.state == RepositoryState.DELETING:
        yield Step("name", Effect.TAKES, f"the repository {repository.name} is being deleted")


def absent_steps(question: Question) -> Iterator[Step]:
    """Say that there is none of the name, to who may know it."""
    yield from _official(question)
    name = question.name.value
    deleted = Repository.objects.filter(name=name, state=RepositoryState.DELETED)
    last = deleted.order_by("-deleted_at").first()
    words = f"there is no repository {name}"
    if last and last.deleted_at:
        words += f": it was deleted on {last.deleted_at:%Y-%m-%d}"
    yield Step("name", Effect.TAKES, words, "check how it is written")


def unseen_steps(question: Question) -> Iterator[Step]:
    """Say what is said of every name that is not there or may not be seen (case 24)."""
    yield from _official(question)
    words = f"the repository {question.name} does not exist, or may not be seen"
    remedy = "check how it is written; if it exists, its admins can give a role"
    yield Step("name", Effect.TAKES, words, remedy)


def quota_step(namespace: Namespace) -> Step:
    """Say whether the plan leaves room for what is pushed."""
    return _quota(namespace, storage(namespace, plan_of(namespace)))


def tag_steps(question: Question, repository: Repository) -> Iterator[Step]:
    """Say whether the tag may be pushed again, or which tags may not."""
    patterns = repository.immutable_tags
    tag = question.tag
    pattern = frozen_by(patterns, tag) if tag else ""
    if not tag and patterns:
        words = f"tags that match {', '.join(patterns)} never change once they are pushed"
        yield Step("immutable-tag", Effect.NOTHING, words)
    elif tag and not pattern:
        yield Step("immutable-tag", Effect.NOTHING, f"the tag {tag} may be pushed again")
    elif tag and repository.tags.filter(name=tag).exists():
        words = f"the tag {tag} is there and never changes ({pattern})"
        remedy = "push under another tag, or an admin of the repository changes its immutable tags"
        yield Step("immutable-tag", Effect.TAKES, words, remedy)
    elif tag:
        words = (
            f"the tag {tag} never changes once it is pushed ({pattern}), and it is not there yet"
        )
        yield Step("immutable-tag", Effect.NOTHING, words)


def creation_steps(creation: Creation, name: RepositoryName, *, is_sure: bool) -> Iterator[Step]:
    """Say whether a first push would create it, and what could be in its way.

    Who may not know whether there is one is told what holds if there is none.
    """
    if creation.role is None:
        remedy = "push where you may create repositories, for example in your own namespace"
        yield Step("creation", Effect.TAKES, creation.reason, remedy)
        return
    premise = "" if is_sure else "if there is none, "
    yield Step("creation", Effect.GIVES, f"{premise}the first push creates it: {creation.reason}")
    namespace = Namespace.objects.called(name.namespace).select_related("plan", "user").get()
    yield quota_step(namespace)
    if namespace.default_visibility != Visibility.PUBLIC:
        yield _quota(namespace, private_repositories(namespace, plan_of(namespace)))
    try:
        choose_registry(name.moved_to(namespace.name), visibility=namespace.default_visibility)
    except NoPlacement as refusal:
        yield Step("placement", Effect.TAKES, str(refusal))


def _quota(namespace: Namespace, usage: Usage) -> Step:
    words = f"the namespace {namespace} uses {usage.sentence}"
    if usage.is_full:
        return Step("quota", Effect.TAKES, f"{words}: there is no room for more", _PLAN)
    return Step("quota", Effect.NOTHING, words)


def _official(question: Question) -> Iterator[Step]:
    if question.typed.startswith(f"{ROOT_NAMESPACE}/"):
        words = f"the official image {question.name} is written without {ROOT_NAMESPACE}/"
        yield Step("library", Effect.NOTHING, words)

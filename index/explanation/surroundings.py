"""What surrounds the policy: where a name leads, what would be created, quotas, immutable tags."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Namespace, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.plans import plan_of
from index.errors import NoPlacement
from index.explanation.question import Question
from index.flows.quotas import Usage, private_repositories, room_of, storage
from index.models import Deletion, Repository, RepositoryState
from index.names import RepositoryName
from index.placement import choose_registry
from index.policy import Creation
from index.reasons import Effect, Step
from index.tag_patterns import frozen_by

_PLAN = gettext_lazy("delete something, or ask an administrator of this site for another plan")


def name_steps(question: Question, repository: Repository) -> Iterator[Step]:
    """Say which repository the typed name leads to, and how."""
    yield from _official(question)
    name = question.name.value
    if name == repository.name:
        yield Step(
            "name", Effect.NOTHING, _("the name %(name)s is that of a repository") % {"name": name}
        )
    elif repository.former_names.filter(name=name).exists():
        words = _("the name %(name)s leads to %(name_2)s, which was called so before") % {
            "name": name,
            "name_2": repository.name,
        }
        yield Step("name", Effect.NOTHING, words)
    elif name == repository.stored_name:
        words = _("the name %(name)s leads to %(name_2)s, which its registry keeps under it") % {
            "name": name,
            "name_2": repository.name,
        }
        yield Step("name", Effect.NOTHING, words)
    else:
        words = _("the name %(name)s leads to %(name_2)s: its namespace was renamed") % {
            "name": name,
            "name_2": repository.name,
        }
        yield Step("name", Effect.NOTHING, words)
    if repository.state == RepositoryState.TRASHED:
        until = Deletion.objects.get(repository=repository).purge_after
        words = _("the repository %(name)s is in the trash until %(until)s UTC") % {
            "name": repository.name,
            "until": f"{until:%Y-%m-%d %H:%M}",
        }
        yield Step("name", Effect.TAKES, words, _("one of its admins takes it out of the trash"))
    elif repository.state == RepositoryState.DELETING:
        yield Step(
            "name",
            Effect.TAKES,
            _("the repository %(name)s is being deleted") % {"name": repository.name},
        )


def absent_steps(question: Question) -> Iterator[Step]:
    """Say that there is none of the name, to who may know it."""
    yield from _official(question)
    name = question.name.value
    deleted = Repository.objects.filter(name=name, state=RepositoryState.DELETED)
    last = deleted.order_by("-deleted_at").first()
    words = _("there is no repository %(name)s") % {"name": name}
    if last and last.deleted_at:
        words = _("there is no repository %(name)s: it was deleted on %(day)s") % {
            "name": name,
            "day": f"{last.deleted_at:%Y-%m-%d}",
        }
    yield Step("name", Effect.TAKES, words, _("check how it is written"))


def unseen_steps(question: Question) -> Iterator[Step]:
    """Say what is said of every name that is not there or may not be seen (case 24)."""
    yield from _official(question)
    words = _("the repository %(name)s does not exist, or may not be seen") % {
        "name": question.name
    }
    remedy = _("check how it is written; if it exists, its admins can give a role")
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
        words = _("tags that match %(patterns)s never change once they are pushed") % {
            "patterns": ", ".join(patterns)
        }
        yield Step("immutable-tag", Effect.NOTHING, words)
    elif tag and not pattern:
        yield Step(
            "immutable-tag", Effect.NOTHING, _("the tag %(tag)s may be pushed again") % {"tag": tag}
        )
    elif tag and repository.tags.filter(name=tag).exists():
        words = _("the tag %(tag)s is there and never changes (%(pattern)s)") % {
            "tag": tag,
            "pattern": pattern,
        }
        remedy = _(
            "push under another tag, or an admin of the repository changes its immutable tags"
        )
        yield Step("immutable-tag", Effect.TAKES, words, remedy)
    elif tag:
        words = _(
            "the tag %(tag)s never changes once it is pushed (%(pattern)s), and it is not there yet"
        ) % {"tag": tag, "pattern": pattern}
        yield Step("immutable-tag", Effect.NOTHING, words)


def creation_steps(creation: Creation, name: RepositoryName, *, is_sure: bool) -> Iterator[Step]:
    """Say whether a first push would create it, and what could be in its way.

    Who may not know whether there is one is told what holds if there is none.
    """
    if creation.role is None:
        remedy = _("push where you may create repositories, for example in your own namespace")
        yield Step("creation", Effect.TAKES, creation.reason, remedy)
        return
    words = (
        _("the first push creates it: %(reason)s")
        if is_sure
        else _("if there is none, the first push creates it: %(reason)s")
    )
    yield Step("creation", Effect.GIVES, words % {"reason": creation.reason})
    namespace = Namespace.objects.called(name.namespace).select_related("plan", "user").get()
    yield quota_step(namespace)
    if namespace.default_visibility != Visibility.PUBLIC:
        yield _quota(namespace, private_repositories(room_of(namespace)))
    try:
        choose_registry(name.moved_to(namespace.name), visibility=namespace.default_visibility)
    except NoPlacement as refusal:
        yield Step("placement", Effect.TAKES, str(refusal))


def _quota(namespace: Namespace, usage: Usage) -> Step:
    words = _("the namespace %(namespace)s uses %(sentence)s") % {
        "namespace": namespace,
        "sentence": usage.sentence,
    }
    if usage.is_full:
        return Step(
            "quota",
            Effect.TAKES,
            _("%(words)s: there is no room for more") % {"words": words},
            str(_PLAN),
        )
    return Step("quota", Effect.NOTHING, words)


def _official(question: Question) -> Iterator[Step]:
    if question.typed.startswith(f"{ROOT_NAMESPACE}/"):
        words = _("the official image %(name)s is written without %(root_namespace)s/") % {
            "name": question.name,
            "root_namespace": ROOT_NAMESPACE,
        }
        yield Step("library", Effect.NOTHING, words)

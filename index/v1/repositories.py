"""`/v1/repositories/<name>/`: the beginning of a push, and deletion."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.principals import Principal
from index.errors import Denied, RepositoryUnknown
from index.flows.create_repository import create_repository, creation_refusal
from index.flows.delete_repository import request_deletion
from index.lookup import find_repository
from index.models import Repository, RepositoryState, V1Image
from index.names import RepositoryName, parse_familiar_name
from index.outbox import start_soon
from index.policy import administers, allowed_actions
from index.reasons import obstacle
from index.roles import Action
from index.tasks import continue_deletion
from index.v1.auth import identify_account
from index.v1.inputs import read_images
from index.v1.responses import json_response, with_endpoints
from index.v1.tokens import V1Access, issue_token


def put_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Begin a push: create the repository if need be, note its images, say where to push."""
    parsed = parse_familiar_name(name)
    principal = identify_account(request)
    images = read_images(request)
    with transaction.atomic():
        repository = _find_to_push(principal, parsed)
        V1Image.objects.record(repository, images)
    return answer_with_token(request, repository, principal=principal, access=V1Access.WRITE)


def delete_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Start the deletion that the page starts: 202, and 200 while it is under way.

    A token that lets the registry delete is given once nothing can be had back any more.
    """
    parsed = parse_familiar_name(name)
    principal = identify_account(request)
    repository = _find_to_delete(principal, parsed)
    is_new = repository.state == RepositoryState.ACTIVE
    if is_new:
        deletion = request_deletion(repository, by=principal)
        start_soon(continue_deletion, deletion.pk)
    if repository.state == RepositoryState.TRASHED:
        return with_endpoints(json_response("", 202 if is_new else 200), repository.registry)
    return answer_with_token(
        request,
        repository,
        principal=principal,
        access=V1Access.DELETE,
        status=202 if is_new else 200,
    )


def find_visible(principal: Principal, name: RepositoryName) -> Repository:
    """Return the repository; raise RepositoryUnknown alike without one and before a closed one."""
    repository = find_repository(Repository.objects.visible_to(principal), name)
    if repository is None:
        raise RepositoryUnknown(unknown(name))
    return repository


def unknown(name: RepositoryName) -> str:
    """Return the sentence for what does not exist or may not be known of (case 24)."""
    return f"{name} does not exist, or you are not signed in as someone who may see it"


def answer_with_token(
    request: HttpRequest,
    repository: Repository,
    *,
    principal: Principal,
    access: V1Access,
    body: object = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the registry that keeps the repository and, where asked for, a token for it."""
    wanted = request.headers.get("X-Docker-Token", "").lower() == "true"
    token = issue_token(repository, principal=principal, access=access) if wanted else ""
    return with_endpoints(json_response(body, status), repository.registry, token)


def _find_to_push(principal: Principal, name: RepositoryName) -> Repository:
    repository = find_repository(Repository.objects.live(), name)
    if repository is None:
        return create_repository(name, by=principal, to_push=True)
    decision = allowed_actions(principal, repository)
    hindered_by = obstacle(decision, {Action.PUSH})
    if hindered_by and decision.may_administer:  # by the state of the repository or its registry
        message = f"{name}: {hindered_by.words}; {hindered_by.remedy}"
        raise Denied(message)
    if hindered_by:
        raise Denied(creation_refusal(principal, name))
    return repository


def _find_to_delete(principal: Principal, name: RepositoryName) -> Repository:
    repository = find_repository(Repository.objects.all(), name)
    if repository and administers(principal, repository):
        return repository
    find_visible(principal, name)
    message = f"'{principal.name}' may not delete {name}"
    raise Denied(message)

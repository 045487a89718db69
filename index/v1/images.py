"""What hangs on a v1 repository: its images, and the doors at which registries check tokens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.principals import Principal
from index.errors import Denied, RepositoryUnknown
from index.models import Repository, V1Image
from index.names import parse_familiar_name
from index.policy import allowed_actions
from index.roles import Action
from index.v1.auth import identify, identify_account
from index.v1.errors import AccountRefused, TokenRefused
from index.v1.inputs import is_image_id, read_images
from index.v1.repositories import answer_with_token, find_visible, unknown
from index.v1.responses import json_response, no_content, with_endpoints
from index.v1.tokens import V1Access, check_token, is_token_header, use_token


def get_images(request: HttpRequest, name: str) -> HttpResponse:
    """List the images. A client begins a pull so; a registry validates a token so, once."""
    parsed = parse_familiar_name(name)
    authorization = request.headers.get("Authorization", "")
    if is_token_header(authorization):
        repository = use_token(authorization, parsed).repository
        return with_endpoints(json_response(_listing(repository)), repository.registry)
    principal = identify(request)
    repository = find_visible(principal, parsed)
    return answer_with_token(
        request,
        repository,
        principal=principal,
        access=V1Access.READ,
        body=_listing(repository),
    )


def put_images(request: HttpRequest, name: str) -> HttpResponse:
    """End a push: note the checksums. Docker takes anything but 204 for a failure."""
    repository = _find_for(request, name, Action.PUSH)
    V1Image.objects.record(repository, read_images(request))
    return with_endpoints(no_content(), repository.registry)


def delete_images(request: HttpRequest, name: str) -> HttpResponse:
    """Forget the images; their content is the registry's to delete."""
    repository = _find_for(request, name, Action.DELETE)
    repository.v1_images.all().delete()
    return with_endpoints(no_content(), repository.registry)


def put_auth(request: HttpRequest, name: str) -> HttpResponse:
    """Tell a registry that the token is good, once."""
    parsed = parse_familiar_name(name)
    try:
        use_token(request.headers.get("Authorization", ""), parsed)
    except TokenRefused as refusal:
        raise AccountRefused(str(refusal)) from refusal  # this door says 403
    return json_response("OK")


def get_layer_access(request: HttpRequest, name: str, image_id: str) -> HttpResponse:
    """Tell a registry that a layer belongs to what the token opens; asked for each, so no use."""
    parsed = parse_familiar_name(name)
    token = check_token(request.headers.get("Authorization", ""), parsed)
    images = token.repository.v1_images.filter(image_id=image_id)
    if not (is_image_id(image_id) and images.exists()):
        raise RepositoryUnknown(unknown(parsed))
    return json_response({"access": True})


def _find_for(request: HttpRequest, name: str, action: Action) -> Repository:
    parsed = parse_familiar_name(name)
    principal = identify_account(request)
    repository = find_visible(principal, parsed)
    _check(principal, repository, action)
    return repository


def _check(principal: Principal, repository: Repository, action: Action) -> None:
    if action not in allowed_actions(principal, repository).actions:
        message = f"'{principal.name}' may not {action} {repository}"
        raise Denied(message)


def _listing(repository: Repository) -> list[dict[str, str]]:
    rows = repository.v1_images.order_by("pk").values_list("image_id", "checksum")
    return [{"id": image_id, "checksum": checksum} for image_id, checksum in rows]

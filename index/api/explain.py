"""Why somebody may do what they may: the decision, step by step."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import may_use, principal_of
from accounts.api.errors import at_field
from accounts.api.recent import require_session
from accounts.credential_kinds import Use
from accounts.models import PersonalAccessToken, Visibility
from index.api.repository_view import RepositoryView, plain_name
from index.errors import NameInvalid
from index.explanation.asked import Asked, Insight, find_asked, of_principal, own_token
from index.explanation.explain import Explanation, Part, explain, explain_anything, explain_own
from index.explanation.question import NO_GRANT, Question, Supposed, parse_question, parse_supposed
from index.models import Repository, RepositoryMode
from index.reasons import Effect
from index.roles import Action, Role

_ACTION = OpenApiParameter(
    "action", str, description="pull, push or delete, or several with commas; all without it."
)
_WHO = "A user, `namespace+robot`, `anonymous`, `wbp_…` of an access token, or a CI job's source."


class VerdictOutput(serializers.Serializer[Any]):
    """Whether one action is allowed."""

    action = serializers.CharField()
    allowed = serializers.BooleanField()
    code = serializers.CharField(help_text="Of what is in the way; empty if nothing is.")
    words = serializers.CharField()
    remedy = serializers.CharField(help_text="What would change it, and who can.")


class StepOutput(serializers.Serializer[Any]):
    """One thing that was looked at."""

    part = serializers.CharField()
    code = serializers.CharField()
    effect = serializers.ChoiceField(choices=[effect.value for effect in Effect])
    words = serializers.CharField()
    remedy = serializers.CharField()


class WhyOutput(serializers.Serializer[Any]):
    """What somebody may do, and why."""

    name = serializers.CharField(help_text="Whom it is about.")
    repository = serializers.CharField(help_text="Its name of today, or what was asked for.")
    tag = serializers.CharField()
    allowed = serializers.BooleanField(help_text="Whether all that was asked is.")
    role = serializers.CharField(allow_null=True)
    actions = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    verdicts = VerdictOutput(many=True)
    steps = StepOutput(many=True)
    ways = serializers.ListField(child=serializers.CharField())
    supposed = serializers.ListField(child=serializers.CharField())


class SupposedInput(serializers.Serializer[Any]):
    """What would be otherwise."""

    role = serializers.ChoiceField(choices=[NO_GRANT, *Role.values], required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    mode = serializers.ChoiceField(choices=RepositoryMode.choices, required=False)


class WhyAccess(RepositoryView):
    """Why somebody may do what they may with a repository that one administers."""

    @extend_schema(
        parameters=[
            OpenApiParameter("name", str, required=True, description=_WHO),
            _ACTION,
            OpenApiParameter("tag", str),
            OpenApiParameter(
                "role", str, enum=[NO_GRANT, *Role.values], description="As if a grant gave it."
            ),
            OpenApiParameter("visibility", str, enum=Visibility.values, description="As if."),
            OpenApiParameter("mode", str, enum=RepositoryMode.values, description="As if."),
        ],
        responses=WhyOutput,
    )
    def get(self, request: Request, name: str) -> Response:
        """Explain what somebody may do; a name that is nobody's is someone without a role."""
        repository = self.find_administered(request, name)
        asked = plain_name(request.query_params.get("name"))
        if not asked:
            raise serializers.ValidationError({"name": ["Say whom to look at."]})
        tag = plain_name(request.query_params.get("tag"))
        question = _question(request, f"{repository.name}:{tag}" if tag else repository.name, "tag")
        reader = principal_of(request)
        who = find_asked(asked, insight=_insight(request), repository=repository, reader=reader)
        return _answer(explain(repository, who, question, supposed=_supposed(request)))


class Explain(RepositoryView):
    """Why one may do what one may, anywhere; for administrators of the site why anybody may."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "repository", str, required=True, description="`acme/app` or `acme/app:v1`."
            ),
            _ACTION,
            OpenApiParameter(
                "who",
                str,
                description=(
                    "Oneself without it. One's own access token by its `wbp_…`, with a session. "
                    f"For administrators of the site, with a session: {_WHO}"
                ),
            ),
        ],
        responses=WhyOutput,
    )
    def get(self, request: Request) -> Response:
        """Return the decision, the same for what is not there and what one may not see."""
        question = _question(request, str(request.query_params.get("repository", "")), "repository")
        who = plain_name(request.query_params.get("who"))
        if _insight(request) is Insight.SITE:
            return _answer(explain_anything(who or principal_of(request).name, question))
        return _answer(explain_own(principal_of(request), _own(request, who), question))


def _own(request: Request, who: str) -> Asked:
    principal = principal_of(request)
    if who in {"", principal.name}:
        return of_principal(principal)
    if who.startswith(f"{PersonalAccessToken.PREFIX}_") and principal.user:
        require_session(request, "Asking about an access token")
        found = own_token(principal.user, who)
        if found:
            return found
    message = "You can ask about yourself and your own access tokens."
    raise serializers.ValidationError({"who": [message]})


def _insight(request: Request) -> Insight:
    is_site = principal_of(request).is_administrator and may_use(request, Use.ADMINISTRATION)
    return Insight.SITE if is_site else Insight.REPOSITORY


def _question(request: Request, text: str, field: str) -> Question:
    action = plain_name(request.query_params.get("action"))
    if not set(action.split(",") if action else []) <= set(Action):
        raise serializers.ValidationError({"action": ["Choose from pull, push and delete."]})
    try:
        return parse_question(text, action)
    except NameInvalid as error:
        raise at_field(error, field) from error


def _supposed(request: Request) -> Supposed:
    names = set(SupposedInput().fields) & set(request.query_params)
    asked = SupposedInput(data={name: request.query_params[name] for name in names})
    asked.is_valid(raise_exception=True)
    return parse_supposed(**asked.validated_data)


def _answer(found: Explanation) -> Response:
    body = {
        "name": found.name,
        "repository": _name_of(found.repository, found.question),
        "tag": found.question.tag,
        "allowed": found.is_allowed,
        "role": found.role,
        "actions": found.actions,
        "reason": found.reason,
        "verdicts": found.verdicts,
        "steps": [step for part in found.parts for step in _steps(part)],
        "ways": found.ways,
        "supposed": found.supposed,
    }
    return Response(WhyOutput(body).data)


def _name_of(repository: Repository | None, question: Question) -> str:
    return repository.name if repository else question.name.value


def _steps(part: Part) -> list[dict[str, Any]]:
    return [
        {
            "part": part.title,
            "code": step.code,
            "effect": step.effect.value,
            "words": step.words,
            "remedy": step.remedy,
        }
        for step in part.steps
    ]

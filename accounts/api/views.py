"""What every view of the API is: an operation takes the parameters that it names, and tells of the limit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import generics, views
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import do_once
from accounts.api.parameters import check_parameters
from accounts.api.preconditions import check_preconditions, tag_answer

M = TypeVar("M", bound=Model)


class Operation(views.APIView):
    """What comes before and after each operation, whatever it does."""

    # Where is what a POST made, of whose answer nothing may be kept: `user/tokens/{token[id]}`.
    shown_once = ""
    told_of_limit: Mapping[str, str] = MappingProxyType({})  # set by the throttle
    passing: Collection[str] = ()  # fields that go on by themselves, which no change overwrites
    is_comparable = True  # whether the same question has the same answer until something changes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at who asks, and then at what is asked."""
        super().initial(request, *args, **kwargs)
        check_parameters(request, self)
        check_preconditions(request, self)
        do_once(request, self)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Say how many calls are left, and which answer this is."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        tag_answer(request, answer, self)
        for name, value in self.told_of_limit.items():
            answer[name] = value
        return answer


class APIView(Operation):
    """A view of some operations at one address."""


class ListAPIView(Operation, generics.ListAPIView[M]):
    """A list that the framework makes of `get_queryset`."""

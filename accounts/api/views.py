"""What every view of the API is: an operation says which parameters it knows, and takes no others."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import generics, views
from rest_framework.request import Request

from accounts.api.parameters import check_parameters

M = TypeVar("M", bound=Model)


class Operation(views.APIView):
    """What comes before and after each operation, whatever it does."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at who asks, and then at what is asked."""
        super().initial(request, *args, **kwargs)
        check_parameters(request, self)


class APIView(Operation):
    """A view of some operations at one address."""


class ListAPIView(Operation, generics.ListAPIView[M]):
    """A list that the framework makes of `get_queryset`."""

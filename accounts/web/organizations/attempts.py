"""Run a flow that a button started: what it refuses becomes a message on the page one came from."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from accounts.errors import AccountError


def attempt(request: HttpRequest, change: Callable[[], object], *, done: str) -> bool:
    """Make the change and say so; or say why not, and return False."""
    try:
        change()
    except AccountError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def attempt_form(form: forms.Form, change: Callable[[], object], *, field: str | None) -> bool:
    """Make the change if the form is valid; what the flow refuses belongs to that field."""
    if not form.is_valid():
        return False
    try:
        change()
    except AccountError as error:
        form.add_error(field, str(error))
        return False
    return True

"""Forms with which administrators say what registries are and where repositories go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import Visibility
from accounts.words import lazy_title
from index.errors import IndexRefusal, RegistryRefused
from index.models import KeyFormat, Registry, RegistryPool, RegistryState, SizeClass, Stage, Writers
from index.models.registry import DAYS
from index.registry_settings import RegistrySettings

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_NEVER = "never"


class RegistryForm(forms.Form):
    """What a registry is; the name is asked for once."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        help_text=gettext_lazy("Lowercase letters, digits and single - inside. It stays."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    upstream_url = forms.CharField(
        label="URL",
        max_length=200,
        help_text=gettext_lazy(
            "Where gateway and index reach it, like http://10.0.0.7:5000. An inner "
            "address is right: only the gateway should reach it."
        ),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    description = forms.CharField(label=gettext_lazy("Description"), max_length=200, required=False)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, required=False)
    writers = forms.ChoiceField(label=gettext_lazy("Who may write there"), choices=Writers.choices)
    needs_approval = forms.BooleanField(
        label=gettext_lazy("A promotion into it waits for a second person"), required=False
    )
    service = forms.CharField(
        label=gettext_lazy("Service"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    key_format = forms.ChoiceField(
        label=gettext_lazy("How tokens name their key"),
        choices=[("", gettext_lazy("As the other registries of its service")), *KeyFormat.choices],
        required=False,
    )

    def __init__(self, *args: Any, registry: Registry | None = None, **kwargs: Any) -> None:
        """Show what a registry is now, or start a new one."""
        super().__init__(*args, **kwargs)
        self.fields["service"].help_text = gettext_lazy(
            "The audience of its tokens. Empty is %(service)s, the gateway's; its own "
            "only if clients reach it past the gateway."
        ) % {"service": settings.SERVICE}
        if registry is None:
            self.initial["writers"] = Writers.ANYONE
            return
        del self.fields["name"]
        for field in self.fields:
            self.initial[field] = getattr(registry, field)
        if registry.service == settings.SERVICE:
            self.initial["service"] = ""

    @property
    def to_be(self) -> RegistrySettings:
        """What was typed, as the flow takes it."""
        data = self.cleaned_data
        return RegistrySettings(
            upstream_url=data["upstream_url"],
            service=data["service"],
            key_format=KeyFormat(data["key_format"]) if data["key_format"] else None,
            stage=Stage(data["stage"]),
            writers=Writers(data["writers"]),
            needs_approval=data["needs_approval"],
            description=data["description"],
        )


class ScheduleForm(forms.Form):
    """When a registry's garbage collection is due."""

    day = forms.ChoiceField(
        label=gettext_lazy("Day"),
        choices=[
            (_NEVER, gettext_lazy("Never by itself")),
            *((str(n), name) for n, name in enumerate(DAYS)),
        ],
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour (UTC)"), coerce=int, choices=[(n, f"{n:02}:00") for n in range(24)]
    )

    def __init__(self, *args: Any, registry: Registry, **kwargs: Any) -> None:
        """Show what holds now."""
        super().__init__(*args, **kwargs)
        day = registry.collects_on_day
        self.initial = {
            "day": _NEVER if day is None else str(day),
            "hour": registry.collects_at_hour,
        }

    @property
    def day_number(self) -> int | None:
        """The day as the flow takes it."""
        chosen = self.cleaned_data["day"]
        return None if chosen == _NEVER else int(chosen)


class RuleForm(forms.Form):
    """Which names go where."""

    pattern = forms.CharField(
        label=gettext_lazy("Names"),
        max_length=201,
        help_text=gettext_lazy(
            "One name, namespace/*, namespace/prefix* or *. library/* is official images."
        ),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Visibility"),
        choices=[
            ("", gettext_lazy("Every visibility")),
            *((v.value, lazy_title(v.value)) for v in Visibility),
        ],
        required=False,
    )
    size_class = forms.ChoiceField(
        label=gettext_lazy("Size class"),
        choices=[
            ("", gettext_lazy("Every size")),
            *((s.value, lazy_title(s.value)) for s in SizeClass),
        ],
        required=False,
    )
    to = forms.ChoiceField(label=gettext_lazy("Go to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer pools, and registries in use."""
        super().__init__(*args, **kwargs)
        pools = [(f"pool:{pool.name}", f"pool {pool}") for pool in RegistryPool.objects.all()]
        used = Registry.objects.filter(state=RegistryState.IN_USE).order_by("name")
        registries = [(f"registry:{one.name}", one.name) for one in used]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        field.choices = [*registries, *pools]

    @property
    def place(self) -> Registry | RegistryPool:
        """Where to."""
        kind, _, name = self.cleaned_data["to"].partition(":")
        model = RegistryPool if kind == "pool" else Registry
        return model.objects.get(name=name)


class PoolForm(forms.Form):
    """A name and who shares it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        help_text=gettext_lazy("Lowercase letters, digits and single - inside."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    members = forms.ModelMultipleChoiceField(
        Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name"),
        label=gettext_lazy("Members"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="name",
    )


class WhereForm(forms.Form):
    """A name of which one asks where it would go."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs=_PLAIN)
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Visibility"),
        choices=[(v.value, lazy_title(v.value)) for v in Visibility],
        initial=Visibility.PRIVATE,
    )
    size_class = forms.ChoiceField(
        label=gettext_lazy("Size class"),
        choices=[(s.value, lazy_title(s.value)) for s in SizeClass],
        initial=SizeClass.ORDINARY,
    )


def attempt(request: HttpRequest, change: Callable[[], object], *, done: str) -> bool:
    """Make the change and say so; or say why not, and return False."""
    try:
        change()
    except IndexRefusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def attempt_form(form: forms.Form, change: Callable[[], object]) -> bool:
    """Make the change if the form is valid; what the flow refuses belongs to the field it names."""
    if not form.is_valid():
        return False
    try:
        change()
    except RegistryRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True

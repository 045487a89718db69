"""The REST API and its description."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.auth.SecretAuthentication",
        "accounts.api.auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.TokenReachesPart"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.Throttle"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Schema",
    "EXCEPTION_HANDLER": "accounts.api.problem_details.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Waybill",
    "DESCRIPTION": (
        "People, organizations, repositories and credentials. Authenticate with a personal access "
        "token: `Authorization: Bearer wbp_…`. Errors are problem details (RFC 9457).\n\n[Make an access token](/settings/tokens/new) · [Back to Waybill](/)"
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # whose schemas are JSON Schema: answers can be checked against them
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/img/logo.svg",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"repository": str},
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "index.roles.Role",
        "OrganizationRoleEnum": "accounts.models.OrganizationRole",
        "ActivityKindEnum": "index.models.ActivityKind",
        "DeliveryStateEnum": "index.models.DeliveryState",
        "MailKindEnum": "accounts.mail_kinds.MailKind",
        "PromotionStateEnum": "index.models.PromotionState",
        "RegistryStateEnum": "index.models.RegistryState",
        "ReportKindEnum": "index.models.ReportKind",
        "VisibilityEnum": "accounts.models.Visibility",
        "DifferenceKindEnum": "index.models.DifferenceKind",
        "DifferenceStateEnum": "index.models.DifferenceState",
    },
}

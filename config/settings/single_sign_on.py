"""The settings of single sign-on and of the company's directory."""

from __future__ import annotations

from accounts.directory.configuration import DirectoryConfiguration, read_attributes
from config.env import env_choice, env_issuer, env_list, env_password, env_text

__all__ = [
    "DIRECTORY",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_EXTRA_SCOPES",
    "OIDC_GROUPS_CLAIM",
    "OIDC_ISSUER",
    "OIDC_NAME",
    "SOCIALACCOUNT_ADAPTER",
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION",
    "SOCIALACCOUNT_PROVIDERS",
    "SOCIALACCOUNT_STORE_TOKENS",
    "TEAM_GROUPS",
]

OIDC_ISSUER = env_issuer("WAYBILL_OIDC_ISSUER")  # letter by letter as its tokens say
OIDC_NAME = env_text("WAYBILL_OIDC_NAME", "single sign-on")  # on the button: "Log in with …"
OIDC_CLIENT_ID = env_text("WAYBILL_OIDC_CLIENT_ID", None if OIDC_ISSUER else "")
OIDC_CLIENT_SECRET = env_password("WAYBILL_OIDC_CLIENT_SECRET")
OIDC_GROUPS_CLAIM = env_text("WAYBILL_OIDC_GROUPS_CLAIM", "groups")
OIDC_EXTRA_SCOPES = env_list("WAYBILL_OIDC_EXTRA_SCOPES")
SOCIALACCOUNT_ADAPTER = "accounts.openid.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "accounts.openid.provider.Provider",
        "OAUTH_PKCE_ENABLED": True,
    }
}
# Never: an address that is the same is no proof that the person is (docs/security.md).
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False

# Who may fill a team from a group, of either source.
TEAM_GROUPS = env_choice("WAYBILL_TEAM_GROUPS", ("administrators", "owners"))

_LDAP_URL = env_text("WAYBILL_LDAP_URL", "")
DIRECTORY = (
    DirectoryConfiguration(
        url=_LDAP_URL,
        uses_tls=env_choice("WAYBILL_LDAP_TLS", ("required", "off")) == "required",
        ca_file=env_text("WAYBILL_LDAP_CA_FILE", ""),
        bind_dn=env_text("WAYBILL_LDAP_BIND_DN", ""),
        bind_password=env_password("WAYBILL_LDAP_BIND_PASSWORD"),
        user_base=env_text("WAYBILL_LDAP_USER_BASE", ""),
        user_filter=env_text("WAYBILL_LDAP_USER_FILTER", "(&(objectClass=person)(uid={login}))"),
        group_base=env_text("WAYBILL_LDAP_GROUP_BASE", ""),
        group_filter=env_text("WAYBILL_LDAP_GROUP_FILTER", "(|(member={dn})(memberUid={login}))"),
        attributes=read_attributes(env_list("WAYBILL_LDAP_ATTRIBUTES")),
    )
    if _LDAP_URL
    else None
)

"""Accounts: log-in, sign-up, two factors."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from accounts import limits
from config.env import env_choice, env_flag, env_list
from config.settings.site import IS_HTTPS, IS_OWN_MACHINE, PUBLIC_HOST

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.session_backend.SessionBackend"]
PASSWORD_HASHERS = ["accounts.passwords.Argon2"]
# 12 keeps a core busy for a quarter of a second, and so does every wrong password while this is set.
BCRYPT_COST = int(env_choice("WAYBILL_BCRYPT_COST", ("0", *map(str, range(4, 13)))))
if BCRYPT_COST:
    PASSWORD_HASHERS.append("accounts.old_passwords.Bcrypt")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 9},
    },
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web-home"
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds; the mail with the link says so

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Waybill] "
ACCOUNT_USERNAME_MIN_LENGTH = 4
ACCOUNT_PRESERVE_USERNAME_CASING = True  # rejected, never repaired
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # what changes how people get in asks who is there
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_RATE_LIMITS = limits.ALLAUTH_ACCOUNT
ACCOUNT_FORMS = {
    "signup": "accounts.web.forms.SignupForm",
    "add_email": "accounts.web.account_forms.AddEmailForm",
    "change_password": "accounts.web.account_forms.ChangePasswordForm",
    "confirm_email_verification_code": "accounts.web.account_forms.ConfirmCodeForm",
    "reauthenticate": "accounts.web.account_forms.ReauthenticateForm",
    "reset_password": "accounts.web.account_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.web.account_forms.ResetPasswordKeyForm",
    "set_password": "accounts.web.account_forms.SetPasswordForm",
}

MFA_ADAPTER = "accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TRUST_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = f"Waybill {PUBLIC_HOST}"
MFA_RATE_LIMITS = limits.ALLAUTH_MFA
MFA_FORMS = {
    "activate_totp": "accounts.web.mfa_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.web.mfa_forms.AddKeyForm",
    "authenticate": "accounts.web.mfa_forms.CodeForm",
    "edit_webauthn": "accounts.web.mfa_forms.RenameKeyForm",
    "reauthenticate": "accounts.web.mfa_forms.ReauthenticateForm",
}
REQUIRE_TWO_FACTOR = env_flag("WAYBILL_REQUIRE_TWO_FACTOR")
SIGNUP = env_choice("WAYBILL_SIGNUP", ("open", "invitation", "domain", "closed"))
SIGNUP_DOMAINS = [domain.lower() for domain in env_list("WAYBILL_SIGNUP_DOMAINS")]
SIGNUP_CAPTCHA = env_flag("WAYBILL_SIGNUP_CAPTCHA")
# Else whoever may sign up with one address could prove another.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = SIGNUP == "open"
if SIGNUP_CAPTCHA and not (IS_HTTPS or IS_OWN_MACHINE):
    message = "WAYBILL_SIGNUP_CAPTCHA needs https: browsers do no cryptography on plain http."
    raise ImproperlyConfigured(message)

# Name servers that are asked for TXT records of domains; those of the machine without any.
DNS_SERVERS = env_list("WAYBILL_DNS_SERVERS")

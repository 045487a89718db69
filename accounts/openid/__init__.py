"""Single sign-on by OpenID Connect: django-allauth's flow, with checks of our own where it is lenient."""

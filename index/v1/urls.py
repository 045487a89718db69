"""Doors of the v1 index protocol, each with and without its last slash.

A name may have slashes: what follows it is what docker puts there, as in docker-registry.
"""

from __future__ import annotations

from django.urls import re_path

from index.v1 import images, ping, repositories, users
from index.v1.door import door

_NAME = r"\Av1/repositories/(?P<name>.+?)"

urlpatterns = [
    re_path(r"\A(?:v1/)?_ping/?\Z", door(GET=ping.get_ping), name="v1-ping"),
    re_path(r"\Av1/users/?\Z", door(GET=users.get_user, POST=users.post_user), name="v1-users"),
    re_path(r"\Av1/users/(?P<username>[^/]+)/?\Z", door(PUT=users.put_user), name="v1-user"),
    re_path(
        rf"{_NAME}/images/?\Z",
        door(GET=images.get_images, PUT=images.put_images, DELETE=images.delete_images),
        name="v1-images",
    ),
    re_path(rf"{_NAME}/auth/?\Z", door(PUT=images.put_auth), name="v1-auth"),
    re_path(
        rf"{_NAME}/layer/(?P<image_id>[^/]+)/access/?\Z",
        door(GET=images.get_layer_access),
        name="v1-layer-access",
    ),
    re_path(
        rf"{_NAME}/?\Z",
        door(PUT=repositories.put_repository, DELETE=repositories.delete_repository),
        name="v1-repository",
    ),
]

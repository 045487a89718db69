"""Promotions: asking, answering, and what became of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import promotions

_ONE = "r/<repository:name>/-/promotions/<int:number>"
urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/promote", promotions.ask, name="web-promote"),
    path("r/<repository:name>/-/promotions", promotions.listing, name="web-promotions"),
    path(_ONE, promotions.show, name="web-promotion"),
    path(f"{_ONE}/approve", promotions.approve, name="web-promotion-approve"),
    path(f"{_ONE}/refuse", promotions.refuse, name="web-promotion-refuse"),
    path(f"{_ONE}/retry", promotions.retry, name="web-promotion-retry"),
    path(f"{_ONE}/drop", promotions.drop, name="web-promotion-drop"),
]

"""Promotions: asking, answering, and what became of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import promotions

_ALL = "repositories/<repository:name>/-/promotions"
_ONE = f"{_ALL}/<int:number>"
urlpatterns: list[URLPattern] = [
    path(_ALL, promotions.Promotions.as_view(), name="api-promotions"),
    path(f"{_ALL}/preview", promotions.PromotionPreview.as_view(), name="api-promotion-preview"),
    path(_ONE, promotions.OnePromotion.as_view(), name="api-promotion"),
    path(f"{_ONE}/approve", promotions.ApprovePromotion.as_view(), name="api-promotion-approve"),
    path(f"{_ONE}/refuse", promotions.RefusePromotion.as_view(), name="api-promotion-refuse"),
    path(f"{_ONE}/retry", promotions.RetryPromotion.as_view(), name="api-promotion-retry"),
    path(f"{_ONE}/drop", promotions.DropPromotion.as_view(), name="api-promotion-drop"),
]

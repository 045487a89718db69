"""Everything behind `./dev`: set up, start, test and inspect a Waybill on one machine."""

from __future__ import annotations

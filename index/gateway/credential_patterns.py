"""How nginx tells our own secrets from passwords without decoding: by their base64.

In `login:secret` one of our secrets follows the first colon, so the bytes `:wbX_` are there, X being
the letter of its kind. Base64 writes three bytes as four letters; where the colon stands in its three
gives three spellings. A password that looks so by chance, or on purpose, costs nothing but a detour:
the index sees it and hands it on.
"""

from __future__ import annotations

_BASIC = "^(?i:basic) +"  # what accounts.basic_auth takes
_LETTER = "[A-Za-z0-9+/]"
_BEFORE = f"(?:{_LETTER}{{4}}){{0,128}}?"  # as long as any login

PATTERNS = (
    f"{_BASIC}{_BEFORE}Ondi[Y-Za-e][FVl1][89]",
    f"{_BASIC}{_BEFORE}{_LETTER}[DTjz]p3Y[mn][159BFJNRVZdhlptx]f",
    f"{_BASIC}{_BEFORE}{_LETTER}{{2}}[048AEIMQUYcgkosw]6d2J[h-z0-6]X[z2]",
)

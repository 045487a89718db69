"""What accounts announce to the apps above, which may not be imported from here.

Sent inside the transaction of the change, so what a receiver writes stands or falls with it.
"""

from __future__ import annotations

from django.dispatch import Signal

# A person is no longer in an organization: `organization`, `user`.
membership_ended = Signal()

# An administrator lets things in a namespace change again: `namespace`, and `since` when they could not.
namespace_unfrozen = Signal()

# Every docker login and registry token of a person ends: `user`.
machines_logged_out = Signal()

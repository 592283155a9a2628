"""Which acts leave an entry? A closed list; `room:subject:act`. A retired act stays here, with the date it went."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """The act's tag, as stored and hashed, and the words a person reads."""

    JOB_RECEIVED = "intake:job:received", _("received the job")
    JOB_STATUS_CHANGED = "intake:job:status_changed", _("job status changed")
    ROW_RECEIVED = "intake:row:received", _("received a result row")
    PAYLOAD_REJECTED = "intake:payload:rejected", _("rejected a payload")
    DOCUMENT_ATTACHED = "intake:document:attached", _("attached a document")
    UPSTREAM_CHANGED = "intake:upstream:changed", _("changed an upstream")
    UPSTREAM_TESTED = "intake:upstream:tested", _("tested an upstream")
    JOB_ASKED_FOR = "intake:job:asked_for", _("asked for the job")
    JOB_GONE = "intake:job:gone", _("found the job gone at the upstream")
    JOB_DISMISSED = "intake:job:dismissed", _("took the job off the list of those that were asked for")
    DOCUMENT_HANDED_IN = "intake:document:handed_in", _("handed in a document")
    HAND_IN_ENDED = "intake:document:hand_in_ended", _("the upstream took or refused the document")

    TASK_OPENED = "review:task:opened", _("opened a task")
    TASK_RETRIAGED = "review:task:retriaged", _("looked at the task's reasons again")
    TASK_WITHDRAWN = "review:task:withdrawn", _("withdrew the task")
    ROW_PASSED = "review:row:passed", _("let the row pass without a person")
    TASK_CLAIMED = "review:task:claimed", _("claimed")
    TASK_RELEASED = "review:task:released", _("released")
    TASK_TAKEN_OVER = "review:task:taken_over", _("took over")
    TASK_ASSIGNED = "review:task:assigned", _("assigned")
    TASK_POSTPONED = "review:task:postponed", _("postponed")
    TASK_ESCALATED = "review:task:escalated", _("escalated")
    TASK_APPROVED = "review:task:approved", _("approved the document")
    TASK_REJECTED = "review:task:rejected", _("rejected the document")
    TASK_SIGNED_OFF = "review:task:signed_off", _("signed off fields without a verdict")
    RULE_OVERRIDDEN = "review:rule:overridden", _("approved the document although rules fail")
    FIELD_APPROVED = "review:field:approved", _("approved")
    FIELD_CORRECTED = "review:field:corrected", _("corrected")
    FIELD_CLEARED = "review:field:cleared", _("cleared: not in the document")
    FIELD_ILLEGIBLE = "review:field:illegible", _("marked illegible")
    FIELD_RESTORED = "review:field:restored", _("restored")
    LINE_ADDED = "review:line:added", _("added a line")
    LINE_REMOVED = "review:line:removed", _("removed a line")
    LINES_ORDERED = "review:line:ordered", _("ordered the lines")
    LINES_COMPLETE = "review:line:complete", _("said that all lines are there")
    QUEUE_CHANGED = "review:queue:changed", _("changed a queue")

    DELIVERY_QUEUED = "delivery:row:queued", _("put the row on its way")
    DELIVERY_PUSHED = "delivery:row:pushed", _("delivered the row")
    DELIVERY_FAILED = "delivery:row:failed", _("could not deliver the row")
    DELIVERY_DEAD = "delivery:row:dead", _("stopped trying to deliver the row")
    DELIVERY_NOT_ACCEPTED = "delivery:row:not_accepted", _("was told that the row has no place there")
    DELIVERY_TRIED_AGAIN = "delivery:row:tried_again", _("had the delivery tried again")
    DELIVERY_GIVEN_UP = "delivery:row:given_up", _("gave the delivery up")
    DESTINATION_ADDED = "delivery:destination:added", _("added a destination")
    DESTINATION_CHANGED = "delivery:destination:changed", _("changed a destination")
    DESTINATION_PAUSED = "delivery:destination:paused", _("paused a destination")
    DESTINATION_RESUMED = "delivery:destination:resumed", _("resumed a destination")
    DESTINATION_DISABLED = "delivery:destination:disabled", _("disabled a destination")
    DESTINATION_TESTED = "delivery:destination:tested", _("tested a destination")
    DESTINATION_REPLAYED = "delivery:destination:replayed", _("had dead deliveries tried again")
    DESTINATION_FILLED = "delivery:destination:filled", _("put earlier rows on their way")
    SECRET_ROTATED = "delivery:secret:rotated", _("made a new secret")
    SECRET_FORGOTTEN = "delivery:secret:forgotten", _("took older secrets away")

    SIGNED_IN = "accounts:user:signed_in", _("signed in")
    SIGN_IN_FAILED = "accounts:user:sign_in_failed", _("failed to sign in")
    SIGNED_OUT = "accounts:user:signed_out", _("signed out")
    USER_CHANGED = "accounts:user:changed", _("changed a user")
    KEY_ISSUED = "accounts:key:issued", _("issued an API key")
    KEY_REVOKED = "accounts:key:revoked", _("revoked an API key")

    TRAIL_EXPORTED = "inspection:trail:exported", _("exported the trail")

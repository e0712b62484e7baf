"""The replies about a call that is planned, on, or settled already: put into words apart."""

from __future__ import annotations

from data import reply as r

CallReply = (
    r.CallPlanned
    | r.AlreadyBooked
    | r.CallStarted
    | r.CallAnswered
    | r.AlreadyCalling
    | r.PassedOn
    | r.BusinessAsks
    | r.AnswerGiven
    | r.AnswerLate
    | r.CancelUnderway
)

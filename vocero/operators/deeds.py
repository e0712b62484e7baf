"""What can be done to a call, done on the switchboard that has it: for our operators and, asked by
other workers, for theirs. Each is answered with "" or the code of why not.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.phases import Phase
from vocero.operators.checked import Odd, text, truth
from vocero.operators.needs import Board
from vocero.operators.words import LONGEST_TYPED

LONGEST_KEYS = 64
WHISPER, KEYS, END = "whisper", "keys", "end"
TAKE_OVER, HAND_BACK = "take_over", "hand_back"


def done_here(board: Board, what: str, attempt_id: str, fields: Mapping[str, object]) -> str | None:
    """None: this switchboard has no such call."""
    if board.live_call(attempt_id) is None:
        return None
    try:
        return _done(board, what, attempt_id, fields)
    except Odd:
        return "bad_request"


def _done(board: Board, what: str, attempt_id: str, fields: Mapping[str, object]) -> str:
    match what:
        case "whisper":
            hint = text(fields.get("text"), LONGEST_TYPED)
            return "" if board.whisper(attempt_id, hint) else "over"
        case "end":
            at_once = truth(fields.get("at_once"))
            return "" if board.end(attempt_id, at_once=at_once) else "over"
    operator = text(fields.get("operator"))
    match what:
        case "keys":
            try:
                pressed = board.press_keys(attempt_id, text(fields.get("digits"), LONGEST_KEYS))
            except Odd:
                raise
            except ValueError:
                return "bad_keys"
        case "take_over":
            pressed = board.take_over(attempt_id, operator)
        case "hand_back":
            summary = text(fields.get("summary"), LONGEST_TYPED)
            pressed = board.hand_back(attempt_id, operator, summary)
        case _:
            return "bad_request"
    return "" if pressed else why_not(board, operator, attempt_id)


def why_not(board: Board, operator: str, attempt_id: str) -> str:
    """The code of why this operator has not got this call."""
    call = board.live_call(attempt_id)
    if call is None or call.phase in (Phase.CLOSING, Phase.ENDED):
        return "over"
    taken_by = call.snapshot.taken_over_by
    return "busy" if taken_by and taken_by != operator else "not_talking"

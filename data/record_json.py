"""Records as JSON text, and back: what the store keeps whole."""

from __future__ import annotations

from pydantic import TypeAdapter

from data.call import CallReport, Quote
from data.errand import Errand

_REPORT = TypeAdapter(CallReport)
_ERRAND = TypeAdapter(Errand)
_QUOTE = TypeAdapter(Quote)


def report_to_json(report: CallReport) -> str:
    """The report with its whole timeline."""
    return _REPORT.dump_json(report).decode()


def report_from_json(text: str) -> CallReport:
    """Raises ValueError for anything that `report_to_json` did not write."""
    return _REPORT.validate_json(text)


def errand_to_json(errand: Errand) -> str:
    """The errand with its business and preferences."""
    return _ERRAND.dump_json(errand).decode()


def errand_from_json(text: str) -> Errand:
    """Raises ValueError for anything that `errand_to_json` did not write."""
    return _ERRAND.validate_json(text)


def quote_to_json(quote: Quote) -> str:
    """The business's words, and when they were heard."""
    return _QUOTE.dump_json(quote).decode()


def quote_from_json(text: str) -> Quote:
    """Raises ValueError for anything that `quote_to_json` did not write."""
    return _QUOTE.validate_json(text)

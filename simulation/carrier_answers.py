"""How the carrier's REST API reads forms and writes answers and lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from quart import Response, request

from simulation.carrier_faults import RestError


async def sent_form() -> dict[str, list[str]]:
    """The posted fields, each with all its values."""
    form = await request.form
    return {name: form.getlist(name) for name in form}


def as_json(body: object, status: int = 200) -> Response:
    """As Twilio's REST interface answers."""
    return Response(json.dumps(body), status=status, content_type="application/json")


def page_of(key: str, rows: Sequence[object]) -> Response:
    """One page of a list, newest first, as the SDK's pager reads it."""
    try:
        size = min(max(int(request.args.get("PageSize", "50")), 1), 1000)
        page = max(int(request.args.get("Page", "0")), 0)
    except ValueError as wrong:
        raise RestError(20001) from wrong
    rest = {
        name: value
        for name, value in request.args.items()
        if name not in ("Page", "PageSize", "PageToken")
    }

    def uri(number: int) -> str:
        return f"{request.path}?{urlencode({**rest, 'PageSize': size, 'Page': number})}"

    first = page * size
    more = first + size < len(rows)
    shown = rows[first : first + size]
    return as_json(
        {
            key: list(shown),
            "page": page,
            "page_size": size,
            "start": first,
            "end": max(first, first + len(shown) - 1),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if more else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }
    )

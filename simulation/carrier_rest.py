"""The carrier's REST API: calls, messages, typing, as far as a client of ours can need.

Source: Twilio's OpenAPI documents twilio_api_v2010, twilio_messaging_v2 and twilio_content_v1.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol, cast

import httpx
from quart import Quart, Response, request

from simulation.carrier_account import add_account_routes
from simulation.carrier_answers import as_json, page_of, sent_form
from simulation.carrier_call import SimulatedCall
from simulation.carrier_chat import Messages
from simulation.carrier_faults import RestError
from simulation.carrier_media import STORE, MediaStore, basic_auth
from simulation.carrier_office import Office
from simulation.carrier_record import API_VERSION

LOST = "x-simulated-lost"
LOST_FOR_S = 30.0
"""How long a client that never hears an answer is kept waiting, at most."""


class Exchange(Protocol):
    """What the REST API acts on."""

    calls: list[SimulatedCall]

    def place(self, form: dict[str, list[str]]) -> SimulatedCall:
        """Queues a call. Raises RestError."""


def build_rest(office: Office, exchange: Exchange, messages: Messages, media: MediaStore) -> Quart:
    """The ASGI application."""
    app = Quart("simulated_carrier", static_folder=None)
    account = f"/{API_VERSION}/Accounts/<account>"

    @app.before_request
    async def check() -> None:
        if request.path.startswith(STORE):
            return
        given = request.headers.get("Authorization", "")
        expected = basic_auth(office.account_sid, office.auth_token)
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise RestError(20003)
        named = (request.view_args or {}).get("account")
        if named is not None and named.removesuffix(".json") != office.account_sid:
            raise RestError(20404, f"The requested resource {request.path} was not found")

    @app.errorhandler(RestError)
    async def refuse(error: RestError) -> Response:
        return as_json(error.body(), error.status)

    @app.errorhandler(404)
    async def unknown(_: Exception) -> Response:
        missing = RestError(20404, f"The requested resource {request.path} was not found")
        return as_json(missing.body(), 404)

    @app.post(f"{account}/Calls.json")
    async def create_call(account: str) -> Response:
        if office.faults.bad_gateways > 0:
            office.faults.bad_gateways -= 1
            return Response("<html>502 Bad Gateway</html>", status=502, content_type="text/html")
        call = exchange.place(await sent_form())
        response = as_json(call.record.resource(), 201)
        if office.faults.lost_call_responses > 0:
            office.faults.lost_call_responses -= 1
            response.headers[LOST] = "1"
        return response

    @app.get(f"{account}/Calls.json")
    async def list_calls(account: str) -> Response:
        wanted = {name: request.args.get(name) for name in ("To", "From", "Status")}
        return page_of(
            "calls",
            [
                call.record.resource()
                for call in reversed(exchange.calls)
                if wanted["To"] in (None, call.record.request.to)
                and wanted["From"] in (None, call.record.request.from_)
                and wanted["Status"] in (None, call.record.status)
            ],
        )

    def find(sid: str) -> SimulatedCall:
        for call in exchange.calls:
            if call.sid == sid:
                return call
        raise RestError(20404, f"The requested resource {request.path} was not found")

    @app.get(f"{account}/Calls/<sid>.json")
    async def show_call(account: str, sid: str) -> Response:
        return as_json(find(sid).record.resource())

    @app.post(f"{account}/Calls/<sid>.json")
    async def update_call(account: str, sid: str) -> Response:
        call = find(sid)
        call.update(await sent_form())
        return as_json(call.record.resource())

    @app.post(f"{account}/Messages.json")
    async def create_message(account: str) -> Response:
        response = as_json(messages.send(await sent_form()).resource(), 201)
        if office.faults.lost_message_responses > 0:
            office.faults.lost_message_responses -= 1
            response.headers[LOST] = "1"
        return response

    @app.get(f"{account}/Messages.json")
    async def list_messages(account: str) -> Response:
        to, from_ = request.args.get("To"), request.args.get("From")
        return page_of(
            "messages",
            [
                each.resource()
                for each in reversed(messages.chat)
                if to in (None, each.to) and from_ in (None, each.from_)
            ],
        )

    @app.get(f"{account}/Messages/<sid>.json")
    async def show_message(account: str, sid: str) -> Response:
        at = messages.chat.find(lambda each: each.sid == sid)
        if at is None:
            raise RestError(20404, f"The requested resource {request.path} was not found")
        return as_json(messages.chat[at].resource())

    @app.post("/v2/Indicators/Typing.json")
    async def typing() -> Response:
        form = await sent_form()
        if form.get("channel") != ["whatsapp"] or not form.get("messageId"):
            raise RestError(20001)
        messages.typing.append(form["messageId"][-1])
        return as_json({"success": True})

    @app.post("/v1/Content")
    async def create_content() -> Response:
        given = await request.get_json(force=True, silent=True)
        types = given.get("types") if isinstance(given, dict) else None
        if not isinstance(types, dict) or not types:
            raise RestError(20001, "types is required")
        sid = office.sid("HX")
        body = next(iter(types.values())).get("body", "")
        messages.contents[sid] = str(body)
        return as_json({"sid": sid, "account_sid": office.account_sid, **given}, 201)

    add_account_routes(app, office)
    media.install(app)
    return app


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Lost(Exception):
    """The response is not to arrive."""


class LosingResponses:
    """An ASGI wrapper that lets marked responses never arrive.

    Over a socket the client waits until it gives up; in memory, where clients know no timeouts,
    it gets the error that it would have ended with.
    """

    def __init__(self, app: Quart, is_served: Callable[[], bool]) -> None:
        self._app = cast(Callable[[Message, Receive, Send], Awaitable[None]], app)
        self._is_served = is_served

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        lost = False

        async def pass_on(message: Message) -> None:
            if LOST.encode() in dict(message.get("headers", ())):
                raise _Lost
            await send(message)

        try:
            await self._app(scope, receive, pass_on)
        except* _Lost:
            lost = True
        if lost and not self._is_served():
            raise httpx.ReadTimeout("the response was lost")
        if lost:
            await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    try:
        async with asyncio.timeout(LOST_FOR_S):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return

"""Files that customers send: kept by the carrier, handed out by a second host.

The API's address asks for the account's credentials and redirects; the second host refuses
requests that still carry them (reported by several projects).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from quart import Quart, Response, request

from simulation.carrier_faults import RestError
from simulation.carrier_office import Office
from simulation.carrier_record import API_VERSION

STORE = "/media-store/"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a customer attached to a message."""

    message_sid: str
    content: bytes
    content_type: str


@dataclass(slots=True)
class MediaFaults:
    """What goes wrong with attachments on purpose; the default is nothing. (That one is not there
    yet is one of the carrier's Faults.)
    """

    redirect_status: int = 307
    """With which the API's address redirects; 302 is seen as well."""
    redirect_to: str = ""
    """Somewhere else than to the second host."""
    more_redirects: int = 0
    """So many redirects at the second host before the file."""
    served_type: str = ""
    """The content type that the second host states instead of the file's own."""
    gone: bool = False
    """The file was deleted: 404 at both hosts."""
    endless: bool = False
    """The second host never stops sending."""
    pause_s: float = 0.0
    """Before each piece of 1,024 bytes that the second host sends."""
    breaks_off: bool = False
    """The connection is lost in the middle of the file."""


class MediaStore:
    """Every attachment, by its ME… identifier."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.faults = MediaFaults()
        self.files: dict[str, StoredFile] = {}
        self.base_url = ""
        """Of the API; set before messages with attachments are written."""
        self.downloads = 0

    def keep(self, message_sid: str, content: bytes, content_type: str) -> str:
        """Stores a file and returns its MediaUrl."""
        sid = self._office.sid("ME")
        self.files[sid] = StoredFile(message_sid, content, content_type)
        account = self._office.account_sid
        return (
            f"{self.base_url}/{API_VERSION}/Accounts/{account}/Messages/{message_sid}/Media/{sid}"
        )

    def install(self, app: Quart) -> None:
        """The API's routes are checked for credentials by the REST application itself."""
        prefix = f"/{API_VERSION}/Accounts/<account>/Messages/<message>/Media/<sid>"

        @app.get(prefix)
        async def redirect(account: str, message: str, sid: str) -> Response:
            if self._office.faults.media_not_yet > 0:
                self._office.faults.media_not_yet -= 1
                raise RestError(20404)
            self._find(message, sid)
            faults = self.faults
            there = faults.redirect_to or f"{self._other_host()}{STORE}{sid}"
            return Response(status=faults.redirect_status, headers={"Location": there})

        @app.delete(prefix)
        async def delete(account: str, message: str, sid: str) -> Response:
            self._find(message, sid)
            del self.files[sid]
            return Response(status=204)

        @app.get(f"{STORE}<sid>")
        async def download(sid: str) -> Response:
            if "Authorization" in request.headers:
                return Response("Only one auth mechanism allowed", status=400)
            if self.faults.gone or sid not in self.files:
                return Response(status=404)
            hop = request.args.get("hop", 0, int)
            if hop < self.faults.more_redirects:
                return Response(status=302, headers={"Location": f"{STORE}{sid}?hop={hop + 1}"})
            self.downloads += 1
            return self._served(self.files[sid])

    def _served(self, kept: StoredFile) -> Response:
        faults = self.faults
        content_type = faults.served_type or kept.content_type
        if not (faults.endless or faults.pause_s or faults.breaks_off):
            return Response(kept.content, content_type=content_type)

        async def pieces() -> AsyncIterator[bytes]:
            start = 0
            while faults.endless or start < len(kept.content):
                await asyncio.sleep(faults.pause_s)
                yield kept.content[start : start + 1024] or bytes(65_536)
                start += 1024
                if faults.breaks_off:
                    raise ConnectionResetError("the simulated connection is lost")

        response = Response(pieces(), content_type=content_type)
        response.timeout = None
        if faults.breaks_off:
            response.content_length = len(kept.content)
        return response

    def _find(self, message: str, sid: str) -> StoredFile:
        kept = self.files.get(sid)
        if kept is None or kept.message_sid != message or self.faults.gone:
            raise RestError(20404)
        return kept

    def _other_host(self) -> str:
        """Another name for the same port, so that a client sees another origin."""
        parts = urlsplit(self.base_url)
        if parts.hostname == "127.0.0.1":
            return f"{parts.scheme}://localhost:{parts.port}"
        return "https://mms.twiliocdn.com"


def basic_auth(account_sid: str, auth_token: str) -> str:
    """The Authorization header of an account."""
    return "Basic " + base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode("ascii")

"""Files that customers send: kept by the carrier, handed out by a second host.

The API's address asks for the account's credentials and redirects; the second host refuses
requests that still carry them (reported by several projects).
"""

from __future__ import annotations

import base64
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


class MediaStore:
    """Every attachment, by its ME… identifier."""

    def __init__(self, office: Office) -> None:
        self._office = office
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
            return Response(status=307, headers={"Location": f"{self._other_host()}{STORE}{sid}"})

        @app.delete(prefix)
        async def delete(account: str, message: str, sid: str) -> Response:
            self._find(message, sid)
            del self.files[sid]
            return Response(status=204)

        @app.get(f"{STORE}<sid>")
        async def download(sid: str) -> Response:
            if "Authorization" in request.headers:
                return Response("Only one auth mechanism allowed", status=400)
            if sid not in self.files:
                return Response(status=404)
            self.downloads += 1
            kept = self.files[sid]
            return Response(kept.content, content_type=kept.content_type)

    def _find(self, message: str, sid: str) -> StoredFile:
        kept = self.files.get(sid)
        if kept is None or kept.message_sid != message:
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

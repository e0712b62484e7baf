"""What the tests of voice notes share: a carrier that writes down who was asked for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx

from messaging.media_download import Fetched, Limits, MediaDownload

ACCOUNT = "AC" + "5" * 32
TOKEN = "canary-secret-token"
BASE = "https://api.twilio.com"
MESSAGE = "MM" + "a" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{MESSAGE}/Media/ME{'b' * 32}"
MEDIA_URL = f"{BASE}{PATH}"
CDN = "mms.twiliocdn.com"
HOSTS = (CDN, "s3-external-1.amazonaws.com")
SIGNED = f"https://{CDN}/x/note.ogg?Signature=canary-signature"
PUBLIC = "34.1.2.3"
SOUND = b"OggS" + bytes(range(256))

Answer = Callable[[httpx.Request], httpx.Response]


class Net:
    """A transport that answers for every host, and a resolver; both remember what they got."""

    def __init__(self, *answers: Answer | httpx.Response) -> None:
        self.answers = list(answers)
        """The last one goes on being given."""
        self.requests: list[httpx.Request] = []
        self.resolved: list[str] = []
        self.addresses: list[Sequence[str]] = [(PUBLIC,)]
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, httpx.Response) else answer(request)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        found = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        if not found:
            raise OSError("not found")
        return found

    def download(
        self,
        base_url: str = BASE,
        hosts: Sequence[str] = HOSTS,
        limits: Limits | None = None,
    ) -> MediaDownload:
        return MediaDownload(
            self.http, ACCOUNT, TOKEN, base_url, hosts, resolve=self.resolve, limits=limits
        )

    async def fetch(self, url: str = MEDIA_URL, limits: Limits | None = None) -> Fetched:
        return await self.download(limits=limits).fetch(url, lambda kind: kind == "audio/ogg")

    @property
    def hosts(self) -> list[str]:
        return [request.url.host for request in self.requests]

    @property
    def with_credentials(self) -> list[str]:
        return [each.url.host for each in self.requests if "authorization" in each.headers]


def redirect(location: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"location": location})


def sound(
    content: bytes = SOUND, kind: str = "audio/ogg", *, encoding: str = "", length: str = ""
) -> httpx.Response:
    stated = {"content-type": kind, "content-encoding": encoding, "content-length": length}
    headers = {name: value for name, value in stated.items() if value or name == "content-type"}
    return httpx.Response(200, content=content, headers=headers)

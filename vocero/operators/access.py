"""Who is an operator: signed sessions, and the tokens that belong to one.

A session is a signed cookie, so that it outlives a restart; what is kept here is only which ones
were ended early and what each one is called. The key is made of the secret and the password: when
either changes, every session is over.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from vocero.operators.words import one_line

COOKIE = "vocero_operator"
SESSION_S = 12 * 3600
LONGEST_NAME = 40
MOST_SESSIONS = 1000
"""That are remembered by name or as ended; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Session:
    """An operator who is logged in."""

    session_id: str
    name: str
    """Unlike that of any other session: in a call it tells whose takeover it is."""
    until: float
    """Seconds since the epoch."""


class Access:
    """Makes and checks sessions."""

    def __init__(
        self, password: str, secret: str, now: Callable[[], float], *, alone: bool = True
    ) -> None:
        """`secret` signs; "" makes one for this process. `now` in seconds since the epoch.
        `alone`: no other process knows these sessions."""
        self._now = now
        self._alone = alone
        self._password = _digest(password)
        signing = (secret or secrets.token_urlsafe(32)).encode()
        self._key = hmac.new(signing, b"operators:" + self._password, hashlib.sha256).digest()
        self._signer = URLSafeSerializer(
            self._key,
            salt="vocero operator session",
            signer_kwargs={"digest_method": hashlib.sha256},
        )
        self._names: OrderedDict[str, str] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def password_is_right(self, offered: str) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(_digest(offered), self._password)

    def begin(self, name: str) -> tuple[Session, str]:
        """A new session and its cookie. `name` is one that `readable_name` gave."""
        session_id, until = secrets.token_urlsafe(18), int(self._now()) + SESSION_S
        cookie = self._signer.dumps({"id": session_id, "name": name, "until": until})
        return Session(session_id, self._own_name(session_id, name), until), str(cookie)

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie that is ours, fresh and not ended; else None."""
        if not cookie:
            return None
        try:
            known = self._signer.loads(cookie)
        except BadData:
            return None
        match known:
            case {"id": str(session_id), "name": str(name), "until": int(until)}:
                if not self._now() < until or session_id in self._ended:
                    return None
                return Session(session_id, self._own_name(session_id, name), until)
            case _:
                return None

    def goes_on(self, session: Session) -> bool:
        """Whether this session is still one."""
        return self._now() < session.until and session.session_id not in self._ended

    def end(self, session: Session) -> None:
        """Logged out: its cookie opens nothing any more."""
        self.end_by_id(session.session_id)

    def end_by_id(self, session_id: str) -> None:
        """The same, told by another worker."""
        self._ended[session_id] = None
        self._names.pop(session_id, None)
        while len(self._ended) > MOST_SESSIONS:
            self._ended.popitem(last=False)

    @property
    def ended(self) -> list[str]:
        """The sessions that were ended early."""
        return list(self._ended)

    def ticket_mark(self, text: str) -> str:
        """Of what this was made of: the same at every worker with our secret."""
        return hmac.new(self._key, f"ticket:{text}".encode(), hashlib.sha256).hexdigest()

    def csrf(self, session: Session) -> str:
        """What every act of this session must bring along."""
        text = f"csrf:{session.session_id}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()

    def csrf_is_right(self, session: Session, offered: str | None) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest((offered or "").encode(), self.csrf(session).encode())

    def _own_name(self, session_id: str, wanted: str) -> str:
        if not self._alone:
            # Every worker must give the same name, and none can ask the others at each request.
            mark = f" ({hashlib.sha256(session_id.encode()).hexdigest()[:4]})"
            return wanted[: LONGEST_NAME - len(mark)] + mark
        # Decided once per process: after a restart two cookies could bring the same name.
        known = self._names.get(session_id)
        if known is not None:
            self._names.move_to_end(session_id)
            return known
        taken = {name.casefold() for name in self._names.values()}
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            mark = f" ({number})"
            # The bridge tells operators apart by as much of a name.
            name = wanted[: LONGEST_NAME - len(mark)] + mark
        self._names[session_id] = name
        while len(self._names) > MOST_SESSIONS:
            self._names.popitem(last=False)
        return name


def readable_name(text: str) -> str:
    """What somebody typed as their name, on one line; "" when that is none or too long."""
    name = one_line(text)
    return name if len(name) <= LONGEST_NAME else ""


def session_cookie(cookies: Mapping[str, str]) -> str | None:
    """The session's cookie among those of a request."""
    return cookies.get(COOKIE)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()

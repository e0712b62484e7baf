"""Listens to voice notes: fetched from the carrier, put into words, never believed blindly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import httpx

from data.reply import VoiceTrouble
from data.store import IncomingMessage
from messaging.media_download import Limits, MediaDownload, NotFetched, Resolve, plain_type
from messaging.transcription import ENDINGS, Transcriber

log = logging.getLogger(__name__)

_IN_ALL_S = 30.0
"""Download and transcription together: a customer waits no longer for an answer."""


class VoiceNotes:
    """Hears voice notes (fits orchestration.ports.Ears).

    `http` is not closed here. `base_url` is TWILIO_API_BASE_URL, `redirect_hosts` is
    TWILIO_MEDIA_REDIRECT_HOSTS. `resolve` finds a host's addresses (default: the machine's
    resolver). `in_all_s` bounds download and transcription together.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        account_sid: str,
        auth_token: str,
        base_url: str,
        redirect_hosts: Sequence[str],
        transcriber: Transcriber,
        *,
        resolve: Resolve | None = None,
        limits: Limits | None = None,
        in_all_s: float = _IN_ALL_S,
    ) -> None:
        self._download = MediaDownload(
            http,
            account_sid,
            auth_token,
            base_url,
            redirect_hosts,
            resolve=resolve,
            limits=limits,
        )
        self._transcriber = transcriber
        self._in_all_s = in_all_s

    async def hear(self, message: IncomingMessage, language: str) -> str | VoiceTrouble:
        """What was said, in one line of at most 1,600 characters, or why it is not known.

        `language` is a hint ("es" or "en"). Never raises for what a carrier or a model may answer;
        takes half a minute at most.
        """
        if not self._transcriber.available:
            return VoiceTrouble.OFF
        if not _is_sound(plain_type(message.media_type)):
            log.info("a voice note is not heard: it is of a type that cannot be listened to")
            return VoiceTrouble.NOT_SOUND
        now = asyncio.get_running_loop().time
        ends_at = now() + self._in_all_s
        try:
            async with asyncio.timeout_at(ends_at):
                fetched = await self._download.fetch(message.media_url, _is_sound)
        except NotFetched as failure:
            log.warning("a voice note was not fetched (%s): %s", failure.trouble, failure)
            return failure.trouble
        except TimeoutError:
            log.warning("a voice note was not fetched (%s): too slow", VoiceTrouble.GONE)
            return VoiceTrouble.GONE
        heard = await self._transcriber.words(
            fetched.content, fetched.content_type, language, max(0.0, ends_at - now())
        )
        if isinstance(heard, VoiceTrouble):
            log.info("a voice note of %d bytes is not heard: %s", len(fetched.content), heard)
        return heard


def _is_sound(content_type: str) -> bool:
    return content_type in ENDINGS

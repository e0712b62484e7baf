"""What is said in a sound file: asked of the model, and what it makes of silence is told apart.

What comes back is data like any other text from outside: cleaned, cut, and never taken for more
than a message that the customer may have spoken.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from types import MappingProxyType

from data.reply import VoiceTrouble
from messaging.model_client import ModelClient, NoAnswer
from messaging.text import MESSAGE_LIMIT, clean, composed, fold

log = logging.getLogger(__name__)

_LANGUAGES = ("es", "en")

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "audio/ogg": "ogg",
        "audio/opus": "ogg",
        "audio/vorbis": "ogg",
        "application/ogg": "ogg",
        "audio/mpeg": "mp3",
        "audio/mp3": "mp3",
        "audio/mpga": "mpga",
        "audio/mp4": "m4a",
        "audio/m4a": "m4a",
        "audio/x-m4a": "m4a",
        "audio/aac": "m4a",
        "audio/wav": "wav",
        "audio/wave": "wav",
        "audio/x-wav": "wav",
        "audio/vnd.wave": "wav",
        "audio/webm": "webm",
        "audio/flac": "flac",
        "audio/x-flac": "flac",
    }
)
"""Content type -> the ending by which OpenAI knows the format.

Source: https://platform.openai.com/docs/guides/speech-to-text (flac, mp3, mp4, mpeg, mpga, m4a,
ogg, wav, webm). AAC on its own is not named there; it is tried.
"""

# What such models say when nothing is said: subtitles that they were trained on.
_INVENTED = re.compile(
    r"subtitul\w+ (?:\w+ ){0,2}(?:por|de) .*(?:comunidad|amara).*"
    r"|subtitul\w+ (?:(?:realizados|hechos|creados) )?por .*|.*\bamara org\b.*"
    r"|(?:muchas )?gracias por (?:ver|verme|vernos|mirar|su atencion|escuchar\w*)"
    r"(?: (?:el|este|mi|nuestro) (?:video|canal))?(?: y .*)?"
    r"|(?:no (?:te )?olvid\w+ (?:de )?)?(?:suscrib\w+|dale (?:a )?like)"
    r"(?: (?:al|a mi|a nuestro) canal)?(?: y .*)?"
    r"|(?:nos vemos|hasta) (?:en )?el proximo video"
    r"|(?:thanks|thank you)(?: (?:so|very) much)? for (?:watching|listening)(?: .*)?"
    r"|(?:please |don't forget to )?(?:like(?: this video)? and )?subscribe(?: .*)?"
    r"|(?:subtitles|captions?|captioning|subtitling)(?: \w+){0,3} by .*"
    r"|transcri\w+ by (?:https?|otter|castingwords|eso)\b.*|see you in the next video|you"
    r"|musica(?: de fondo| suave)?|music(?: playing)?|aplausos|applause|risas|laughter"
    r"|silencio|silence|blank[ _]audio|inaudible"
)
_THANKS = re.compile(r"(?:thank you|thanks|gracias|muchas gracias)(?: (?:so|very) much)?")
_SENTENCE_END = re.compile(r"[.!?…¡¿♪♫\[\]()*\n]+(?:\s+|$)|[♪♫\[\]()*¡¿]+")


class Transcriber:
    """Turns recordings into words. `model` is OPENAI_TRANSCRIPTION_MODEL."""

    def __init__(self, client: ModelClient, model: str = "whisper-1") -> None:
        self._client = client
        self._model = model

    @property
    def available(self) -> bool:
        """Whether there is a key for it."""
        return self._client.available

    async def words(
        self, sound: bytes, content_type: str, language: str, within_s: float
    ) -> str | VoiceTrouble:
        """What is said, in one line of at most 1,600 characters, or why that is not known.

        `content_type` without parameters, one of ENDINGS. `language` is a hint. Never raises for
        what a model may answer.
        """
        if not self._client.available:
            return VoiceTrouble.OFF
        ending = ENDINGS.get(content_type)
        if ending is None:
            return VoiceTrouble.NOT_SOUND
        if not sound:
            return VoiceTrouble.EMPTY
        hint = language if language in _LANGUAGES else ""
        try:
            heard = await self._client.transcribe(
                self._model, sound, f"voice-note.{ending}", content_type, hint, within_s
            )
        except NoAnswer as failure:
            log.warning("no transcription (%s)", failure)
            return _trouble(failure)
        line = clean(heard, MESSAGE_LIMIT)
        return VoiceTrouble.EMPTY if is_invented(line) else line


def is_invented(line: str) -> bool:
    """Whether nothing in a transcription need have been said: empty, or what models make of
    silence.
    """
    folded = fold(composed(line))
    pieces = [" ".join(re.findall(r"[\w']+", piece)) for piece in _SENTENCE_END.split(folded)]
    said = [piece for piece in pieces if piece]
    if len(said) == 1 and _THANKS.fullmatch(said[0]):
        return False  # one may be meant, a row of them is not
    return all(_INVENTED.fullmatch(piece) or _THANKS.fullmatch(piece) for piece in said)


def _trouble(failure: NoAnswer) -> VoiceTrouble:
    """What OpenAI's refusal of a file says about the file."""
    if failure.status == 413:
        return VoiceTrouble.TOO_LONG
    if failure.status == 400 and failure.code == "audio_too_short":
        return VoiceTrouble.EMPTY
    if failure.status == 415 or (failure.status == 400 and failure.param == "file"):
        return VoiceTrouble.NOT_SOUND
    return VoiceTrouble.FAILED

"""OpenAI, or a server that speaks like it: one question with the very schema that is used."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from data.errand import ParsedMessage
from messaging.model_client import ModelClient, NoAnswer
from messaging.model_question import RESPONSE_FORMAT
from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, not_checked, ok, warning
from vocero.doctor.rest import Answer, NoReply

MODEL = "model"
TRANSCRIPTION = "transcription model"
NAMES = (MODEL, TRANSCRIPTION)

_KEYS = "make a key at https://platform.openai.com/api-keys and set OPENAI_API_KEY to it"
_REACH = "see that this machine reaches OPENAI_BASE_URL; https://status.openai.com"
_SCHEMAS = "set OPENAI_MODEL to one with strict JSON schemas, such as gpt-4o-mini"
_TASK = "Say what the customer's message means as a ParsedMessage. A greeting is help."


async def look(case: Case) -> Sequence[Finding]:
    """Two lines."""
    settings = case.settings
    if not settings.openai_api_key:
        mend = f"nothing, if that is meant; else {_KEYS}"
        return [
            warning(MODEL, "without OPENAI_API_KEY rules read the messages", mend),
            warning(TRANSCRIPTION, "without OPENAI_API_KEY voice notes are not heard", mend),
        ]
    if lacking := case.lacks("OPENAI_BASE_URL"):
        return [needs_setting(name, lacking) for name in NAMES]
    asked, listed = await asyncio.gather(_ask(case), _list(case))
    if asked.mend:
        return [asked, not_checked(TRANSCRIPTION, f"see {MODEL}", f"mend {MODEL} first")]
    return [asked, _transcription(settings.openai_transcription_model, listed)]


async def _ask(case: Case) -> Finding:
    settings = case.settings
    name = settings.openai_model
    # In a thread: it imports for a while, and everybody else's answers would wait.
    client = await asyncio.to_thread(
        ModelClient, settings.openai_api_key.get_secret_value(), settings.openai_base_url
    )
    try:
        await client.ask(
            name,
            [{"role": "system", "content": _TASK}, {"role": "user", "content": "hola"}],
            RESPONSE_FORMAT,
            ParsedMessage,
            case.asker.within_s,
        )
    except NoAnswer as none:
        return failed(MODEL, _why(name, none), _mend(none))
    finally:
        await client.close()
    return ok(MODEL, f"{name} answers in the schema that it is asked for")


def _why(name: str, none: NoAnswer) -> str:
    if none.status == 401:
        return "OPENAI_API_KEY is not accepted"
    if none.code == "insufficient_quota":
        return "the account's credit is used up"
    if none.status == 404:
        return f"there is no model {name} for this key"
    return f"{name} gave no usable answer ({none})"


def _mend(none: NoAnswer) -> str:
    if none.status == 401:
        return _KEYS
    if none.code == "insufficient_quota":
        return "add credit at https://platform.openai.com, Billing"
    if none.status in (400, 404) or (not none.status and "schema" in str(none)):
        return _SCHEMAS
    if none.status == 429:
        return "try again in a minute; if it stays so, ask for a higher limit"
    return _REACH


async def _list(case: Case) -> Answer:
    settings = case.settings
    bearer = f"Bearer {settings.openai_api_key.get_secret_value()}"
    url = f"{settings.openai_base_url}/models"
    return await case.asker.ask("GET", url, headers={"Authorization": bearer})


def _transcription(name: str, listed: Answer) -> Finding:
    mend = "send a voice note to try it, or set OPENAI_TRANSCRIPTION_MODEL to a model of the list"
    if isinstance(listed, NoReply) or listed.status != 200:
        return warning(TRANSCRIPTION, f"{name} is unverified: the server lists no models", mend)
    models = listed.fields().get("data")
    names = {m.get("id") for m in models if isinstance(m, dict)} if isinstance(models, list) else ()
    if name not in names:
        return warning(TRANSCRIPTION, f"{name} is unverified: the server does not list it", mend)
    return ok(TRANSCRIPTION, f"{name} is among the server's models")

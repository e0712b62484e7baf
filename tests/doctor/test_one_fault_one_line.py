"""What is well is told to be; one fault at a time is named in its own line, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from simulation.carrier_holdings import Sender
from simulation.world import PHONE_NUMBER
from tests.doctor.practice import WHATSAPP, Practice, own_number, silent
from vocero.doctor import agent_shape as agent
from vocero.doctor import database, elevenlabs_agent, machine, model, other_workers, places
from vocero.doctor import public_address as public
from vocero.doctor import settings_check as settings
from vocero.doctor import twilio_account as twilio
from vocero.doctor import twilio_number as number
from vocero.doctor import twilio_sender as sender
from vocero.doctor.finding import Status

pytestmark = pytest.mark.sockets

EVERY_NAME = {
    *(settings.SETTINGS, settings.PAGE, settings.PACE),
    *public.NAMES,
    *twilio.NAMES,
    *elevenlabs_agent.NAMES,
    *model.NAMES,
    *(places.PLACES, database.DATABASE, other_workers.WORKERS),
    *machine.NAMES,
}
OPENAI_MODELS = ["gpt-4o-mini"]


async def test_a_vocero_that_is_well_has_no_complaint(practice: Practice) -> None:
    found = await practice.findings()
    assert set(found) == EVERY_NAME
    assert {name: f for name, f in found.items() if f.status is not Status.OK} == {}
    assert not any(f.mend for f in found.values())
    # Nothing was started or left behind by looking.
    assert practice.world.twilio.calls == [] and practice.world.elevenlabs.conversations == []
    assert len(practice.world.twilio.chat) == 0
    assert len(practice.world.openai.chats) == 1 and len(practice.world.places.asked) == 1


@dataclass(frozen=True)
class Fault:
    """Something wrong with a neighbour."""

    make: Callable[[Practice], Any]
    line: str
    detail: str
    mend: str


def _trial(practice: Practice) -> None:
    office = practice.world.twilio.office
    office.settings = replace(office.settings, trial=True)


def _no_tool(practice: Practice) -> None:
    prompt = practice.agent["conversation_config"]["agent"]["prompt"]
    lost = next(
        tool_id
        for tool_id, tool in practice.world.elevenlabs.account.tools.items()
        if tool["tool_config"] == practice.tool("ask_customer")
    )
    prompt["tool_ids"].remove(lost)


def _tool(name: str, **changes: Any) -> Callable[[Practice], None]:
    return lambda practice: practice.tool(name).update(changes)


def _config(part: str, **changes: Any) -> Callable[[Practice], None]:
    return lambda practice: practice.agent["conversation_config"][part].update(changes)


def _no_interruptions(practice: Practice) -> None:
    practice.agent["conversation_config"]["conversation"]["client_events"].remove("interruption")


def _number(**changes: Any) -> Callable[[Practice], None]:
    def change(practice: Practice) -> None:
        kept = practice.holdings.numbers[PHONE_NUMBER].voice_url
        practice.holdings.numbers[PHONE_NUMBER] = own_number(**{"voice_url": kept, **changes})

    return change


def _sender(**changes: Any) -> Callable[[Practice], None]:
    def change(practice: Practice) -> None:
        practice.holdings.senders[WHATSAPP] = Sender(
            **{"callback_url": f"{practice.url}/webhook/whatsapp#rc=3", **changes}
        )

    return change


def _twilio(**changes: Any) -> Callable[[Practice], None]:
    def change(practice: Practice) -> None:
        for name, value in changes.items():
            setattr(practice.holdings, name, value)

    return change


FAILING = {
    "another auth token": Fault(
        lambda p: setattr(p.world.twilio.office, "auth_token", "another"),
        *(twilio.CREDENTIALS, "does not accept", "TWILIO_AUTH_TOKEN"),
    ),
    "suspended": Fault(_twilio(status="suspended"), twilio.KIND, "suspended", "console.twilio.com"),
    "a clock that is 6 minutes behind": Fault(
        _twilio(clock_ahead_s=360.0), twilio.CLOCK, "behind Twilio's", "set-ntp"
    ),
    "a clock that is 6 minutes ahead": Fault(
        _twilio(clock_ahead_s=-360.0), twilio.CLOCK, "ahead of Twilio's", "set-ntp"
    ),
    "a number without voice": Fault(
        _number(voice=False), number.NUMBER, "cannot make calls", "TWILIO_PHONE_NUMBER"
    ),
    "a number of somebody else": Fault(
        _twilio(numbers={}), number.NUMBER, "is not this account's", "TWILIO_PHONE_NUMBER"
    ),
    "a country that is off": Fault(
        _twilio(countries_off={"AR"}), number.COUNTRIES, "calls to AR are off", "Geo permissions"
    ),
    "no such sender": Fault(
        _twilio(senders={}), sender.SENDER, "no WhatsApp sender", "TWILIO_WHATSAPP_NUMBER"
    ),
    "a sender that is offline": Fault(
        _sender(status="OFFLINE"), sender.SENDER, "not online", "WhatsApp senders"
    ),
    "messages that go elsewhere": Fault(
        _sender(callback_url="https://old.example/webhook/whatsapp"),
        *(sender.INBOX, "does not come here", "/webhook/whatsapp (POST)"),
    ),
    "another ElevenLabs key": Fault(
        lambda p: setattr(p.world.elevenlabs.account, "api_key", "another"),
        *(elevenlabs_agent.KEY, "does not accept", "api-keys"),
    ),
    "no such agent": Fault(
        lambda p: p.world.elevenlabs.account.agents.clear(),
        *(elevenlabs_agent.AGENT, "knows no such agent", "ELEVENLABS_AGENT_ID"),
    ),
    "sound that cannot be converted": Fault(
        _config("tts", agent_output_audio_format="mp3_44100"),
        *(agent.SOUND, "sound from the agent is mp3_44100", "agent push"),
    ),
    "no interruptions": Fault(
        _no_interruptions,
        *(agent.EVENTS, "events that reach Vocero lacks interruption", "agent push"),
    ),
    "a tool is missing": Fault(_no_tool, agent.TOOLS, "tool ask_customer is missing", "agent push"),
    "a tool that does not wait": Fault(
        _tool("validate_slot", expects_response=False),
        *(agent.TOOLS, "validate_slot: waits for the answer", "agent push"),
    ),
    "a tool without its parameters": Fault(
        _tool("press_keys", parameters={"type": "object", "properties": {}}),
        *(agent.TOOLS, "press_keys: parameters", "agent push"),
    ),
    "a variable that nobody fills": Fault(
        _config("agent", max_conversation_duration_message="Adiós, {{nobody}}"),
        *(agent.BEHAVIOUR, "dynamic variable {{nobody}}", "by hand"),
    ),
    "a public agent": Fault(
        lambda p: p.agent["platform_settings"].update(auth={"enable_auth": False}),
        *(agent.ACCESS, "only with a signed address", "agent push"),
    ),
    "an unknown model": Fault(
        lambda p: p.world.openai.unknown_models.add("gpt-4o-mini"),
        *(model.MODEL, "no model gpt-4o-mini", "OPENAI_MODEL"),
    ),
    "a full disk": Fault(
        lambda p: setattr(p, "machine", replace(p.machine, free_bytes=lambda _: 9_000_000)),
        *(machine.DISK, "9 MB are left", "make room"),
    ),
}


@pytest.mark.parametrize("name", FAILING)
async def test_one_fault_fails_one_line(name: str, practice: Practice) -> None:
    fault = FAILING[name]
    fault.make(practice)
    failed = await practice.faults()
    assert list(failed) == [fault.line], failed
    assert "***" not in str(failed), "our own words are no secrets"
    assert fault.detail in failed[fault.line].detail
    assert fault.mend in failed[fault.line].mend


WARNING = {
    "trial": Fault(_trial, twilio.KIND, "trial account", "upgrade it"),
    "a clock that is a minute off": Fault(
        _twilio(clock_ahead_s=60.0), twilio.CLOCK, "behind Twilio's", "set-ntp"
    ),
    "calls back go elsewhere": Fault(
        _number(voice_url="https://demo.twilio.com/welcome"),
        *(number.CALLBACK, "does not reach Vocero", "/webhook/voice/outbound (POST)"),
    ),
    "sound that has to be converted": Fault(
        _config("tts", agent_output_audio_format="pcm_16000"),
        *(agent.SOUND, "sound from the agent is pcm_16000", "agent push"),
    ),
    "an agent that speaks first": Fault(
        _config("agent", first_message="Hola, soy Vocero"),
        *(agent.BEHAVIOUR, "first message is Hola, soy Vocero", "agent push"),
    ),
    "a transcription model that is not listed": Fault(
        lambda p: setattr(p.world.openai, "models", OPENAI_MODELS),
        *(model.TRANSCRIPTION, "whisper-1 is unverified", "voice note"),
    ),
    "few open files": Fault(
        lambda p: setattr(p, "machine", replace(p.machine, open_files=lambda: 100)),
        *(machine.FILES, "100 may be open", "ulimit -n 278"),
    ),
}


@pytest.mark.parametrize("name", WARNING)
async def test_what_still_works_is_a_warning(name: str, practice: Practice) -> None:
    fault = WARNING[name]
    fault.make(practice)
    found = {n: f for n, f in (await practice.findings()).items() if f.status is not Status.OK}
    assert list(found) == [fault.line], found
    assert found[fault.line].status is Status.WARNING
    assert fault.detail in found[fault.line].detail
    assert fault.mend in found[fault.line].mend


async def test_a_number_of_another_provider_that_was_verified_will_do(practice: Practice) -> None:
    practice.holdings.numbers.clear()
    practice.holdings.verified.add(PHONE_NUMBER)
    found = await practice.findings()
    assert found[number.NUMBER].status is Status.OK
    assert found[number.CALLBACK].status is Status.WARNING


async def test_the_sandbox_is_told_for_what_it_is(practice: Practice) -> None:
    found = await practice.findings(TWILIO_WHATSAPP_NUMBER="+14155238886")
    assert "sandbox" in found[sender.SENDER].detail and "join code" in found[sender.SENDER].mend
    assert f"{practice.url}/webhook/whatsapp" in found[sender.INBOX].mend


async def test_wrong_keys_of_the_others_are_named(practice: Practice) -> None:
    failed = await practice.faults(
        OPENAI_API_KEY="sk-wrong-and-secret", GOOGLE_PLACES_API_KEY="wrong-and-secret"
    )
    assert set(failed) == {model.MODEL, places.PLACES}
    assert "OPENAI_API_KEY is not accepted" in failed[model.MODEL].detail
    assert "API key not valid" in failed[places.PLACES].detail


async def test_a_port_that_somebody_else_took_is_named(practice: Practice) -> None:
    taken = practice.env["OPENAI_BASE_URL"].removesuffix("/v1").rpartition(":")[2]
    failed = await practice.faults(PORT=taken)
    assert list(failed) == [machine.PORT]
    assert re.search(rf":{taken} is taken by another program", failed[machine.PORT].detail)


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("TWILIO_API_BASE_URL", twilio.CREDENTIALS),
        ("ELEVENLABS_BASE_URL", elevenlabs_agent.KEY),
        ("OPENAI_BASE_URL", model.MODEL),
        ("GOOGLE_PLACES_BASE_URL", places.PLACES),
        ("BASE_URL", public.ADDRESS),
    ],
)
async def test_a_neighbour_that_hangs_costs_its_own_line(
    setting: str, line: str, practice: Practice
) -> None:
    async with silent() as address:
        if setting == "BASE_URL":
            practice.leads_to(address)
        failed = await practice.faults(2.0, **{setting: address})
    assert list(failed) == [line], failed

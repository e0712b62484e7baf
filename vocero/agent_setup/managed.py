"""What Vocero wants of its agent. Pure: no network, nothing of the account.

Only what calls depend on is managed. Voice, language model, temperature, keywords and whatever
else an operator tunes in the dashboard are given once, when the agent is made, and then left alone.
"""

from __future__ import annotations

import math
from types import MappingProxyType

from audio.formats import ALLOWED_NAMES
from orchestration.agent_variables import VARIABLES, language_of_region
from vocero.agent_setup.agent_tools import SYSTEM_TOOLS, system_tool
from vocero.agent_setup.prompt import LANGUAGES, prompt_in
from vocero.agent_setup.wanted import Rule, Setting, WantedAgent

AGENT_NAME = "Vocero"
AGENT_TAG = "vocero"
"""By it an agent that Vocero made is found again when ELEVENLABS_AGENT_ID is missing."""

_NEEDED_EVENTS = (
    "conversation_initiation_metadata",
    "ping",
    "audio",
    "interruption",
    "user_transcript",
    "agent_response",
    "client_tool_call",
)
"""Without any of these a call fails, nobody can interrupt, or no booking can be believed."""
_USEFUL_EVENTS = (
    "agent_response_correction",
    "agent_response_complete",
    "agent_tool_request",
    "agent_tool_response",
    "client_error",
    "guardrail_triggered",
)
"""What the bridge also reads, or takes as a sign of life."""
_GREETINGS = {
    "es": (
        *("hola", "buenas", "buen día", "buenos días", "buenas tardes", "diga", "dígame"),
        *("sí, dígame", "ajá", "mhm"),
    ),
    "en": ("hello", "hi", "good morning", "good afternoon", "uh-huh", "mhm"),
}
"""Said into the agent's opening they mean "I listen", not "stop". A mere yes is not among them: it
may be the answer to what is being read back."""
_SPARE_S = 60
"""The conversation opens before the media stream, and Vocero ends calls in time by itself."""
_VOICE_MODELS = {"en": "eleven_flash_v2", "es": "eleven_flash_v2_5"}
_UNFIT_MODELS = {
    "en": frozenset({"eleven_flash_v2_5", "eleven_turbo_v2_5"}),
    "es": frozenset({"eleven_flash_v2", "eleven_turbo_v2"}),
}
"""By first language: ElevenLabs refuses agents whose voice model does not go with it (HTTP 400)."""


def wanted_agent(
    *,
    country: str,
    max_call_s: float,
    record_calls: bool = False,
    keep_transcript_days: int = 30,
) -> WantedAgent:
    """`country`: DEFAULT_COUNTRY; the others are MAX_CALL_SECONDS, RECORD_CALLS, KEEP_…_DAYS."""
    language = language_of_region(country) or "es"
    return WantedAgent(
        language,
        (
            *_sound(),
            *_words(language),
            *_turns(),
            *_conversation(max_call_s),
            *_tools(),
            *_doors(),
        ),
        at_first=MappingProxyType(
            {
                "conversation_config.agent.prompt.llm": "gpt-4.1-mini",
                "conversation_config.agent.prompt.temperature": 0.2,
                # ElevenLabs would keep the sound of every call; nobody was told of that.
                "platform_settings.privacy.record_voice": record_calls,
                "platform_settings.privacy.retention_days": keep_transcript_days,
            }
        ),
    )


def _sound() -> tuple[Setting, ...]:
    bearable = frozenset(ALLOWED_NAMES)
    why = "Vocero has to convert the sound of every call"
    return (
        Setting(
            "conversation_config.asr.user_input_audio_format",
            "sound to the agent",
            "ulaw_8000",
            why,
            breaks=True,
            bearable=bearable,
        ),
        Setting(
            "conversation_config.tts.agent_output_audio_format",
            "sound from the agent",
            "ulaw_8000",
            why,
            breaks=True,
            bearable=bearable,
        ),
    )


def _words(language: str) -> tuple[Setting, ...]:
    agent = "conversation_config.agent"
    presets = "conversation_config.language_presets"
    return (
        Setting(
            f"{agent}.language",
            "first language",
            language,
            "DEFAULT_COUNTRY speaks another one",
            absent="en",
        ),
        Setting(
            "conversation_config.tts.model_id",
            "voice model",
            _VOICE_MODELS[language],
            "ElevenLabs has other models for the first language",
            Rule.NOT_UNFIT,
            absent=_VOICE_MODELS["en"],
            unfit=_UNFIT_MODELS[language],
        ),
        Setting(
            f"{agent}.first_message",
            "first message",
            "",
            "the agent talks over the person who picks up",
            absent="",
        ),
        Setting(
            f"{agent}.prompt.prompt",
            f"prompt ({language})",
            prompt_in(language),
            "the agent behaves otherwise than Vocero expects",
        ),
        *(
            setting
            for other in LANGUAGES
            if other != language
            for setting in (
                Setting(
                    f"{presets}.{other}.overrides.agent.prompt.prompt",
                    f"prompt ({other})",
                    prompt_in(other),
                    "calls in this language are held in the first one",
                ),
                Setting(
                    f"{presets}.{other}.overrides.agent.first_message",
                    f"first message ({other})",
                    "",
                    "the agent begins anew when it changes the language",
                    absent="",
                ),
            )
        ),
        Setting(
            f"{agent}.dynamic_variables.dynamic_variable_placeholders",
            "dynamic variables",
            dict.fromkeys(VARIABLES, ""),
            "the agent cannot be tried out in the dashboard",
            Rule.CONTAINS,
        ),
    )


def _turns() -> tuple[Setting, ...]:
    turn = "conversation_config.turn"
    greetings = [word for language in LANGUAGES for word in _GREETINGS[language]]
    return (
        Setting(
            f"{turn}.turn_timeout",
            "seconds of silence until the agent speaks again",
            8,
            "the agent presses people who look something up, or leaves them alone too long",
        ),
        Setting(
            f"{turn}.initial_wait_time",
            "seconds that the business has to speak first",
            5,
            "the agent speaks into the greeting, or nobody speaks for too long",
        ),
        Setting(
            f"{turn}.silence_end_call_timeout",
            "seconds of silence until ElevenLabs ends the call",
            120,
            "calls end while they are on hold",
            Rule.AT_LEAST,
            absent=-1,
            endless=-1,
        ),
        Setting(
            f"{turn}.turn_eagerness",
            "how soon the agent takes its turn",
            "normal",
            "the agent cuts people short or hesitates",
            absent="normal",
        ),
        Setting(
            f"{turn}.interruption_ignore_terms",
            "words that do not interrupt",
            list(dict.fromkeys(greetings)),
            "a greeting makes the agent begin anew",
            Rule.CONTAINS,
        ),
    )


def _conversation(max_call_s: float) -> tuple[Setting, ...]:
    conversation = "conversation_config.conversation"
    return (
        Setting(
            f"{conversation}.client_events",
            "events that reach Vocero",
            [*_NEEDED_EVENTS, *_USEFUL_EVENTS],
            "Vocero does not learn of them",
            Rule.CONTAINS,
            breaks=True,
            bearable=frozenset(_USEFUL_EVENTS),
        ),
        Setting(
            f"{conversation}.max_duration_seconds",
            "longest conversation in seconds",
            math.ceil(max_call_s) + _SPARE_S,
            "ElevenLabs cuts calls off before MAX_CALL_SECONDS are over",
            Rule.AT_LEAST,
            absent=600,
        ),
        Setting(
            f"{conversation}.text_only",
            "text only",
            False,
            "the agent neither hears nor speaks",
            breaks=True,
            absent=False,
        ),
    )


def _tools() -> tuple[Setting, ...]:
    what = {
        "end_call": "the agent cannot hang up",
        "skip_turn": "the agent talks while it is on hold",
        "language_detection": "the agent stays in its first language",
        "voicemail_detection": "the agent talks to answering machines",
    }
    return tuple(
        Setting(
            f"conversation_config.agent.prompt.built_in_tools.{name}",
            f"system tool {name}",
            system_tool(name),
            what[name],
            Rule.CONTAINS,
            breaks=name == "end_call",
        )
        for name in SYSTEM_TOOLS
    )


def _doors() -> tuple[Setting, ...]:
    platform = "platform_settings"
    return (
        Setting(
            f"{platform}.auth.enable_auth",
            "only with a signed address",
            True,
            "whoever knows the agent's id can talk at your expense",
            breaks=True,
            absent=False,
        ),
        Setting(
            f"{platform}.auth.require_origin_header",
            "only from known web pages",
            False,
            "Vocero is no web page and is turned away",
            breaks=True,
            absent=False,
        ),
        Setting(
            f"{platform}.queueing_config.enabled",
            "waiting queue when all lines are taken",
            False,
            "the business hears hold music instead of an agent",
            absent=True,
        ),
        Setting(
            f"{platform}.overrides.conversation_config_override",
            "switches for overriding the agent",
            {},
            "Vocero overrides nothing, it sends dynamic variables",
            Rule.ALL_OFF,
        ),
    )

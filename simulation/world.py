"""Everything outside Vocero for one scene: Twilio, ElevenLabs, OpenAI, Places and a customer.

The world knows nothing of Vocero but its public address. `settings` says what Vocero must be told
to live in it, in the names of the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import TracebackType
from typing import Self

import httpx

from simulation.agent import SimulatedElevenLabs
from simulation.carrier import SimulatedTwilio
from simulation.carrier_faults import Settings as CarrierSettings
from simulation.carrier_holdings import OwnNumber
from simulation.carrier_line import Business
from simulation.channel import Connector
from simulation.customer import SimulatedCustomer
from simulation.probe import Probe
from simulation.script import Pickup, Scene
from simulation.services import SimulatedOpenAI, SimulatedPlaces
from simulation.speech import clips

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "simulated-auth-token"
AGENT_ID = "agent_simulated"
ELEVENLABS_KEY = "simulated-elevenlabs-key"
OPENAI_KEY = "simulated-openai-key"
PLACES_KEY = "simulated-places-key"
WHATSAPP_NUMBER = "+14155238886"
PHONE_NUMBER = "+541140001000"
CUSTOMERS = {"es": ("+5491140009001", "Lucía"), "en": ("+5491140009002", "Emma")}
MEMORY_ELEVENLABS = "http://127.0.0.1:1"
"""An address for when nothing listens: the transport goes to the simulated agent directly."""


class World:
    """The neighbours of one scene. `async with` starts them on real ports or in memory."""

    def __init__(
        self,
        scene: Scene,
        vocero_url: str,
        http: httpx.AsyncClient,
        connect: Connector,
        *,
        today: Callable[[], date],
        in_memory: bool = False,
        speaks_format: str = "ulaw_8000",
        hears_format: str = "ulaw_8000",
        seed: int = 1,
    ) -> None:
        """`http` and `connect` reach Vocero; `today` is the day in the business's time zone."""
        self.scene = scene
        self.probe = Probe()
        self._in_memory = in_memory
        self._speech = {name: clip.mulaw for name, clip in clips().items()}
        self.twilio = SimulatedTwilio(
            ACCOUNT_SID,
            AUTH_TOKEN,
            http,
            connect,
            seed,
            settings=CarrierSettings(calls_per_s=None),
        )
        self.twilio.office.holdings.numbers[PHONE_NUMBER] = OwnNumber(
            voice_url=f"{vocero_url}/webhook/voice/outbound"
        )
        self.twilio.probe = self.probe
        self.twilio.call_begins = self.measure_anew
        self.elevenlabs = SimulatedElevenLabs(
            ELEVENLABS_KEY,
            AGENT_ID,
            scene,
            speaks_format,
            hears_format,
            probe=self.probe,
            seed=seed,
            today=today,
        )
        self.openai = SimulatedOpenAI(OPENAI_KEY)
        self.places = SimulatedPlaces(PLACES_KEY)
        number, name = CUSTOMERS[scene.language]
        self.customer = SimulatedCustomer(
            self.twilio, number, name, f"{vocero_url}/webhook/whatsapp", to=WHATSAPP_NUMBER
        )
        self._urls: dict[str, str] = {}
        self.play_scene(scene)

    def play_scene(self, scene: Scene) -> None:
        """From the next call on, business and agent follow this scene."""
        self.scene = scene
        self.twilio.anybody = Business.of(scene, self._speech)
        self.twilio.next_ones = [Business.of(each, self._speech) for each in scene.calls_before]
        self.elevenlabs.scene = scene
        self.elevenlabs.next_scenes = [
            each for each in scene.calls_before if each.pickup in (Pickup.ANSWERS, Pickup.MACHINE)
        ]

    def measure_anew(self) -> None:
        """The next call is measured by a probe of its own."""
        self.probe = Probe()
        self.twilio.probe = self.probe
        self.elevenlabs.probe = self.probe

    def settings(self) -> Mapping[str, str]:
        """What Vocero must be told, once the world has started."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_WHATSAPP_NUMBER": WHATSAPP_NUMBER,
            "TWILIO_PHONE_NUMBER": PHONE_NUMBER,
            "ELEVENLABS_API_KEY": ELEVENLABS_KEY,
            "ELEVENLABS_AGENT_ID": AGENT_ID,
            "OPENAI_API_KEY": OPENAI_KEY,
            "GOOGLE_PLACES_API_KEY": PLACES_KEY,
            "TWILIO_MEDIA_REDIRECT_HOSTS": "localhost",
            **self._urls,
        }

    async def __aenter__(self) -> Self:
        if self._in_memory:
            await self.twilio.__aenter__()
            self._urls = {"ELEVENLABS_BASE_URL": MEMORY_ELEVENLABS}
            return self
        self._urls = {
            "TWILIO_API_BASE_URL": await self.twilio.start(),
            "ELEVENLABS_BASE_URL": await self.elevenlabs.start(),
            "OPENAI_BASE_URL": await self.openai.start(),
            "GOOGLE_PLACES_BASE_URL": await self.places.start(),
        }
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._in_memory:
            await self.twilio.__aexit__(kind, error, trace)
            return
        await self.twilio.stop()
        await self.elevenlabs.stop()
        await self.openai.stop()
        await self.places.stop()

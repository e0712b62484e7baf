"""Our own side fails: tools, observer, recorder, the machine itself. Nobody is left on the line."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bridge.errors import AgentError, CarrierError
from bridge.events import PhoneProgress, PhoneStatus
from bridge.ports import ToolReply
from bridge.switchboard import REPORT_DELAYS_S
from data.call import Blame, CallReport, EndCause
from tests.compiled import interpreted_only

if TYPE_CHECKING:
    from bridge.recorder import CallRecorder
    from tests.bridge.switchboard.conftest import Exchange


def _tool_results(exchange: Exchange) -> list[dict[str, object]]:
    sent = [json.loads(text) for text in exchange.agents[0][0].sent]
    return [message for message in sent if message.get("type") == "client_tool_result"]


def test_a_tool_with_a_defect_is_answered_with_an_error(exchange: Exchange) -> None:
    async def broken() -> ToolReply:
        raise KeyError("a secret of the customer")

    exchange.tools.answer = broken

    async def story() -> None:
        _, listener = await exchange.talk()
        exchange.agents[0][1].text_received(exchange.tool_call())
        await asyncio.sleep(0.1)
        (answer,) = _tool_results(exchange)
        assert answer["is_error"] is True
        assert "secret" not in str(answer)
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP


def test_a_tool_that_takes_too_long_is_answered_once_all_the_same(exchange: Exchange) -> None:
    async def slow() -> ToolReply:
        await asyncio.sleep(600)
        return ToolReply("at last")

    exchange.tools.answer = slow

    async def story() -> None:
        _, listener = await exchange.talk()
        exchange.agents[0][1].text_received(exchange.tool_call())
        for chunk in range(1, 100):
            listener.text_received(exchange.media(chunk))
            exchange.agents[0][1].text_received('{"type":"ping","ping_event":{"event_id":1}}')
            await asyncio.sleep(0.1)
        assert _tool_results(exchange) == []
        await asyncio.sleep(0.5)
        (answer,) = _tool_results(exchange)
        assert answer["is_error"] is True
        listener.text_received(exchange.stop())

    exchange.run(story)


def test_a_report_that_is_not_taken_is_handed_over_again(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.observer.fails = len(REPORT_DELAYS_S)

    async def story() -> None:
        exchange.place()
        await asyncio.sleep(0.1)
        busy = PhoneProgress(PhoneStatus.BUSY, 486)
        exchange.board.phone_said("one", exchange.call().call_sid, busy)
        await asyncio.sleep(0.1)
        assert exchange.board.live_calls == 1, "its line stays taken until the report is kept"
        await asyncio.sleep(sum(REPORT_DELAYS_S))
        assert exchange.board.live_calls == 0

    exchange.run(story)
    assert exchange.observer.told == len(REPORT_DELAYS_S) + 1
    assert exchange.report.ending.cause is EndCause.BUSY
    assert not [line for line in caplog.records if line.levelno == logging.CRITICAL]


def test_a_report_that_nobody_takes_is_offered_until_the_process_ends(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.observer.fails = 100

    async def story() -> None:
        exchange.place()
        exchange.board.cancel("one")
        await asyncio.sleep(sum(REPORT_DELAYS_S) + 2 * REPORT_DELAYS_S[-1] + 1)
        assert exchange.board.live_calls == 1

    exchange.run(story)
    assert exchange.observer.told == len(REPORT_DELAYS_S) + 4
    (line,) = [line for line in caplog.records if line.levelno == logging.CRITICAL]
    assert "cancelled" in line.getMessage()


@pytest.mark.parametrize(
    "failure", [None, OSError(28, "No space left on device"), RuntimeError("a defect")], ids=str
)
def test_a_recording_that_cannot_be_written_costs_nothing_else(
    failure: Exception | None, exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    saved: list[CallReport] = []

    async def save(recorder: CallRecorder, report: CallReport) -> None:
        if failure is not None:
            raise failure
        saved.append(report)

    exchange.save = save

    async def story() -> None:
        _, listener = await exchange.talk()
        listener.text_received(exchange.stop())
        await asyncio.sleep(5)
        assert exchange.board.live_calls == 0
        exchange.place("two")
        exchange.board.cancel("two")

    exchange.run(story)
    assert len(exchange.observer.reports) == 2
    assert len(saved) == (0 if failure else 2)
    assert ("could not be written" in caplog.text) == (failure is not None)


Break = Callable[["Exchange"], None]


def _break_the_machine(exchange: Exchange) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    session = exchange.call().session
    object.__setattr__(session, "receive", broken)


def _break_the_observer(exchange: Exchange) -> None:
    exchange.observer.note_fails = True


@pytest.mark.parametrize(
    "break_it", [pytest.param(_break_the_machine, marks=interpreted_only), _break_the_observer]
)
def test_a_defect_in_mid_call_hangs_up_and_is_reported_as_ours(
    break_it: Break, exchange: Exchange
) -> None:
    async def story() -> None:
        carrier, listener = await exchange.talk()
        agent, agent_listener = exchange.agents[0]
        break_it(exchange)
        agent_listener.text_received(
            '{"type":"agent_response","agent_response_event":{"agent_response":"Hola"}}'
        )
        exchange.observer.note_fails = False
        listener.text_received(exchange.media(1))
        await asyncio.sleep(1)
        assert carrier.closed is not None and agent.closed is not None

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.SHUTDOWN, Blame.OURS)
    assert "defect" in ending.detail
    assert len(exchange.carrier.hung_up) == 1


@interpreted_only
def test_a_defect_on_the_straight_way_of_a_frame_is_ours_too(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk()
        listener.text_received(exchange.media(1))
        object.__setattr__(exchange.call().session, "pass_on", None)
        for chunk in (2, 3):
            listener.text_received(exchange.media(chunk))
        await asyncio.sleep(1)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.SHUTDOWN, Blame.OURS)
    assert len(exchange.carrier.hung_up) == 1


@interpreted_only
def test_a_defect_in_one_call_leaves_the_others_alone(exchange: Exchange) -> None:
    async def story() -> None:
        _, listener = await exchange.talk("one")
        await exchange.talk("two")
        object.__setattr__(exchange.call("two").session, "receive", None)
        exchange.board.cancel("two")
        await asyncio.sleep(1)
        listener.text_received(exchange.media(1))
        assert exchange.agents[0][0].kinds()[-1] == "user_audio_chunk"
        listener.text_received(exchange.stop())

    exchange.run(story)
    causes = {report.attempt_id: report.ending.cause for report in exchange.observer.reports}
    assert causes == {"one": EndCause.BUSINESS_HUNG_UP, "two": EndCause.SHUTDOWN}


def test_a_call_sid_that_cannot_be_kept_does_not_disturb_the_call(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.bind_fails = True

    async def story() -> None:
        _, listener = await exchange.talk()
        listener.text_received(exchange.stop())

    exchange.run(story)
    assert exchange.report.ending.cause is EndCause.BUSINESS_HUNG_UP
    assert "could not be kept" in caplog.text


def test_a_hang_up_that_fails_is_in_the_timeline(exchange: Exchange) -> None:
    exchange.carrier.refuse_hang_up = CarrierError("Twilio's API cannot be reached (ConnectError)")

    async def story() -> None:
        await exchange.talk()
        exchange.agents[0][1].socket_closed(1000, "")
        await asyncio.sleep(40)

    exchange.run(story)
    assert len(exchange.carrier.hung_up) == 1
    assert any("hanging up failed" in entry.text for entry in exchange.report.timeline)
    assert exchange.report.ending.cause is EndCause.AGENT_FINISHED


def test_a_carrier_that_cannot_be_asked_about_lost_sound_ends_the_call(exchange: Exchange) -> None:
    exchange.carrier.refuse_questions = CarrierError("Twilio's API cannot be reached")

    async def story() -> None:
        await exchange.talk()
        for _ in range(40):
            exchange.agents[0][1].text_received('{"type":"ping","ping_event":{"event_id":1}}')
            await asyncio.sleep(1)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.CARRIER_LOST, Blame.CARRIER)
    assert exchange.carrier.asked == [exchange.report.call_sid]


def test_an_order_whose_answer_was_lost_is_looked_up_and_found(exchange: Exchange) -> None:
    exchange.carrier.refuse = CarrierError("no answer", indefinite=True)
    sid = "CA" + "7" * 32

    async def story() -> None:
        exchange.place()
        await asyncio.sleep(4)
        assert exchange.report_count() == 0
        exchange.carrier.found = (sid, PhoneStatus.BUSY)
        await asyncio.sleep(5)

    exchange.run(story)
    assert exchange.report.call_sid == sid
    assert exchange.report.ending.cause is EndCause.BUSY
    assert exchange.carrier.orders == ["one"]
    assert len(exchange.carrier.asked) >= 2


def test_a_refused_order_names_its_culprit(exchange: Exchange) -> None:
    exchange.carrier.refuse = CarrierError("Twilio refused: no", code=21999)

    async def story() -> None:
        exchange.place()
        await asyncio.sleep(1)

    exchange.run(story)
    ending = exchange.report.ending
    assert (ending.cause, ending.blame) == (EndCause.DIAL_FAILED, Blame.CARRIER)
    assert exchange.carrier.hung_up == []


def test_a_call_that_is_cancelled_before_its_turn_is_never_dialled(exchange: Exchange) -> None:
    exchange.calls_per_second = 0.1

    async def story() -> None:
        exchange.place("one")
        exchange.place("two")
        await asyncio.sleep(1)
        assert exchange.board.cancel("two")
        await asyncio.sleep(20)
        exchange.board.cancel("one")

    exchange.run(story)
    assert exchange.carrier.orders == ["one"]
    assert all(report.ending.cause is EndCause.CANCELLED for report in exchange.observer.reports)


def test_an_agent_that_cannot_be_reached_is_told_as_such(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise AgentError("the agent's websocket was refused (HTTP 403)")

    monkeypatch.setattr(type(exchange), "_open_socket", refuse)

    async def story() -> None:
        exchange.place()
        token = await exchange.answer()
        carrier, listener = exchange.connect()
        listener.text_received(exchange.start(token))
        await asyncio.sleep(0.1)
        assert carrier.closed == (1000, ""), "the carrier goes on with the apology"
        await asyncio.sleep(40)

    exchange.run(story)
    assert exchange.report.ending.blame is Blame.AGENT

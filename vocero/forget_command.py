"""What `vocero forget` says and asks in the terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from bridge.twilio_dialer import TwilioDialer
from bridge.twilio_webhooks import CallbackAddresses
from data.sql_store import SqlStore
from vocero.forgetting import (
    Forgetter,
    HangUp,
    Known,
    NotForgotten,
    UnknownNumber,
    refuse_while_a_call_is_on,
)
from vocero.outside import real_outside
from vocero.settings import Settings

KEPT_ELSEWHERE = (
    "Twilio, ElevenLabs and OpenAI keep what passed through them by their own rules; "
    "docs/privacy.md says where to erase it."
)
MOST_IDS = 50


async def run_forget(settings: Settings, number: str, *, ask: bool, end_calls: bool) -> bool:
    """The whole command. False when nothing, or not all, was erased.

    Raises StoreError, and click.UsageError for a number that is none, or when nobody can be asked.
    """
    store = SqlStore(settings.database_url.get_secret_value())
    await store.open()
    try:
        forgetter = Forgetter(store, settings, say=lambda line: click.echo(line, err=True))
        try:
            return await _forget(forgetter, settings, number, ask=ask, end_calls=end_calls)
        except UnknownNumber as unknown:
            raise click.UsageError(str(unknown)) from None
        except NotForgotten as why:
            click.echo(str(why), err=True)
            return False
    finally:
        await store.close()


async def _forget(
    forgetter: Forgetter, settings: Settings, number: str, *, ask: bool, end_calls: bool
) -> bool:
    known = await forgetter.known(number)
    if not known.traces:
        click.echo("Nothing is known of that number.")
        return True
    click.echo(f"Known of {', '.join(known.addresses)}:")
    for line in known.lines():
        click.echo(line)
    if not end_calls:
        refuse_while_a_call_is_on(known)
    if ask and not _agreed():
        click.echo("Nothing was erased.")
        return False
    async with _carrier(settings, wanted=end_calls) as hang_up:
        forgotten = await forgetter.forget(number, hang_up)
    click.echo("Erased. What stays has no name: when and how long their calls were.")
    _tell_of_others(forgotten)
    return True


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes to erase all of this")
    return click.confirm("Erase all of this? It cannot be undone.")


def _tell_of_others(forgotten: Known) -> None:
    click.echo(KEPT_ELSEWHERE)
    ids = forgotten.traces.elsewhere
    if ids:
        click.echo("There the calls are known as:")
        for each in ids[:MOST_IDS]:
            click.echo(f"  {each}")
        if len(ids) > MOST_IDS:
            click.echo(f"  and {len(ids) - MOST_IDS} more")


@asynccontextmanager
async def _carrier(settings: Settings, *, wanted: bool) -> AsyncIterator[HangUp | None]:
    if not wanted:
        yield None
        return
    outside = await real_outside(settings)
    try:
        yield TwilioDialer(
            outside.dial_http,
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_api_base_url,
            settings.twilio_phone_number,
            CallbackAddresses(settings.base_url),
        )
    finally:
        await outside.close()

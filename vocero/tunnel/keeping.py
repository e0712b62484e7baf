"""Watches a tunnel while the service runs: says when it is lost, and sees that it comes back.

The service is left alone: what still gets through goes on, and what does not is a lost line like
any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from vocero.tunnel.tunnel import Tunnel, TunnelError

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
MOST_PAUSE_S = 30.0


async def keep_open(tunnel: Tunnel) -> None:
    """Until it is cancelled."""
    while True:
        why = await tunnel.lost()
        log.warning(
            "the tunnel is lost (%s): nothing new from Twilio or customers comes through; "
            "live calls are left alone",
            why,
        )
        url = await _open_again(tunnel)
        if url == tunnel.url:
            log.warning("the tunnel is open again at %s", url)
            continue
        log.error(
            "the tunnel is open again, but at another address (%s instead of %s), which Twilio "
            "does not know and signatures do not fit: start `vocero serve --tunnel` again, then "
            "run `vocero doctor --fix`",
            *(url, tunnel.url),
        )
        # Only the old address could help now, and whoever has the agent may bring it back.
        await _comes_back(tunnel)


async def _open_again(tunnel: Tunnel) -> str:
    pause = FIRST_PAUSE_S
    while True:
        await asyncio.sleep(pause)
        try:
            return await tunnel.reopen()
        except TunnelError as error:
            pause = min(2 * pause, MOST_PAUSE_S)
            log.warning("%s; trying again in %g s", error, pause)


async def _comes_back(tunnel: Tunnel) -> None:
    url = ""
    while url != tunnel.url:
        await asyncio.sleep(MOST_PAUSE_S)
        with contextlib.suppress(TunnelError):
            url = await tunnel.reopen()
    log.warning("the tunnel is open again at its old address, %s", tunnel.url)

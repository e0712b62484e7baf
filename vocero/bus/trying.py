"""Whether the bus could be opened: for the doctor, who looks once."""

from __future__ import annotations

import asyncio
import contextlib

ANSWER_S = 3.0


async def trouble(url: str) -> str:
    """What is wrong with the Redis at this address, in plain words; "" for nothing."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import AuthenticationError, RedisError

    client = Redis.from_url(url, protocol=2, retry=Retry(NoBackoff(), 0))
    try:
        async with asyncio.timeout(ANSWER_S):
            await client.ping()
    except TimeoutError:
        return f"it does not answer within {ANSWER_S:g} s"
    except AuthenticationError:
        return "it wants a password, or another one"
    except (RedisError, OSError) as error:
        return f"it cannot be reached ({type(error).__name__})"
    finally:
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await client.aclose()
    return ""

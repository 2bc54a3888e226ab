"""The peer: httpx alone asks every address of FILE. `httpx_get.py FILE CONCURRENCY KEPT`.

KEPT is how many connections it keeps: its pool looks at each of them for every request.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import httpx


async def main(urls: list[str], concurrency: int, kept: int) -> None:
    gate = asyncio.Semaphore(concurrency)
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=kept)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:

        async def get(url: str) -> int:
            async with gate:
                return (await client.get(url)).status_code

        assert set(await asyncio.gather(*map(get, urls))) == {200}


links = Path(sys.argv[1]).read_text("utf-8").split()
start = time.process_time()
asyncio.run(main(links, int(sys.argv[2]), int(sys.argv[3])))
print(json.dumps({"cpu": time.process_time() - start}), file=sys.stderr)

"""The peer for a notice: httpx asks ADDRESS for every URL. `httpx_notice.py CA ADDRESS URL...`."""

from __future__ import annotations

import asyncio
import ssl
import sys

import httpx


async def main(authority: str, address: str, urls: list[str]) -> None:
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=authority)) as client:

        async def get(url: httpx.URL) -> int:
            there, name = url.copy_with(host=address), {"sni_hostname": url.host}
            return (
                await client.get(there, headers={"Host": url.host}, extensions=name)
            ).status_code

        assert set(await asyncio.gather(*(get(httpx.URL(url)) for url in urls))) == {200}


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))

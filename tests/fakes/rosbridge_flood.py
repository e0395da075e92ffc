"""A rosbridge server in a process of its own that sends as much as it can, and now and then a stop.

Prints its port, then the moment of each stop (CLOCK_MONOTONIC, seconds), and how much it sent.
"""

import asyncio
import json
import sys

from aiohttp import web

# ruff: noqa: T201 - it tells by its standard output
EVERY_S, STOPS = 0.4, 6
STATES = {"name": ["head_pan_joint", "head_tilt_joint"], "position": [0.1, 0.2]}


def publish(topic, message):
    return json.dumps({"op": "publish", "topic": topic, "msg": message})


FLOODS = {"rubbish": publish("/x", {}), "states": publish("/joint_states", STATES)}


async def main(flood):
    loop = asyncio.get_running_loop()
    over = asyncio.Event()

    async def serve(request):
        link = web.WebSocketResponse()
        await link.prepare(request)
        async for said in link:
            op = json.loads(said.data)
            if op["op"] == "subscribe":
                await (stop if op["topic"] == "/emergency_stop" else pour)(link)
        return link

    async def pour(link):
        count, begins = 0, loop.time()
        while not over.is_set():
            await link.send_str(FLOODS[flood])
            count += 1
            if count % 50 == 0:
                await asyncio.sleep(0)
        print(count / (loop.time() - begins), flush=True)

    async def stop(link):
        for _ in range(STOPS):
            await asyncio.sleep(EVERY_S)
            print(loop.time(), flush=True)
            await link.send_str(publish("/emergency_stop", {"data": True}))
        over.set()
        await asyncio.sleep(1)

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

# SPDX-License-Identifier: Apache-2.0
"""A relay before a name server: every answer is late. UDP only."""
import asyncio
import itertools
import threading


class Late:
    """Listens on addr, asks behind. peak: the most questions, repeated ones among them,
    that waited at one time."""

    def __init__(self, addr, behind, delay_s):
        self.addr, self.behind, self.delay_s = addr, behind, delay_s
        self.waiting, self.peak = {}, 0
        self.ids = itertools.count()

    async def start(self):
        loop = asyncio.get_running_loop()
        self.upstream, _ = await loop.create_datagram_endpoint(
            lambda: Side(self.answer), remote_addr=(self.behind, 53))
        self.listener, _ = await loop.create_datagram_endpoint(
            lambda: Side(self.question), local_addr=(self.addr, 53))

    def question(self, wire, client):
        """Goes on with an ID of ours, so that answers find their way back."""
        number = next(self.ids) & 0xffff
        self.waiting[number] = (wire[:2], client)
        self.peak = max(self.peak, len(self.waiting))
        self.upstream.sendto(number.to_bytes(2, "big") + wire[2:])

    def answer(self, wire, _):
        number = int.from_bytes(wire[:2], "big")
        asyncio.get_running_loop().call_later(self.delay_s, self.deliver, number, wire)

    def deliver(self, number, wire):
        own, client = self.waiting.pop(number, (None, None))
        if client and not self.listener.is_closing():
            self.listener.sendto(own + wire[2:], client)

    async def stop(self):
        self.listener.close()
        self.upstream.close()


class Side(asyncio.DatagramProtocol):
    def __init__(self, take):
        self.datagram_received = take


class Relays:
    """All of them, on a thread of their own, while in "with"."""

    def __init__(self, pairs, delay_s):
        self.relays = [Late(addr, behind, delay_s) for addr, behind in pairs]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def _all(self, what):
        for relay in self.relays:
            asyncio.run_coroutine_threadsafe(getattr(relay, what)(), self.loop).result(10)

    def __enter__(self):
        self.thread.start()
        self._all("start")
        return self

    def __exit__(self, *_):
        self._all("stop")
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def peak(self):
        """The most of any one server; then counts anew."""
        most = max(relay.peak for relay in self.relays)
        for relay in self.relays:
            relay.peak = 0
        return most

# SPDX-License-Identifier: Apache-2.0
"""Mail servers for many domains: one listener for every address of this namespace, so hosts need no
server of their own. Counts the connections that overlap, by address and in all.

Faults, by address: "reset" at once, "silent", "drip" (a byte a second), "garbage".
"""
import asyncio
import collections
import logging
import os
import random
import ssl
import struct
import threading

PATIENCE_S = 120
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


class Provider:
    def __init__(self, chain_pem, faults=None, delay_s=0.0):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.num_tickets = 0
        self.context.load_cert_chain(chain_pem)
        self.faults, self.delay_s = faults or {}, delay_s
        self.total = self.open = self.peak = 0
        self.visits, self.now, self.peaks = (collections.Counter() for _ in range(3))
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "0.0.0.0", 25, backlog=1024))
        ready.set()
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def clear(self):
        self.total = self.peak = 0
        self.visits.clear()
        self.peaks.clear()

    async def _serve(self, reader, writer):
        addr = writer.get_extra_info("sockname")[0]
        self.total += 1
        self.open += 1
        self.visits[addr] += 1
        self.now[addr] += 1
        self.peak = max(self.peak, self.open)
        self.peaks[addr] = max(self.peaks[addr], self.now[addr])
        try:
            await asyncio.wait_for(self._talk(addr, reader, writer), PATIENCE_S)
        except (OSError, ssl.SSLError, asyncio.TimeoutError, asyncio.IncompleteReadError,
                EOFError, ValueError):
            pass
        finally:
            self.open -= 1
            self.now[addr] -= 1
            writer.close()

    async def _fault(self, fault, reader, writer):
        if fault == "reset":
            sock = writer.get_extra_info("socket")
            sock.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER
        elif fault == "silent":
            await reader.read()
        elif fault == "drip":
            for byte in b"220 mx.example.org ESMTP, and so on, slowly\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        elif fault == "garbage":
            writer.write(random.Random(1).randbytes(3000) + b"\r\n")
            await writer.drain()
        else:
            raise AssertionError(fault)

    async def _talk(self, addr, reader, writer):
        if addr in self.faults:
            await self._fault(self.faults[addr], reader, writer)
            return
        writer.write(b"220 mx ESMTP\r\n")
        while True:
            line = (await reader.readline()).upper()
            if not line:
                return
            await asyncio.sleep(self.delay_s)
            if line.startswith(b"EHLO"):
                writer.write(b"250-mx\r\n250 STARTTLS\r\n")
            elif line.startswith(b"STARTTLS"):
                writer.write(b"220 go ahead\r\n")
                await writer.drain()
                await writer.start_tls(self.context)
                await self._parting(reader)
                return
            else:
                writer.write(b"221 bye\r\n")
                return

    async def _parting(self, reader):
        await reader.readline()


def write_chain(certs, folder):
    path = os.path.join(folder, "chain.pem")
    with open(path, "w") as file:
        file.write(certs.cert("leaf").key.pem + certs.pem_chain("leaf int"))
    return path

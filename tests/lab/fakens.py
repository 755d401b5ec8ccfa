# SPDX-License-Identifier: Apache-2.0
"""A name server (or forwarder) that misbehaves by rule.

It asks the real server (NSD, or Debian's unbound when it plays a forwarder), changes the answer by
the first rule that matches the question, and keeps a log of every question. No rule: passed on.

A rule is a table. What it matches (all given must hold):
  name    a pattern (*, ?) or a list, relative to the zone ("@": the zone; ends in ".": absolute)
  type    "TLSA" or a list                  family  4 or 6
  proto   "udp" or "tcp"                    case    "mixed": only when the question has capitals
  first   N: only the first N such questions
  every   N: only every Nth such question (the Nth, 2Nth, ...)
  when    rcode that the real server gives, "NODATA", or "negative" (either kind)
  edns    true: only questions with EDNS    do      true: only those that want DNSSEC
What it does:
  drop    no answer at all                  delay   seconds before the answer
  hold    ["mx1 A", ...]: a barrier; answers wait until all these questions have been asked. It
          stays shut for good when one of them comes more than PATIENCE times before that: whoever
          asks them one after another gets no answer, ever
  rcode   an empty answer with that rcode   set-rcode  keep the records, change the rcode
  from    "b": the answer of the zone's other version
  ask     "name TYPE": the records of that question, under the name that was asked for
  answer, authority   lists of records: "name TYPE" is fetched from the zone with its signatures,
                      anything longer is taken literally ("name TTL TYPE data")
  strip   any of: "answer", "authority", "EDNS", "RRSIG", "NSEC", ... or "RRSIG:TLSA"
  corrupt "TLSA": spoils the signature over that type
  truncate  answers over UDP are truncated (add a rule with proto = "tcp", drop = true)
  lower   question and names in lower case  wrong-id, garbage   as they say
  ad      true: claims that it validated (AD set)
  portal  an address: the answer to every A question; other types have no records
  drop-large  answers over UDP of more than so many bytes get lost
  shuffle records in reverse order, each twice
"""
import asyncio
import collections
import copy
import fnmatch
import socket
import struct
import threading

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

MATCH = {"name", "type", "family", "proto", "case", "first", "every", "when", "edns", "do"}
ACTION = {"drop", "delay", "hold", "rcode", "set-rcode", "from", "ask", "answer", "authority",
          "strip", "corrupt", "truncate", "lower", "wrong-id", "garbage", "shuffle", "ad", "portal",
          "drop-large"}
PATIENCE = 4  # times a question comes again before a barrier


def listed(value):
    return value if isinstance(value, list) else [value]


def relative(name, origin):
    """The name as rules spell it."""
    name, origin = name.canonicalize(), origin.canonicalize()
    return name.relativize(origin).to_text() if name.is_subdomain(origin) else name.to_text()


class Rule:
    """One rule with its counters and its barrier."""

    def __init__(self, table):
        unknown = set(table) - MATCH - ACTION
        if unknown or not set(table) & ACTION:
            raise ValueError("bad rule %s" % (table,))
        self.table = table
        self.seen = 0
        self.gate = Gate()

    def matches(self, question, proto, family, origin):
        t, name = self.table, relative(question.name, origin)
        text = question.name.to_text()
        return ("name" not in t or any(fnmatch.fnmatchcase(name, n) for n in listed(t["name"]))) \
            and ("type" not in t or dns.rdatatype.to_text(question.rdtype) in listed(t["type"])) \
            and t.get("family", family) == family and t.get("proto", proto) == proto \
            and (t.get("case") != "mixed" or text != text.lower())

    def fits(self, query):
        """Does the question carry what the rule asks for?"""
        t = self.table
        return (not t.get("edns") or query.edns >= 0) \
            and (not t.get("do") or bool(query.ednsflags & dns.flags.DO))

    def counted(self):
        """Counts a matching question; False when first or every spare this one."""
        self.seen += 1
        return self.seen <= self.table.get("first", self.seen) \
            and self.seen % self.table.get("every", 1) == 0

    async def barrier(self, question, origin):
        """Waits until all questions of hold were asked."""
        line = "%s %s" % (relative(question.name, origin), dns.rdatatype.to_text(question.rdtype))
        asked = self.gate.asked
        asked[line] += 1
        if max(asked.values()) <= PATIENCE and set(self.table["hold"]) <= set(asked):
            self.gate.full.set()
        await self.gate.full.wait()


def with_barriers(servers):
    """[[table, ...], ...], one list a server, as rules; equal barriers share what was asked."""
    shared, out = {}, []
    for tables in servers:
        rules = [Rule(table) for table in tables]
        for rule in rules:
            if "hold" in rule.table:
                rule.gate = shared.setdefault(tuple(rule.table["hold"]), rule.gate)
        out.append(rules)
    return out


class Gate:
    """What was asked before a barrier opens."""

    def __init__(self):
        self.asked, self.full = collections.Counter(), asyncio.Event()


class Log:
    """Every question that the servers of one scenario were asked."""

    def __init__(self):
        self.lines = []

    def add(self, question, proto, family, origin):
        self.lines.append((relative(question.name, origin),
                           dns.rdatatype.to_text(question.rdtype), proto, family))

    def count(self, what):
        """what: "TYPE" or "name TYPE" (name a pattern): how many such questions came."""
        *name, type_ = what.split()
        return sum(1 for line in list(self.lines) if line[1] == type_
                   and (not name or fnmatch.fnmatchcase(line[0], name[0])))

    def clear(self):
        del self.lines[:]


class Server:
    """One fake server. addrs: where it listens; upstream: {"a": addr, "b": addr} of the real ones;
    rules: [Rule, ...]."""

    def __init__(self, origin, addrs, upstream, rules, log, port=53):
        self.origin, self.port = dns.name.from_text(origin), port
        self.addrs, self.upstream, self.log = addrs, upstream, log
        self.rules = rules
        self._open = []

    async def start(self):
        loop = asyncio.get_running_loop()
        for addr in self.addrs:
            family = 6 if ":" in addr else 4
            kind = socket.AF_INET6 if family == 6 else socket.AF_INET
            udp, _ = await loop.create_datagram_endpoint(
                lambda family=family: Udp(self, family), local_addr=(addr, self.port),
                family=kind)
            tcp = await asyncio.start_server(
                lambda r, w, family=family: self._tcp(r, w, family), addr, self.port,
                family=kind)
            self._open += [udp, tcp]

    async def stop(self):
        for one in self._open:
            one.close()
        self._open = []

    async def _tcp(self, reader, writer, family):
        try:
            while True:
                size = struct.unpack("!H", await reader.readexactly(2))[0]
                wire = await self.reply(await reader.readexactly(size), "tcp", family)
                if wire is not None:
                    writer.write(struct.pack("!H", len(wire)) + wire)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(self, wire, proto, family):
        """The bytes to send back, or None."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if not query.question:
            return None
        question = query.question[0]
        self.log.add(question, proto, family, self.origin)
        for rule in self.rules:
            if rule.matches(question, proto, family, self.origin) and rule.fits(query):
                if "when" in rule.table and not await self._when(rule.table["when"], query):
                    continue
                if rule.counted():
                    return await self._ruled(rule, query, proto)
        return _wire(query, await self._ask(query, "a"), proto)

    async def _when(self, want, query):
        real = await self._ask(query, "a")
        rcode = dns.rcode.to_text(real.rcode())
        wanted = any(r.rdtype == query.question[0].rdtype for r in real.answer)
        kind = "NODATA" if rcode == "NOERROR" and not wanted else rcode
        return want == kind or (want == "negative" and kind in ("NODATA", "NXDOMAIN"))

    async def _ask(self, query, version):
        """The real server's answer to a query, as a message that fits the query's id and flags."""
        ask = dns.message.make_query(query.question[0].name, query.question[0].rdtype, use_edns=0,
                                     want_dnssec=bool(query.ednsflags & dns.flags.DO))
        ask.flags = query.flags
        real = await dns.asyncquery.tcp(ask, self.upstream[version], timeout=10)
        reply = dns.message.make_response(query, our_payload=1232)
        reply.flags = real.flags
        reply.set_rcode(real.rcode())
        if query.edns >= 0:
            reply.ednsflags |= query.ednsflags & dns.flags.DO
        reply.answer, reply.authority = real.answer, real.authority
        reply.additional = real.additional
        return reply

    async def _fetch(self, line, version):
        """RRsets named by one line of answer or authority."""
        words = line.split()
        name = dns.name.from_text(words[0], self.origin)
        if len(words) > 2:
            return [dns.rrset.from_text(name, int(words[1]), "IN", words[2], " ".join(words[3:]))]
        kind = dns.rdatatype.from_text(words[1])
        query = dns.message.make_query(name, kind, want_dnssec=True, use_edns=0)
        real = await dns.asyncquery.tcp(query, self.upstream[version], timeout=10)
        found = [r for r in real.answer + real.authority
                 if r.name == name and kind in (r.rdtype, r.covers)]
        if not found:
            raise ValueError("the zone has no %s" % line)
        return found

    async def _ruled(self, rule, query, proto):
        t, version = rule.table, rule.table.get("from", "a")
        if "delay" in t:
            await asyncio.sleep(t["delay"])
        if "hold" in t:
            await rule.barrier(query.question[0], self.origin)
        if t.get("drop"):
            return None
        if "portal" in t:
            return _portal(query, t["portal"]).to_wire()
        if t.get("garbage"):
            return query.to_wire()[:2] + b"\x80" * 40
        if "rcode" in t:
            reply = dns.message.make_response(query)
            reply.set_rcode(dns.rcode.from_text(t["rcode"]))
            reply.flags |= dns.flags.AA
            reply.answer, reply.authority = [], []
        else:
            reply = await self._answer(t, query, version)
        for section in ("answer", "authority"):
            if section in t:
                rrsets = [await self._fetch(line, version) for line in t[section]]
                setattr(reply, section, [r for some in rrsets for r in some])
        if "set-rcode" in t:
            reply.set_rcode(dns.rcode.from_text(t["set-rcode"]))
        _spoil(t, reply)
        if t.get("truncate") and proto == "udp":
            reply.answer, reply.authority, reply.additional = [], [], []
            reply.flags |= dns.flags.TC
        wire = _wire(query, reply, proto)
        if proto == "udp" and len(wire) > t.get("drop-large", 65535):
            return None
        return bytes([wire[0] ^ 0xff]) + wire[1:] if t.get("wrong-id") else wire

    async def _answer(self, t, query, version):
        if "ask" not in t:
            return await self._ask(query, version)
        words = t["ask"].split()
        other = copy.deepcopy(query)
        other.question = [dns.rrset.RRset(dns.name.from_text(words[0], self.origin),
                                          query.question[0].rdclass,
                                          dns.rdatatype.from_text(words[1]))]
        reply = await self._ask(other, version)
        reply.question = query.question
        for rrset in reply.answer:
            if rrset.name == other.question[0].name:
                rrset.name = query.question[0].name
        return reply


def _portal(query, addr):
    """What a portal says until somebody has logged in."""
    reply = dns.message.make_response(query)
    reply.use_edns(-1)
    reply.flags |= dns.flags.RA
    question = query.question[0]
    if question.rdtype == dns.rdatatype.A:
        reply.answer = [dns.rrset.from_text(question.name, 5, "IN", "A", addr)]
    return reply


def _keeps(rrset, what):
    kind = dns.rdatatype.to_text(rrset.rdtype)
    covers = dns.rdatatype.to_text(rrset.covers) if kind == "RRSIG" else ""
    return what not in (kind, "%s:%s" % (kind, covers))


def _spoil(t, reply):
    """strip, corrupt, shuffle, lower: what is done to the records in place."""
    for what in listed(t.get("strip", [])):
        if what in ("answer", "authority", "additional"):
            setattr(reply, what, [])
        elif what == "EDNS":
            reply.use_edns(-1)
        else:
            for section in ("answer", "authority", "additional"):
                setattr(reply, section, [r for r in getattr(reply, section) if _keeps(r, what)])
    for rrset in reply.answer + reply.authority:
        if dns.rdatatype.to_text(rrset.covers) in listed(t.get("corrupt", [])):
            bad = [r.replace(signature=bytes([r.signature[0] ^ 1]) + r.signature[1:])
                   for r in rrset]
            rrset.clear()
            for one in bad:
                rrset.add(one, rrset.ttl)
    if t.get("shuffle"):
        singles = [dns.rrset.from_rdata(r.name, r.ttl, data) for r in reply.answer for data in r]
        reply.answer = singles[::-1] + singles
    if t.get("ad"):
        reply.flags |= dns.flags.AD
    if t.get("lower"):
        for rrset in reply.question + reply.answer:
            rrset.name = rrset.name.canonicalize()


def _wire(query, reply, proto):
    limit = 65535 if proto == "tcp" else max(512, query.payload if query.edns >= 0 else 512)
    try:
        return reply.to_wire(max_size=limit)
    except dns.exception.TooBig:
        reply.answer, reply.authority, reply.additional = [], [], []
        reply.flags |= dns.flags.TC
        return reply.to_wire(max_size=limit)


class Udp(asyncio.DatagramProtocol):
    def __init__(self, server, family):
        self.server, self.family, self.tasks = server, family, set()

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, _):
        for task in self.tasks:
            task.cancel()

    def datagram_received(self, data, addr):
        task = asyncio.ensure_future(self._reply(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _reply(self, data, addr):
        wire = await self.server.reply(data, "udp", self.family)
        if wire is not None and not self.transport.is_closing():
            self.transport.sendto(wire, addr)


class Loop:
    """The thread in which all fake servers run."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, coroutine):
        """Runs a coroutine there and returns its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

# SPDX-License-Identifier: Apache-2.0
"""Spoils a signed zone file the way real signers and operators do. One order a line:

  serial                        SOA serial raised after signing
  drop TYPE                     every record of that type (NSEC, NSEC3, ...) and its signatures
  drop NAME TYPE                those of one name; NAME relative to the zone, "@" the zone
  drop NSEC3 covering NAME      the one NSEC3 whose span holds the hash of NAME
  unsign NAME TYPE              only the signatures over it ("*" any name)
  corrupt NAME TYPE             one bit of these signatures flipped
  nsec NAME [next=NAME] [+TYPE] [-TYPE]    that NSEC record changed and signed again (p256 zones)
  nsec3 NAME [+TYPE] [-TYPE]    the same for the NSEC3 record that matches NAME
"""
import base64
import re
import time

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec

from zones import ZoneError


class Line:
    """One record of ldns-signzone's output: owner ttl IN type data."""

    def __init__(self, text):
        self.owner, self.ttl, _, self.type, self.data = text.split(None, 4)

    def covers(self):
        return self.data.split()[0] if self.type == "RRSIG" else self.type

    def text(self):
        return "%s\t%s\tIN\t%s\t%s" % (self.owner, self.ttl, self.type, self.data)


class Zone:
    def __init__(self, zone, text, key_base):
        self.origin, self.key_base = dns.name.from_text(zone), key_base
        self.lines = [Line(t) for t in text.splitlines() if t.strip() and not t.startswith(";")]

    def text(self):
        return "\n".join(line.text() for line in self.lines) + "\n"

    def _absolute(self, name):
        return dns.name.from_text(name, self.origin).to_text()

    def _some(self, keep):
        """Keeps the lines for which keep is true; an order that changes nothing is a mistake."""
        left = [line for line in self.lines if keep(line)]
        if len(left) == len(self.lines):
            raise ZoneError("an order of tamper changes nothing")
        self.lines = left

    def serial(self):
        soa = next(line for line in self.lines if line.type == "SOA")
        fields = soa.data.split()
        fields[2] = str(int(fields[2]) + 1)
        soa.data = " ".join(fields)

    def _hash(self, name):
        param = next(line for line in self.lines if line.type == "NSEC3PARAM").data.split()
        salt = "" if param[3] == "-" else param[3]
        return dns.dnssec.nsec3_hash(self._absolute(name), salt, int(param[2]), 1).upper()

    def _nsec3_owner(self, hash_):
        return "%s.%s" % (hash_.lower(), self.origin.to_text())

    def drop(self, words):
        if len(words) == 3 and words[1] == "covering":
            hash_ = self._hash(words[2])
            return self._some(lambda line: not (line.covers() == "NSEC3"
                                                and self._spans(line.owner, hash_)))
        name = self._absolute(words[0]) if len(words) == 2 else None
        return self._some(lambda line: line.covers() != words[-1] or name not in (None, line.owner))

    def _spans(self, owner, hash_):
        first = owner.split(".")[0].upper()
        later = sorted(line.owner.split(".")[0].upper()
                       for line in self.lines if line.type == "NSEC3")
        follows = later[(later.index(first) + 1) % len(later)]
        return first < hash_ < follows or (follows <= first and (hash_ > first or hash_ < follows))

    def _signatures(self, words):
        name = None if words[0] == "*" else self._absolute(words[0])
        found = [line for line in self.lines if line.type == "RRSIG"
                 and line.covers() == words[1] and name in (None, line.owner)]
        if not found:
            raise ZoneError("no signature over %s" % " ".join(words))
        return found

    def unsign(self, words):
        found = self._signatures(words)
        self.lines = [line for line in self.lines if line not in found]

    def corrupt(self, words):
        for line in self._signatures(words):
            *fields, signature = line.data.split()
            raw = bytearray(base64.b64decode(signature))
            raw[-1] ^= 1
            line.data = " ".join(fields + [base64.b64encode(raw).decode()])

    def edit(self, kind, words):
        """nsec and nsec3: changes the bitmap or the next name, then signs the record again."""
        owner = self._absolute(words[0]) if kind == "NSEC" \
            else self._nsec3_owner(self._hash(words[0]))
        line = next(line for line in self.lines if line.type == kind and line.owner == owner)
        fields = line.data.split()
        head = fields[:1] if kind == "NSEC" else fields[:5]
        types = fields[len(head):]
        for word in words[1:]:
            if word.startswith("next="):
                head[-1] = self._absolute(word[5:])
            elif word.startswith("+"):
                types.append(word[1:])
            else:
                types.remove(word[1:])
        line.data = " ".join(head + types)
        self._resign(line)

    def _resign(self, line):
        rrset = dns.rrset.from_text(line.owner, int(line.ttl), "IN", line.type, line.data)
        with open(self.key_base + ".private") as file:
            number = re.search(r"PrivateKey: (\S+)", file.read())[1]
        key = ec.derive_private_key(int.from_bytes(base64.b64decode(number), "big"), ec.SECP256R1())
        public = next(other for other in self.lines if other.type == "DNSKEY")
        dnskey = dns.rrset.from_text(public.owner, 300, "IN", "DNSKEY",
                                     public.data.split(";")[0])[0]
        now = int(time.time())
        signed = dns.dnssec.sign(rrset, key, self.origin, dnskey, now - 3600, now + 30 * 86400)
        old = next(other for other in self.lines if other.owner == line.owner
                   and other.type == "RRSIG" and other.covers() == line.type)
        old.data = signed.to_text()


def tamper(zone, text, orders, key_base):
    """The text of a signed zone file, changed by the orders (a list of lines)."""
    spoilt = Zone(zone, text, key_base)
    for order in orders:
        verb, *words = order.split()
        if verb == "serial":
            spoilt.serial()
        elif verb in ("nsec", "nsec3"):
            spoilt.edit(verb.upper(), words)
        elif verb in ("drop", "unsign", "corrupt"):
            getattr(spoilt, verb)(words)
        else:
            raise ZoneError("unknown order to tamper: %s" % order)
    return spoilt.text()

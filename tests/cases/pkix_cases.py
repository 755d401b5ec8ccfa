# SPDX-License-Identifier: Apache-2.0
"""Usages 0 and 1, which need a path to a root that is given, and SRV-IDs; as in chain_cases.py."""

from chain_cases import INT, LEAF, OK, OTHER, ROOT, broken
from gen import Case, ca, leaf

SRV_ID = "_imaps.example.org"
UNKNOWN = "certificate-root-unknown"


def usages():
    yield Case("pkix-usages", "RFC 6698 s2.1.1",
               "Usage 1 is about the server's certificate, usage 0 about a CA's on the path, the root itself too.",
               [LEAF, INT], [(1, 1, 1, LEAF, "good cert=0 depth=2"), (0, 1, 1, INT, "good cert=1 depth=2"),
                             (0, 1, 1, ROOT, "good cert=-1 depth=2"), (0, 0, 1, LEAF, "none"), (1, 0, 1, INT, "none")],
               f"{OK} record=0 path=0,1,-1 checks=2", roots=[ROOT])
    yield Case("pkix-root-sent", "RFC 6698 s2.1.1", "The root may be sent, too.", [LEAF, INT, ROOT],
               [(0, 0, 2, ROOT, "good cert=2"), (1, 0, 1, LEAF, "good cert=0")], f"{OK} record=0 path=0,1,2", roots=[ROOT])
    yield Case("pkix-root-unknown", "RFC 6698 s2.1.1", "No path leads to a root that is given.", [LEAF, INT],
               [(1, 1, 1, LEAF, broken(UNKNOWN, 1, 0)), (0, 1, 1, INT, broken(UNKNOWN, 1, 1)),
                (0, 1, 1, OTHER, "none")], "failed record=0", roots=[OTHER])
    yield Case("pkix-issuer-not-sent", "RFC 6698 s2.1.1", "The path breaks off at the server's own certificate.", [LEAF],
               [(1, 1, 1, LEAF, broken(UNKNOWN, 0, 0))], "failed record=0", roots=[ROOT])
    yield Case("pkix-ca-off-path", "RFC 6698 s2.1.1", "A CA that issued nothing here is sent along.", [LEAF, INT, OTHER],
               [(0, 1, 1, OTHER, "off-path cert=2")], "failed record=0", roots=[ROOT, OTHER])
    yield Case("pkix-roots-are-no-anchors", "RFC 7671 s5.2.2", "A root that is given, and not sent, is none for usage 2.",
               [LEAF, INT], [(2, 1, 1, ROOT, "none cert=-1")], "failed record=0", roots=[ROOT])
    yield Case("pkix-intermediate-trusted", "RFC 5280 s6.1.1", "What is given is trusted, a root or not.", [LEAF, INT],
               [(1, 1, 1, LEAF, "good depth=1")], f"{OK} path=0,1", roots=[INT])


def rules():
    old = leaf(INT, end="2030-01-01T00:00:00Z")
    yield Case("pkix-expired", "RFC 5280 s6.1.3", "Dates count, unlike with usage 3.", [old, INT],
               [(1, 1, 1, old, broken("certificate-expired", 0, 0)), (0, 1, 1, INT, broken("certificate-expired", 0, 1))],
               "failed record=0", roots=[ROOT])
    yield Case("pkix-name", "RFC 6698 s2.1.1", "So do names.", [LEAF, INT],
               [(1, 1, 1, LEAF, broken("certificate-host-mismatch", 0, 0))], "failed record=0",
               names=("mail.example.net",), roots=[ROOT])
    cross = ca("Root CA", OTHER, own_key=ROOT.key)
    yield Case("pkix-old-root", "RFC 6698 s2.1.1", "One root has expired; the way over the other one holds.",
               [LEAF, INT, cross], [(1, 1, 1, LEAF, "good depth=3")], f"{OK} path=0,1,2,-1",
               roots=[ca("Root CA", end="2039-01-01T00:00:00Z"), OTHER])
    impostor = leaf(ca("Issuing CA", OTHER, own_key=OTHER.key), own_key=LEAF.key)
    yield Case("pkix-forged", "RFC 5280 s6.1.3", "Names chain, the signature does not.", [impostor, INT],
               [(1, 1, 1, impostor, broken(UNKNOWN, 0, 0))], "failed record=0", roots=[ROOT])


def srv_ids():
    named = leaf(INT, names=("srv:_IMAPS.example.ORG",))
    other = leaf(INT, names=("srv:_xmpp-client.example.org",), subject="x")
    yield Case("srv-id", "RFC 4985 s2", "The service and its domain stand in the certificate; case does not matter.",
               [named, INT], [(2, 1, 1, INT, "good cert=1")], f"{OK} record=0", names=("imap.example.net",),
               srv_id=SRV_ID)
    yield Case("srv-id-not-sought", "RFC 7673 s4.1", "It counts only where the SRV records are secure.", [named, INT],
               [(2, 1, 1, INT, broken("certificate-host-mismatch", 0, 1))], "failed", names=("imap.example.net",))
    yield Case("srv-id-other-service", "RFC 4985 s2", "It is that of another service of the domain.", [other, INT],
               [(2, 1, 1, INT, broken("certificate-host-mismatch", 0, 1))], "failed", names=("imap.example.net",),
               srv_id=SRV_ID)
    both = leaf(INT, names=("srv:_xmpp-client.example.org",), subject="imap.example.net")
    yield Case("srv-id-beside-cn", "RFC 6125 s6.4.4", "Who seeks SRV-IDs, and finds some, does not look at the CN.",
               [both, INT], [(2, 1, 1, INT, broken("certificate-host-mismatch", 0, 1))], "failed",
               names=("imap.example.net",), srv_id=SRV_ID)
    yield Case("srv-id-unknown-beside-cn", "RFC 7672 s3.2.3",
               "Mail senders do not seek SRV-IDs: without a dNSName they look at the CN.", [both, INT],
               [(2, 1, 1, INT, "good cert=1")], f"{OK} record=0", names=("imap.example.net",))


def cases():
    yield from usages()
    yield from rules()
    yield from srv_ids()

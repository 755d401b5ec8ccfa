# SPDX-License-Identifier: Apache-2.0
"""The router that says "host unreachable" (ICMP) to connections into netns.FAR4."""
import ipaddress
import socket
import struct
import threading

import netns

ETH_P_IP, HEADER = 0x0800, 14
TCP, UNREACHABLE, HOST = 6, 3, 1


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def message(packet):
    """The ICMP message about an IPv4 packet (RFC 792): its header and the first 8 bytes behind."""
    quoted = packet[:(packet[0] & 15) * 4 + 8]
    body = struct.pack("!BBHI", UNREACHABLE, HOST, 0, 0) + quoted
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def answer(listener, sender, network):
    while True:
        packet = listener.recv(65535)[HEADER:]
        if len(packet) >= 40 and packet[9] == TCP \
                and ipaddress.ip_address(packet[16:20]) in network:
            sender.sendto(message(packet), (socket.inet_ntoa(packet[12:16]), 0))


def start():
    """Answers from now on, in a thread that ends with the process."""
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
    listener.bind(("lo", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    threading.Thread(target=answer, args=(listener, sender, ipaddress.ip_network(netns.FAR4)),
                     daemon=True).start()

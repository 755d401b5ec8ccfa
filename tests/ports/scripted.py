# SPDX-License-Identifier: Apache-2.0
"""A peer that plays a few lines, for what no packaged server does: scripted.py ADDR PORT CHAIN SCRIPT

SCRIPT is a list of words, one argument each: "S:text" says it, "C:word" waits until a line holds that
word, "TLS" shakes hands with CHAIN (key and certificates); behind the last it waits for the end.
"""
import codecs
import socket
import ssl
import sys
import threading


def hear(sock, word):
    heard = b""
    while word.encode() not in heard:
        some = sock.recv(4096)
        if not some:
            raise EOFError
        heard += some


def play(sock, chain, script):
    try:
        sock.settimeout(100)
        for step in script:
            if step.startswith("S:"):
                sock.sendall(codecs.escape_decode(step[2:].encode())[0])
            elif step.startswith("C:"):
                hear(sock, step[2:])
            else:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(chain)
                sock = context.wrap_socket(sock, server_side=True)
        while sock.recv(4096):
            pass
    except (OSError, EOFError):
        pass
    finally:
        sock.close()


def main():
    addr, port, chain, *script = sys.argv[1:]
    with socket.create_server((addr, int(port))) as listener:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=play, args=(sock, chain, script), daemon=True).start()


main()

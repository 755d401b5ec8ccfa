# SPDX-License-Identifier: Apache-2.0
"""A real Postfix on addresses of the lab: Debian's daemons, everything else its own.

    server = Postfix(directory, "mx.z1.lab", ["10.1.0.1"], certs.chain("leaf int"))
    server.start()          answers on port 25 when it returns
    server.reload(chain)    another chain, from the next connection on
    server.log()            what it logged so far
    server.stop()           nothing of it is left, the directory included

chains: one chain of pki.Cert, or several (Postfix serves RSA and ECDSA side by side). settings:
lines for main.cf. Runs the master daemon itself, so the machine's own Postfix and its files stay
out of it. Needs to be root (of a user namespace too), since the daemons run as the postfix user.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

DAEMONS = "/usr/lib/postfix/sbin"
MASTER_CF = """\
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {top}/queue
data_directory = {top}/data
daemon_directory = {daemons}
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {top}/log
maillog_file_prefixes = {top}
myhostname = {host}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
inet_interfaces = all
inet_protocols = {protocols}
smtpd_relay_restrictions = reject
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {chains}
smtpd_tls_loglevel = 1
smtpd_client_connection_rate_limit = 0
max_idle = 5s
"""


class PostfixError(Exception):
    """Postfix does not run; the text says what its log says."""


class Postfix:
    def __init__(self, directory, host, addresses, chains, port=25, settings=""):
        self.top, self.host = os.path.abspath(directory), host
        self.addresses, self.port, self.settings = addresses, port, settings
        self.chains = self.listed(chains)
        self.master = None

    @staticmethod
    def listed(chains):
        return chains if chains and isinstance(chains[0], (list, tuple)) else [chains]

    def path(self, *names):
        return os.path.join(self.top, *names)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        # Postfix waits before it believes a file that changed within the last seconds.
        past = time.time() - 60
        os.utime(self.path(name), (past, past))

    def configure(self):
        owner = pwd.getpwnam("postfix")
        os.makedirs(self.top, exist_ok=True)
        os.chmod(self.top, 0o755)
        for name in ("conf", "data", "queue"):
            os.makedirs(self.path(name), exist_ok=True)
        for name in ("active", "incoming", "deferred", "defer", "bounce", "corrupt", "hold",
                     "private", "saved", "trace", "flush", "public", "maildrop", "pid"):
            os.makedirs(self.path("queue", name), exist_ok=True)
            if name != "pid":
                os.chown(self.path("queue", name), owner.pw_uid, 0)
        os.chown(self.path("data"), owner.pw_uid, owner.pw_gid)
        listeners = "".join(f"{'[' + a + ']' if ':' in a else a}:{self.port} "
                            "inet n - n - - smtpd\n" for a in self.addresses)
        self.write("conf/master.cf", listeners + MASTER_CF)
        self.write_chains()

    def write_chains(self):
        files = []
        for number, chain in enumerate(self.chains):
            name = f"chain{number}.pem"
            self.write(name, chain[0].key.pem + "".join(c.pem for c in chain), 0o600)
            files.append(self.path(name))
        protocols = {":" in a for a in self.addresses}
        self.write("conf/main.cf", MAIN_CF.format(
            top=self.top, host=self.host, daemons=DAEMONS, chains=", ".join(files),
            protocols="all" if len(protocols) == 2 else "ipv6" if True in protocols else "ipv4"
        ) + self.settings)

    def start(self):
        self.configure()
        self.master = subprocess.Popen(
            [f"{DAEMONS}/master", "-c", self.path("conf"), "-d"], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C",
                 "MAIL_CONFIG": self.path("conf")})
        self.wait_for_greeting()

    def wait_for_greeting(self, patience_s=20):
        end = time.monotonic() + patience_s
        waiting = list(self.addresses)
        while waiting:
            if self.master.poll() is not None:
                why = self.master.stderr.read().decode() + self.log()
                raise PostfixError(f"postfix ended at once: {why.strip()}")
            if time.monotonic() > end:
                raise PostfixError(f"postfix does not answer on {waiting[0]}: {self.log().strip()}")
            try:
                with socket.create_connection((waiting[0], self.port), 5) as sock:
                    if sock.recv(4) == b"220 ":
                        sock.sendall(b"QUIT\r\n")
                        waiting.pop(0)
                        continue
            except OSError:
                pass
            time.sleep(0.05)

    def reload(self, chains):
        """A restart: after a reload idle daemons may serve the old chain once more."""
        self.chains = self.listed(chains)
        self.end()
        self.start()

    def log(self):
        try:
            with open(self.path("log"), errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def stop(self):
        self.end()
        shutil.rmtree(self.top, ignore_errors=True)

    def end(self):
        if self.master:
            self.end_group()
            self.master.wait()
            self.master.stderr.close()
            self.master = None

    def end_group(self):
        """SIGTERM for master and daemons, SIGKILL for what is left of them after five seconds.

        In a process namespace the daemons may become children of this process: they are reaped."""
        end = time.monotonic() + 5
        number = signal.SIGTERM
        while time.monotonic() < end + 5:
            try:
                os.killpg(self.master.pid, number)
                if self.master.poll() is not None:
                    os.waitpid(-self.master.pid, os.WNOHANG)
            except ProcessLookupError:
                return
            except ChildProcessError:
                pass
            time.sleep(0.01)
            number = 0 if time.monotonic() < end else signal.SIGKILL

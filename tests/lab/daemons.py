# SPDX-License-Identifier: Apache-2.0
"""The real servers of the lab: NSD as authoritative server, unbound as validating resolver.

Each is started in the foreground as a child; nothing of the machine's own configuration is read.
"""
import os
import subprocess
import time

import dns.message
import dns.query

NSD_CONF = """
server:
  {addresses}
  port: 53
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{dir}"
  zonelistfile: "{dir}/zone.list"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
  pidfile: "{dir}/nsd.pid"
  server-count: 1
  tcp-count: 500
  rrl-ratelimit: 0
  minimal-responses: yes
  hide-version: yes
  zonefiles-check: no
remote-control:
  control-enable: no
{zones}
"""

UNBOUND_CONF = """
server:
  interface: {addr}
  access-control: 10.0.0.0/8 allow
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{dir}"
  pidfile: "{dir}/unbound.pid"
  logfile: "{dir}/unbound.log"
  use-syslog: no
  verbosity: 1
  val-log-level: 2
  num-threads: 1
  incoming-num-tcp: 200
  so-rcvbuf: 0
  so-sndbuf: 0
  root-hints: "{hints}"
  trust-anchor-file: "{anchor}"
  val-sig-skew-min: 0
  val-sig-skew-max: 0
  cache-max-negative-ttl: 1
  outbound-msg-retry: 8
  {more}
remote-control:
  control-enable: no
"""


class DaemonError(Exception):
    pass


class Daemon:
    """A child process with its own folder and log. ready: addr to ask for the root's SOA."""

    def __init__(self, name, dir_):
        self.name, self.dir, self.process = name, os.path.join(dir_, name), None
        os.makedirs(self.dir, exist_ok=True)

    def launch(self, *command):
        with open(os.path.join(self.dir, "output"), "w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL, cwd=self.dir)

    def wait_ready(self, addr, name, timeout=20):
        """Waits until addr answers a question over TCP."""
        query = dns.message.make_query(name, "SOA")
        end = time.monotonic() + timeout
        while time.monotonic() < end and self.process.poll() is None:
            try:
                dns.query.tcp(query, addr, timeout=1)
                return
            except (OSError, EOFError, dns.exception.DNSException):
                time.sleep(0.05)
        with open(os.path.join(self.dir, "output")) as file:
            raise DaemonError("%s did not start:\n%s" % (self.name, file.read()[-2000:]))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


class Nsd(Daemon):
    """zones: {zone name: path of its file}."""

    def start(self, addrs, zones):
        conf = os.path.join(self.dir, "nsd.conf")
        text = NSD_CONF.format(
            dir=self.dir, addresses="\n  ".join("ip-address: %s" % a for a in addrs),
            zones="\n".join('zone:\n  name: "%s"\n  zonefile: "%s"' % one for one in zones.items()))
        with open(conf, "w") as file:
            file.write(text)
        self.launch("nsd", "-d", "-c", conf)


class Dnsmasq(Daemon):
    """A router's forwarder (Debian's dnsmasq-base) before another resolver. Blanks in an option
    become commas."""

    def start(self, addr, upstream, options):
        self.launch("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
                    "--no-hosts", "--pid-file=", "--log-facility=-", "--user=root", "--group=root",
                    "--bind-interfaces", "--listen-address=" + addr, "--except-interface=none",
                    "--server=" + upstream, *[one.replace(" ", ",") for one in options])


class Unbound(Daemon):
    def start(self, addr, hints, anchor, more=""):
        conf = os.path.join(self.dir, "unbound.conf")
        with open(conf, "w") as file:
            file.write(UNBOUND_CONF.format(addr=addr, dir=self.dir, hints=hints, anchor=anchor,
                                           more=more))
        self.launch("unbound", "-d", "-c", conf)

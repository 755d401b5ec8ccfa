# SPDX-License-Identifier: Apache-2.0
"""Real servers of a mail system, each with a configuration of its own in a folder of its own.

A server is started on one address, on the ports its services have by themselves. mode: "right" and
"wrong" differ in the certificate they are given; "plain" has no TLS at all, so that the ports for
TLS from the first byte speak in the clear.
"""
import glob
import os
import pwd
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))

import mta_postfix  # noqa: E402

PATIENCE_S = 30


class ServerError(Exception):
    """A server does not come up; the text says what it said."""


class Server:
    """command() writes the configuration and returns what to run."""

    user = None  # who must be able to read the files, when the server is not started as root

    def __init__(self, folder, host, addr, mode, chain, ports):
        self.dir, self.host, self.addr, self.mode, self.ports = folder, host, addr, mode, ports
        self.tls, self.process, self.chain = mode != "plain", None, chain
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.write("chain.pem", "".join(c.pem for c in chain))
        self.write("key.pem", chain[0].key.pem, 0o600)
        self.write("both.pem", chain[0].key.pem + "".join(c.pem for c in chain), 0o600)
        for name in ("run", "data"):
            os.makedirs(self.path(name), exist_ok=True)
        if self.user:
            for name in ("key.pem", "both.pem", "run", "data", ""):
                os.chown(self.path(name), *pwd.getpwnam(self.user)[2:4])

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def start(self):
        command = self.command()
        with open(self.path("output"), "w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.dir,
                                            stdin=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + PATIENCE_S
        for port in self.ports:
            while not self.answers(port):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise ServerError("%s does not answer on port %d: %s"
                                      % (type(self).__name__, port, self.output()))
                time.sleep(0.05)

    def answers(self, port):
        try:
            socket.create_connection((self.addr, port), 5).close()
            return True
        except OSError:
            return False

    def output(self):
        with open(self.path("output"), errors="replace") as file:
            return file.read()[-1500:]

    def stop(self):
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.process.wait()
        self.process = None


class Postfix(Server):
    """25 and 587 with STARTTLS, 465 with TLS at once."""

    class Mta(mta_postfix.Postfix):
        services = ""

        def configure(self):
            super().configure()
            with open(self.path("conf/master.cf"), "a") as file:
                file.write(self.services)

    def start(self):
        settings = "" if self.tls else "smtpd_tls_security_level = none\n"
        self.mta = self.Mta(self.path("mta"), self.host, [self.addr], self.chain, 25, settings)
        for port in (465, 587):
            self.mta.services += "%s:%d inet n - n - - smtpd -o smtpd_tls_wrappermode=%s\n" \
                % (self.addr, port, "yes" if port == 465 and self.tls else "no")
        self.mta.start()

    def stop(self):
        self.mta.stop()


class Exim(Server):
    """587 with STARTTLS, 465 with TLS at once; Debian's binary, unpacked, since the package and
    Postfix's exclude each other."""

    unpacked = None

    @staticmethod
    def give_user(folder):
        """The user that it is built for, in this namespace alone."""
        for name, line in (("passwd", "Debian-exim:x:990:990::/nonexistent:/usr/sbin/nologin\n"),
                           ("group", "Debian-exim:x:990:\n")):
            with open("/etc/" + name) as file:
                text = file.read()
            path = os.path.join(folder, name)
            with open(path, "w") as file:
                file.write(text + (line if "Debian-exim:" not in text else ""))
            os.chmod(path, 0o644)
            subprocess.run(["mount", "--bind", path, "/etc/" + name], check=True)

    def command(self):
        text = """
            exim_user = root
            exim_group = root
            never_users =
            primary_hostname = %s
            spool_directory = %s
            log_file_path = %s/log_%%slog
            local_interfaces = %s
            daemon_smtp_ports = 587 : 465
            host_lookup =
            keep_environment =
            """ % (self.host, self.path("data"), self.dir, self.addr)
        if self.tls:
            text += """
            tls_advertise_hosts = *
            tls_on_connect_ports = 465
            tls_certificate = %s
            tls_privatekey = %s
            """ % (self.path("chain.pem"), self.path("key.pem"))
        else:
            text += "\ntls_advertise_hosts =\n"
        conf = self.write("exim.conf", "\n".join(line.strip() for line in text.splitlines()))
        libraries = glob.glob(os.path.join(self.unpacked, "usr/lib/*-linux-gnu*"))
        return ["env", "LD_LIBRARY_PATH=" + ":".join(libraries),
                os.path.join(self.unpacked, "usr/sbin/exim4"), "-C", conf, "-bdf", "-oP",
                self.path("run/pid")]


class Dovecot(Server):
    """IMAP, POP3, ManageSieve and LMTP."""

    def command(self):
        listener = """
            service %s {
              %s
            }"""
        one = "inet_listener %s { \n address = %s \n port = %d \n ssl = %s \n }"
        at_once = "yes" if self.tls else "no"
        logins = [
            ("imap-login", [("imap", 143, "no"), ("imaps", 993, at_once)]),
            ("pop3-login", [("pop3", 110, "no"), ("pop3s", 995, at_once)]),
            ("managesieve-login", [("sieve", 4190, "no")]),
            ("lmtp", [("lmtp", 24, "no")]),
        ]
        services = "".join(listener % (name, "\n".join(one % (n, self.addr, p, s)
                                                       for n, p, s in listeners))
                           for name, listeners in logins)
        conf = self.write("dovecot.conf", """
            protocols = imap pop3 sieve lmtp
            listen = %s
            base_dir = %s
            state_dir = %s
            log_path = %s
            instance_name = %s
            ssl = %s
            ssl_cert = <%s
            ssl_key = <%s
            ssl_dh =
            mail_location = maildir:%s
            passdb {
              driver = static
              args = nopassword=y
            }
            userdb {
              driver = static
              args = uid=nobody gid=nogroup home=/nonexistent
            }
            default_client_limit = 100
            default_process_limit = 10
            %s
            """ % (self.addr, self.path("run"), self.path("data"), self.path("log"), self.host,
                   "yes" if self.tls else "no", self.path("chain.pem"), self.path("key.pem"),
                   self.path("data"), services))
        return ["dovecot", "-F", "-c", conf]

    def output(self):
        try:
            with open(self.path("log"), errors="replace") as file:
                return super().output() + file.read()[-1500:]
        except OSError:
            return super().output()


class Prosody(Server):
    """XMPP for clients and servers."""

    def command(self):
        conf = self.write("prosody.cfg.lua", """
            run_as_root = true
            daemonize = false
            pidfile = "%s"
            data_path = "%s"
            log = { info = "%s" }
            interfaces = { "%s" }
            modules_enabled = { "saslauth", "disco", "dialback"%s }
            modules_disabled = { "http", "s2s_bidi"%s }
            c2s_require_encryption = false
            s2s_require_encryption = false
            certificates = "%s"
            VirtualHost "%s"
              ssl = { certificate = "%s", key = "%s" }
            """ % (self.path("run/pid"), self.path("data"), self.path("log"), self.addr,
                   ', "tls"' if self.tls else "", "" if self.tls else ', "tls"', self.path("data"),
                   self.host, self.path("chain.pem"), self.path("key.pem")))
        return ["prosody", "--config", conf, "-F"]


class Slapd(Server):
    """LDAP."""

    def command(self):
        tls = "TLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCACertificateFile %s\n" % (
            self.path("chain.pem"), self.path("key.pem"), self.path("chain.pem"))
        conf = self.write("slapd.conf", "pidfile %s\nargsfile %s\n%s" % (
            self.path("run/pid"), self.path("run/args"), tls if self.tls else ""))
        urls = "ldap://%s:389 %s://%s:636" % (self.addr, "ldaps" if self.tls else "ldap", self.addr)
        return ["slapd", "-d", "0", "-f", conf, "-h", urls]


class Vsftpd(Server):
    """FTP."""

    def command(self):
        conf = self.write("vsftpd.conf", "\n".join([
            "listen=YES", "listen_address=%s" % self.addr, "background=NO", "anonymous_enable=YES",
            "secure_chroot_dir=%s" % self.path("run"), "seccomp_sandbox=NO", "isolate_network=NO",
            "ssl_enable=%s" % ("YES" if self.tls else "NO"),
            "rsa_cert_file=%s" % self.path("both.pem")]) + "\n")
        return ["vsftpd", conf]


class Postgres(Server):
    user = "postgres"

    def command(self):
        programs = sorted(os.listdir("/usr/lib/postgresql"), key=int)[-1]
        folder = "/usr/lib/postgresql/%s/bin/" % programs
        self.drop = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups"]
        subprocess.run([*self.drop, folder + "initdb", "-N", "-A", "trust", "-D",
                        self.path("data/db")], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, cwd="/", env={"LC_ALL": "C", "PATH": os.defpath})
        options = {"listen_addresses": self.addr, "unix_socket_directories": self.path("run"),
                   "ssl": "on" if self.tls else "off", "ssl_cert_file": self.path("chain.pem"),
                   "ssl_key_file": self.path("key.pem")}
        return [*self.drop, folder + "postgres", "-D", self.path("data/db"),
                *(word for name, value in options.items() for word in ("-c", name + "=" + value))]


class Nginx(Server):
    """443."""

    def command(self):
        conf = self.write("nginx.conf", """
            daemon off;
            user root;
            worker_processes 1;
            pid %s;
            error_log %s;
            events {}
            http {
              access_log off;
              client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s;
              uwsgi_temp_path %s; scgi_temp_path %s;
              server {
                listen %s:443%s;
                ssl_certificate %s;
                ssl_certificate_key %s;
              }
            }
            """ % (self.path("run/pid"), self.path("log"), *[self.path("data")] * 5, self.addr,
                   " ssl" if self.tls else "", self.path("chain.pem"), self.path("key.pem")))
        return ["nginx", "-p", self.dir, "-c", conf]

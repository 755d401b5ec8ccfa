# SPDX-License-Identifier: Apache-2.0
"""The image, built by buildah into a store of its own, and containers of it, run by crun.

No engine, no daemon, nothing kept: everything lives in the folder that is given. A container is
confined as engines do it by default, and more: read-only, no capabilities, no new privileges, the
seccomp profile of Debian's golang-github-containers-common. It shares the network of its caller.
"""
import json
import os
import shutil
import subprocess
import tarfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROFILE = "/usr/share/containers/seccomp.json"
CACHE = "/var/lib/containers"  # buildah notes there, whatever the store, which blobs it has seen
DOCKERFILE = os.path.join(ROOT, "port", "container", "Dockerfile")


class ImageError(Exception):
    pass


def do(words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise ImageError("%s: exit %d: %s" % (" ".join(words[:4]), done.returncode, done.stdout))
    return done.stdout


def seccomp_profile():
    """The engines' profile in the form that a runtime takes, for no capabilities on x86_64."""
    with open(PROFILE) as file:
        profile = json.load(file)
    calls = []
    for rule in profile["syscalls"]:
        includes, excludes = rule.get("includes", {}), rule.get("excludes", {})
        if includes.get("caps") or "amd64" not in includes.get("arches", ["amd64"]):
            continue
        if "amd64" in excludes.get("arches", []):
            continue
        kept = {key: rule[key] for key in ("names", "action", "errnoRet") if rule.get(key) is not None}
        args = [{k: v for k, v in arg.items() if v is not None} for arg in rule.get("args") or []]
        calls.append({**kept, **({"args": args} if args else {})})
    return {"defaultAction": profile["defaultAction"], "architectures": ["SCMP_ARCH_X86_64"],
            "defaultErrnoRet": profile.get("defaultErrnoRet", 1), "syscalls": calls}


def one_hierarchy():
    """crun takes machines with both versions of cgroups for none. For the caller's mount namespace,
    which is its own, the second alone; containers get no group of their own anyway."""
    if os.path.isdir("/sys/fs/cgroup/unified"):
        do(["mount", "--rbind", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"])


class Image:
    """Built in folder from a binary; close() stops what still runs."""

    def __init__(self, folder, binary, version):
        self.folder, self.running, self.count = folder, [], 0
        os.makedirs(folder, exist_ok=True)
        self.cache_is_ours = not os.path.exists(CACHE)
        one_hierarchy()
        context = self.path("context")
        os.makedirs(context)
        shutil.copy(binary, os.path.join(context, "daneprobe"))
        os.chmod(os.path.join(context, "daneprobe"), 0o755)
        store = ["buildah", "--root", self.path("store"), "--runroot", self.path("runroot"),
                 "--storage-driver", "vfs"]
        do([*store, "bud", "--format", "docker", "--timestamp", "0", "--build-arg",
            "VERSION=" + version, "-t", "localhost/daneprobe", "-f", DOCKERFILE, context])
        do([*store, "push", "localhost/daneprobe", "dir:" + self.path("docker")])
        do([*store, "push", "localhost/daneprobe", "oci:%s:latest" % self.path("oci")])
        do(["umoci", "unpack", "--image", self.path("oci") + ":latest", self.path("bundle")])
        manifest = self._json("docker/manifest.json")
        self.layers = [self.path("docker", layer["digest"].split(":")[1])
                       for layer in manifest["layers"]]
        self.config = self._json("docker/" + manifest["config"]["digest"].split(":")[1])
        self.bytes_len = sum(os.path.getsize(layer) for layer in self.layers)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def _json(self, name):
        with open(self.path(name)) as file:
            return json.load(file)

    def files(self):
        """Name, mode, uid of everything in the layers."""
        out = []
        for layer in self.layers:
            with tarfile.open(layer) as tar:
                out += [(one.name, one.mode & 0o7777, one.uid) for one in tar.getmembers()]
        return out

    def _bundle(self, args, env, mounts, user):
        """A runtime's config.json from what the image says and what an engine adds."""
        config = self._json("bundle/config.json")
        process = config["process"]
        process["terminal"] = False
        process["args"] = list(args)
        process["env"] = [*process["env"], *("%s=%s" % pair for pair in env.items())]
        process["capabilities"] = {kind: [] for kind in process["capabilities"]}
        process["noNewPrivileges"] = True
        if user is not None:
            process["user"] = {"uid": user, "gid": user}
        config["root"] = {"path": self.path("bundle", "rootfs"), "readonly": True}
        config["mounts"] += [{"destination": inside, "type": "bind", "source": outside,
                              "options": ["bind", mode]} for outside, inside, mode in mounts]
        linux = config["linux"]
        linux["namespaces"] = [n for n in linux["namespaces"] if n["type"] not in ("network", "user")]
        linux.pop("uidMappings", None)
        linux.pop("gidMappings", None)
        linux["seccomp"] = seccomp_profile()
        self.count += 1
        name = "daneprobe-test-%d" % self.count
        os.makedirs(self.path(name))
        with open(self.path(name, "config.json"), "w") as file:
            json.dump(config, file)
        return name

    def crun(self, *words):
        return ["crun", "--root", self.path("crun"), "--cgroup-manager=disabled", *words]

    def start(self, args=None, env=None, mounts=(), user=None, entrypoint=None):
        """A container, running. args replace the image's; mounts: (outside, inside, "ro"|"rw")."""
        image = self.config["config"]
        words = [*(entrypoint or image["Entrypoint"]), *(image.get("Cmd") or [] if args is None else args)]
        name = self._bundle(words, env or {}, mounts, user)
        tool = subprocess.Popen(self.crun("run", "--bundle", self.path(name), name),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        self.running.append((name, tool))
        return name, tool

    def run(self, args=None, timeout=60, **more):
        """A container to its end; returns (exit status, stdout, stderr)."""
        name, tool = self.start(args, **more)
        try:
            out, err = tool.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.stop(name, "KILL")
            out, err = tool.communicate()
            err += "\nstill running after %d s" % timeout
        return tool.returncode, out, err

    def exec(self, name, words):
        done = subprocess.run(self.crun("exec", name, *words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
        return done.returncode, done.stdout, done.stderr

    def pid(self, name):
        """The container's first process, once there is one."""
        for _ in range(100):
            done = subprocess.run(self.crun("state", name), stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
            if done.returncode == 0 and json.loads(done.stdout).get("pid"):
                return json.loads(done.stdout)["pid"]
            time.sleep(0.05)
        raise ImageError("%s does not start" % name)

    def stop(self, name, how="TERM"):
        subprocess.run(self.crun("kill", name, how), stderr=subprocess.DEVNULL)

    def close(self):
        for name, tool in self.running:
            if tool.poll() is None:
                self.stop(name, "KILL")
                tool.communicate(timeout=20)
        if self.cache_is_ours:
            shutil.rmtree(CACHE, ignore_errors=True)

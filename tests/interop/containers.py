"""Containers of images in OCI layouts, run by crun or runc as an orchestrator would: read-only root, the image's user,
no capability, no new privileges. They share the network namespace of the caller, which needs to be root.

    image = Image("layout", "tree")         unpacked once
    db = Container(image, "db", {"PASSWORD": "x"}, {"/var/lib/mysql": "data"})
    db.start(); ...; db.stop()
"""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import time

STOP_SECONDS = 30
# As in test_runtime.c: crun before 1.9 refuses a hybrid cgroup hierarchy unless it does not see the v2 mount.
RUNTIMES = [["crun"], ["runc"], ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                 'umount /sys/fs/cgroup/unified && exec crun "$@"', "crun"]]
MOUNTS = [("/proc", "proc", ["nosuid", "noexec", "nodev"]),
          ("/dev", "tmpfs", ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"]),
          ("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
          ("/dev/shm", "tmpfs", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
          ("/sys", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
          ("/tmp", "tmpfs", ["nosuid", "nodev", "mode=1777", "size=65536k"]),
          ("/run", "tmpfs", ["nosuid", "nodev", "mode=755", "size=65536k"])]


tarfile.TarFile.extraction_filter = staticmethod(lambda member, path: member)  # owners and modes as they are


def loopback_up():
    with socket.socket() as s:
        flags = struct.unpack("16sH", fcntl.ioctl(s, 0x8913, struct.pack("16sH14x", b"lo", 0))[:18])[1]
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", flags | 1))


class Image:
    def __init__(self, layout, tree):
        self.layout, self.tree = pathlib.Path(layout), pathlib.Path(tree)
        index = json.loads((self.layout / "index.json").read_text())
        manifest = self.json(index["manifests"][0]["digest"])
        if "manifests" in manifest:
            manifest = self.json(manifest["manifests"][0]["digest"])
        self.config = self.json(manifest["config"]["digest"])["config"]
        self.tree.mkdir()
        for layer in manifest["layers"]:  # a temper image has no whiteouts
            with tarfile.open(self.blob(layer["digest"])) as tar:
                for member in tar:
                    here = self.tree / member.name
                    if here.is_symlink() or here.is_file():
                        here.unlink()
                    tar.extract(member, self.tree, numeric_owner=True)

    def blob(self, digest):
        return self.layout / "blobs" / digest.replace(":", "/")

    def json(self, digest):
        return json.loads(self.blob(digest).read_text())


class Container:
    serial = 0

    def __init__(self, image, name, environment=None, volumes=None):
        self.image, self.name = image, name
        self.environment, self.volumes = environment or {}, volumes or {}
        self.process = None

    def spec(self):
        c = self.image.config
        uid, gid = (int(n) for n in c["User"].split(":"))
        mounts = [{"destination": d, "type": t, "source": t, "options": o} for d, t, o in MOUNTS]
        for inside in c.get("Volumes", {}):
            if inside == "/tmp":
                continue
            outside = pathlib.Path(self.volumes.get(inside, f"volume-{self.name}{inside.replace('/', '-')}"))
            if not outside.exists():  # a new volume has what the image has there
                shutil.copytree(self.image.tree / inside[1:], outside, symlinks=True)
                os.chown(outside, uid, gid)
            mounts.append({"destination": inside, "type": "bind", "source": str(outside.resolve()),
                           "options": ["bind", "rw", "nosuid", "nodev", "noexec"]})
        for inside, outside in self.volumes.items():
            if inside not in c.get("Volumes", {}):
                mounts.append({"destination": inside, "type": "bind", "source": str(pathlib.Path(outside).resolve()),
                               "options": ["bind", "ro", "nosuid", "nodev", "noexec"]})
        return {
            "ociVersion": "1.0.2", "hostname": self.name,
            "root": {"path": str(self.image.tree.resolve()), "readonly": True},
            "process": {"args": c.get("Entrypoint", []) + c.get("Cmd", []), "cwd": c.get("WorkingDir") or "/",
                        "env": c.get("Env", []) + [f"{k}={v}" for k, v in self.environment.items()],
                        "user": {"uid": uid, "gid": gid}, "noNewPrivileges": True, "capabilities": {}},
            "mounts": mounts,
            "linux": {"namespaces": [{"type": t} for t in ("pid", "ipc", "uts", "mount")],
                      "maskedPaths": ["/proc/kcore", "/proc/keys"], "readonlyPaths": ["/proc/sys"]},
        }

    def start(self):
        """Each of the runtimes is tried until one does not end at once."""
        spec = json.dumps(self.spec())
        for runtime in RUNTIMES:
            if not shutil.which(runtime[0]) or not shutil.which(runtime[-1]):
                continue
            Container.serial += 1
            bundle = pathlib.Path(f"bundle-{Container.serial}").resolve()
            bundle.mkdir()
            (bundle / "config.json").write_text(spec)
            self.log = bundle / "log"
            self.call = runtime + ["--root", str(bundle.parent / "state")]
            self.id = f"temper-{self.name}-{os.getpid()}-{Container.serial}"
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(self.call + ["run", "--bundle", str(bundle), self.id], stdin=subprocess.DEVNULL,
                                                stdout=log, stderr=log)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and self.process.poll() is None and self.status() != "running":
                time.sleep(0.05)
            if self.process.poll() is None:
                return
        raise RuntimeError(f"{self.name} does not start:\n{self.said()}")

    def status(self):
        state = subprocess.run(self.call + ["state", self.id], capture_output=True, text=True)
        return json.loads(state.stdout).get("status") if state.returncode == 0 and state.stdout else None

    def said(self):
        return self.log.read_text(errors="replace")

    def exec(self, *words):
        """What a command inside prints; its exit code."""
        done = subprocess.run(self.call + ["exec", self.id, *words], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def stop(self, how=None):
        """As the image wants to be stopped; True if it ended in time."""
        if self.process is None:
            return True
        how = how or self.image.config.get("StopSignal", "SIGTERM")
        subprocess.run(self.call + ["kill", self.id, how], capture_output=True)
        try:
            self.process.wait(STOP_SECONDS)
            return True
        except subprocess.TimeoutExpired:
            subprocess.run(self.call + ["kill", self.id, "SIGKILL"], capture_output=True)
            self.process.wait(STOP_SECONDS)
            return False
        finally:
            subprocess.run(self.call + ["delete", "--force", self.id], capture_output=True)
            self.process = None

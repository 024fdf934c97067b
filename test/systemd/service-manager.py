"""
What systemd does for the gate, as far as a test can see it: holds the listening sockets, starts the gate with them, hears what
it says through its notify socket, and starts it anew without closing the sockets.

    service-manager.py WATCHDOG_USEC PROGRAM ARGUMENT...

Prints one JSON object a line: first {"ports": {name: port}}, then {"said": [assignment, ...]} and {"ended": status}. Reads
commands from standard input: "start", "stop" (SIGTERM).
"""
import json
import os
import signal
import socket
import sys
import tempfile
import threading

NAMES = ["smtp", "http"]
FIRST = 3


def say(**what):
    print(json.dumps(what), flush=True)


def listen():
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.bind(("127.0.0.1", 0))
    one.listen(128)
    return one


sockets = [listen() for _ in NAMES]
folder = tempfile.mkdtemp(prefix="presend-notify-")
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(os.path.join(folder, "notify"))


def hear():
    while True:
        # systemd-notify sends a descriptor after its words and waits until it is closed.
        text, ancillary, _, _ = notify.recvmsg(4096, socket.CMSG_SPACE(64))
        for _, _, data in ancillary:
            for at in range(0, len(data) - len(data) % 4, 4):
                os.close(int.from_bytes(data[at : at + 4], sys.byteorder))
        say(said=text.decode().splitlines())


threading.Thread(target=hear, daemon=True).start()
say(ports={name: one.getsockname()[1] for name, one in zip(NAMES, sockets)})


def start():
    pid = os.fork()
    if pid != 0:
        return pid
    # The sockets where systemd puts them, and nothing else of this process.
    for at, one in enumerate([os.dup(s.fileno()) for s in sockets]):
        os.dup2(one, FIRST + at, inheritable=True)
    os.closerange(FIRST + len(sockets), 64)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    own = str(os.getpid())
    os.environ.update(
        LISTEN_PID=own,
        LISTEN_FDS=str(len(sockets)),
        LISTEN_FDNAMES=":".join(NAMES),
        NOTIFY_SOCKET=os.path.join(folder, "notify"),
        WATCHDOG_PID=own,
        WATCHDOG_USEC=sys.argv[1],
    )
    os.execv(sys.argv[2], sys.argv[2:])


gate = None
for line in sys.stdin:
    if line.strip() == "start":
        gate = start()
    elif line.strip() == "stop":
        os.kill(gate, signal.SIGTERM)
        say(ended=os.waitstatus_to_exitcode(os.waitpid(gate, 0)[1]))
        gate = None
if gate is not None:
    os.kill(gate, signal.SIGKILL)

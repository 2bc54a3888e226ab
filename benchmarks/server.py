"""A local nginx to be asked: 200 hosts of loopback, at once or after 50 ms, in a folder of its own.

Linux only, where every address of 127.0.0.0/8 is this machine. Nothing listens on other interfaces.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

__all__ = ["HOSTS", "TLS_HOST", "Server", "Tls", "can_listen", "serving"]

HOSTS = tuple(f"127.0.1.{number}" for number in range(1, 201))
TLS_HOST = "127.0.2.1"
DELAY = 0.05  # seconds
_STATUS_HOST = "127.0.0.1"
_MODULES = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules")
_ECHO = "ngx_http_echo_module.so"
_PAGE = (
    "<!DOCTYPE html><html lang=en><head><title>Notices</title></head><body><h1>Notices</h1>"
    f"<p>{'What you need to know about the portal. ' * 20}</p></body></html>"
)
_CONFIG = """
{head}
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  log_format asked "$request_method $scheme://$http_host$request_uri";
  default_type "text/html; charset=utf-8";
  keepalive_timeout 60s;
  keepalive_requests 10000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""


@frozen
class Tls:
    """The PEM file of a TLS server: its key and the chain of its certificate."""

    file: Path


@frozen
class Server:
    """Its ports: answers at once, after a delay (None where it cannot wait), or with a log."""

    folder: Path
    immediate: int
    logged: int
    status: int
    delayed: int | None

    def requests(self) -> int:
        """How many requests came so far, this one included."""
        connection = http.client.HTTPConnection(_STATUS_HOST, self.status, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            accepts_handled_requests = connection.getresponse().read().splitlines()[2]
        return int(accepts_handled_requests.split()[2])

    def log(self) -> list[str]:
        """What was asked of the port with a log, as ``GET http://…``."""
        return (self.folder / "asked.log").read_text("utf-8").splitlines()


def can_listen(host: str, port: int) -> bool:
    """Whether this process may listen there."""
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def serving(folder: Path, tls: Tls | None = None) -> Iterator[Server]:
    """An nginx while the context lasts. Raises OSError when there is none or it does not start."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise FileNotFoundError("no nginx")
    echo = next((path for one in _MODULES if (path := Path(one, _ECHO)).exists()), None)
    immediate, logged, status, delayed = _free_ports(4)
    server = Server(folder, immediate, logged, status, delayed if echo else None)
    config = folder / "nginx.conf"
    config.write_text(_config(server, echo, tls), "utf-8")
    process = subprocess.Popen(
        [program, "-p", folder, "-e", folder / "error.log", "-c", config],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((HOSTS[0], 0))) for _ in range(number)]
        return [one.getsockname()[1] for one in sockets]


def _config(server: Server, echo: Path | None, tls: Tls | None) -> str:
    at_once = f"location / {{ return 200 '{_PAGE}'; }}"
    later = f"location / {{ echo_sleep {DELAY}; echo '{_PAGE}'; }}"
    log = f"access_log {server.folder}/asked.log asked; {at_once}"
    servers = [
        _server(HOSTS, server.immediate, at_once),
        _server(HOSTS, server.logged, log),
        _server((_STATUS_HOST,), server.status, "location / { stub_status; }"),
    ]
    if server.delayed is not None:
        servers.append(_server(HOSTS, server.delayed, later))
        if tls is not None:
            files = f"ssl_certificate {tls.file}; ssl_certificate_key {tls.file}; "
            servers.append(_server((TLS_HOST,), "443 ssl", files + later))
    head = [f"load_module {echo};"] if echo else []
    if os.geteuid() == 0:
        head.append("user root;")  # who else may write to the folder?
    return _CONFIG.format(head="\n".join(head), folder=server.folder, servers="\n  ".join(servers))


def _server(hosts: Sequence[str], port: int | str, body: str) -> str:
    listen = " ".join(f"listen {host}:{port};" for host in hosts)
    return f"server {{ {listen} {body} }}"


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            server.requests()
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    log = server.folder / "error.log"
    said = log.read_text("utf-8", "replace").strip() if log.exists() else ""
    raise OSError(f"nginx does not start: {said[-300:]}")

"""Starts the servers that are measured, one at a time, each on a free port with a directory of its own.

A contender is one process (or a master and its worker) and runs on the first processor. The load generator and the fake
provider share the last processor, so that they take no CPU time from the server.
"""
import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("BELAY_BENCH_BUILD", REPOSITORY / "build"))
PEERS = Path(__file__).resolve().parent / "peers"
PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER_ON, LOAD_ON = PROCESSORS[0], PROCESSORS[-1]
START_DEADLINE = 20.0


class BenchError(Exception):
    """The bench cannot continue. The text says why, and what to do."""


class NotInstalled(BenchError):
    """This contender is optional, and is skipped."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


ALL_PROCESSORS = None


def pinned(processor):
    """`processor`: one of PROCESSORS, or ALL_PROCESSORS."""
    return lambda: os.sched_setaffinity(0, PROCESSORS if processor is ALL_PROCESSORS else {processor})


class Server:
    """A process with a temporary directory. Use it in a `with`, which stops it and removes the directory."""

    protocol = "openai"

    def __init__(self, command, environment=None, processor=SERVER_ON, home=None):
        self.home = Path(home or tempfile.mkdtemp(prefix="belay-bench-"))
        self.log = self.home / "log"
        self.output = open(self.home / "output", "w+b")
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=open(self.log, "wb"),
            env={**os.environ, **(environment or {})},
            preexec_fn=pinned(processor),
        )
        self.port = 0
        self.token = "none"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL if self.kill_at_once else signal.SIGTERM)
        self.process.wait(20)
        self.output.close()
        shutil.rmtree(self.home, ignore_errors=True)

    kill_at_once = True

    # Further lines of TOML for Belay's [[providers]] table, when this server is the provider.
    settings = ""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self):
        return [self.process.pid]

    def await_line(self, beginning: str) -> str:
        """Waits for a line of standard output that begins with `beginning`, and returns the rest of that line."""
        end = time.monotonic() + START_DEADLINE
        while time.monotonic() < end:
            self.output.seek(0)
            for line in self.output.read().decode().split("\n")[:-1]:
                if line.startswith(beginning):
                    return line[len(beginning):].strip()
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        raise BenchError(f"{self.process.args[0]} did not start:\n{self.log.read_text()[-2000:]}")

    def await_port(self, deadline=START_DEADLINE):
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise BenchError(f"nothing listens on port {self.port}:\n{self.log.read_text()[-2000:]}")

    def load_arguments(self):
        return ["--protocol", self.protocol, "--port", self.port, "--token", self.token]


def floor(work, provider=None):
    server = Server([BUILD / "bench/bench_floor", "--work", work, *(["--provider", provider.port] if provider else [])])
    server.port = int(server.await_line("LISTENING "))
    return server


def provider():
    """Starts the fake language model. It shares the load generator's processor."""
    server = Server([BUILD / "bench/bench_provider"], processor=LOAD_ON)
    server.port = int(server.await_line("LISTENING "))
    return server


def make_certificate(home):
    """Makes cert.pem and key.pem in the directory, for localhost."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", home / "key.pem", "-out", home / "cert.pem"],
        check=True, stderr=subprocess.DEVNULL)


class Belay(Server):
    """Belay with its defaults (durability `process`, log level info), one loop, and limits that allow one user to do all.

    With `tls`, `port` is the port for TLS. With `protocol` "openai", the clients use the OpenAI surface: one request, which the
    stream answers.
    """

    KEY = "the bench signs its own tokens with this"

    def __init__(self, provider=None, settings="", environment=None, provider_settings="", tls=False, protocol="belay",
                 loops=1, processor=SERVER_ON):
        self.protocol = protocol
        home = Path(tempfile.mkdtemp(prefix="belay-bench-"))
        if tls:
            make_certificate(home)
            settings += f'[server.tls]\ncertificate = "{home}/cert.pem"\nkey = "{home}/key.pem"\nport = 0\n'
        row = (
            f'kind = "openai"\nbase_url = "{provider.address}/v1"\nmax_concurrent = 20000\n{provider.settings}{provider_settings}'
            if provider
            else 'kind = "scripted"\n'
        )
        (home / "belay.toml").write_text(
            f"[process]\nthreads = {loops}\n"
            f"[assistant]\nmax_active_per_user = 10000\nmax_active = 20000\nrate_chat = 10000\n"
            f'rate_window = "1s"\n[openai]\nmax_active_per_user = 10000\nmax_active = 20000\nrate = 10000\nrate_window = "1s"\n{settings}\n'
            f'[[providers]]\nname = "bench"\n{row}\n'
            f'[[models]]\nalias = "bench"\nprovider = "bench"\nwindow = 1000000\nmax_output = 100000\n'
            f'[[auth.keys]]\nenv = "BENCH_KEY"\nalg = "HS256"\n'
        )
        super().__init__(
            [BUILD / "belay", "serve", "--config", home / "belay.toml", "--port", 0, "--data", home / "data"],
            {"BENCH_KEY": self.KEY, **(environment or {})},
            processor=processor,
            home=home,
        )
        self.port = int(self.await_line("listening on https" if tls else "listening on ").rsplit(":", 1)[1])
        self.token = self.sign({"sub": "bench", "exp": 2**32})

    def sign(self, claims) -> str:
        def part(data: bytes) -> str:
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

        signed = f'{part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())}.{part(json.dumps(claims).encode())}'
        return f"{signed}.{part(hmac.new(self.KEY.encode(), signed.encode(), hashlib.sha256).digest())}"


class Nginx(Server):
    """nginx with one worker, as an unbuffered reverse proxy or with nchan's channels."""

    kill_at_once = False

    def __init__(self, server_text, http_text="", modules="", processor=SERVER_ON):
        self.executable = shutil.which("nginx") or "/usr/sbin/nginx"
        if not Path(self.executable).exists():
            raise BenchError("nginx is not installed: apt-get install nginx-light libnginx-mod-nchan, or ./dev bench")
        home = Path(tempfile.mkdtemp(prefix="belay-bench-"))
        port = free_port()
        (home / "nginx.conf").write_text(
            f"{modules}\ndaemon off;\nmaster_process on;\nworker_processes 1;\nworker_rlimit_nofile 20000;\n"
            f"pid {home}/pid;\nerror_log {home}/log warn;\n"
            f"events {{ worker_connections 20000; }}\n"
            f"http {{ access_log off; default_type text/plain; keepalive_requests 1000000; client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;\n"
            f"fastcgi_temp_path {home}/fastcgi; scgi_temp_path {home}/scgi; uwsgi_temp_path {home}/uwsgi; {http_text}\n"
            f"server {{ listen 127.0.0.1:{port} backlog=4096; {server_text} }} }}\n"
        )
        super().__init__([self.executable, "-p", home, "-c", home / "nginx.conf"], processor=processor, home=home)
        self.port = port
        self.await_port()
        end = time.monotonic() + START_DEADLINE
        while not self.pids and time.monotonic() < end:  # nginx listens before its worker exists
            time.sleep(0.01)

    @property
    def pids(self):
        """The worker's process id. The master does no work, so it is not measured."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children]


PASS_THROUGH = (
    "location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ''; "
    "proxy_buffering off; }"
)


def upstream(provider):
    return f"upstream provider {{ server 127.0.0.1:{provider.port}; keepalive 1024; }}"


def nginx_relay(provider):
    return Nginx(PASS_THROUGH, upstream(provider))


class TlsFront(Nginx):
    """Makes the fake language model available over TLS: an nginx in front of it. `http2`: also over HTTP/2."""

    def __init__(self, provider, http2=False, processor=LOAD_ON):
        self.keys = Path(tempfile.mkdtemp(prefix="belay-bench-"))
        make_certificate(self.keys)
        self.tls_port = free_port()
        self.settings = f'ca_file = "{self.keys}/cert.pem"\n'
        try:
            super().__init__(
                f"listen 127.0.0.1:{self.tls_port} ssl{' http2' if http2 else ''}; ssl_certificate {self.keys}/cert.pem; "
                f"ssl_certificate_key {self.keys}/key.pem; http2_max_concurrent_streams 128; {PASS_THROUGH}",
                upstream(provider),
                processor=processor,
            )
        except BaseException:
            shutil.rmtree(self.keys, ignore_errors=True)
            raise

    @property
    def address(self):
        return f"https://localhost:{self.tls_port}"

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        shutil.rmtree(self.keys, ignore_errors=True)


def nchan():
    server = Nginx(
        "location = /publish { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 10; } "
        "location = /subscribe { nchan_subscriber eventsource; nchan_channel_id bench; }",
        modules="load_module /usr/lib/nginx/modules/ngx_nchan_module.so;",
    )
    server.protocol = "get"
    return server


def node_relay(provider):
    node = shutil.which("node")
    if not node:
        raise BenchError("node is not installed: apt-get install nodejs, or ./dev bench")
    server = Server([node, PEERS / "node_relay.mjs", provider.port])
    server.port = int(server.await_line("LISTENING "))
    return server


def litellm_relay(provider):
    """LiteLLM's proxy, if there is one: the environment variable BELAY_BENCH_LITELLM or PATH names its program."""
    program = os.environ.get("BELAY_BENCH_LITELLM") or shutil.which("litellm")
    if not program:
        raise NotInstalled("LiteLLM is not installed. To measure it, run `python3 -m venv litellm && "
                           "litellm/bin/pip install 'litellm[proxy]'`, and set BELAY_BENCH_LITELLM=$PWD/litellm/bin/litellm")
    home = Path(tempfile.mkdtemp(prefix="belay-bench-"))
    (home / "litellm.yaml").write_text(
        f"model_list: [{{model_name: bench, litellm_params: {{model: openai/bench-1, api_base: '{provider.address}/v1', api_key: none}}}}]\n"
    )
    port = free_port()
    key = f"sk-{os.urandom(24).hex()}"
    server = Server([program, "--config", home / "litellm.yaml", "--host", "127.0.0.1", "--port", port, "--num_workers", 1],
                    {"LITELLM_TELEMETRY": "False", "LITELLM_MASTER_KEY": key, "NO_PROXY": "*", "no_proxy": "*"}, home=home)
    server.token = key
    server.port = port
    server.await_port(deadline=90)
    return server

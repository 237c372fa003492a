"""The scenarios: what is measured (F1 to F15 of docs/REQUIREMENTS.md), with which contenders, and the goals.

Each scenario runs in turns: all its contenders once, then all again. A figure is the median of the turns. A ratio is
computed within each turn, because the load on the machine changes less within a turn; then the median is taken.
"""
import json
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional

from contenders import (ALL_PROCESSORS, BUILD, LOAD_ON, SERVER_ON, Belay, BenchError, TlsFront, floor, litellm_relay, nchan,
                        nginx_relay, node_relay, pinned, provider)

WORDS = "echo:{tokens} words @{rate}/s"
PROVIDED = "bench:{tokens}@{rate}"


def load(server, patience=60, program="bench_load", **wishes) -> dict:
    """Runs a load generator against a server and returns its figures. `wishes` are its options."""
    command = [BUILD / "bench" / program, *server.load_arguments(), "--pids", ",".join(map(str, server.pids))]
    for name, value in {"patience": patience, **wishes}.items():
        command += [f"--{name}", value]
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=patience + 30,
        preexec_fn=pinned(LOAD_ON),
    )
    if done.returncode != 0:
        raise BenchError(f"{done.stderr.decode().strip()}\nthe server's log:\n{server.log.read_text()[-1500:]}")
    seen = json.loads(done.stdout)
    if seen["failures"]:
        raise BenchError(f"{seen['failures']} failures: {done.stderr.decode().strip()}")
    return seen


def private_mib(server) -> float:
    """Memory that only the server has written to (Private_Dirty), as the load generator counts it."""
    lines = (line for pid in server.pids for line in open(f"/proc/{pid}/smaps_rollup"))
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")) / 1024


def cpu_per_token(seen) -> float:
    return seen["cpu_seconds"] * 1e6 / max(seen["tokens"], 1)


@dataclass
class Goal:
    """A goal: Belay's `figure` is at most `limit` (or at least, with `at_least`).

    With `against`, the goal is for the ratio of Belay's figure to that contender's figure. `of`: which of Belay's contenders.
    """

    id: str
    figure: str
    limit: float
    against: Optional[str] = None
    at_least: bool = False
    of: str = "belay"


@dataclass
class Scenario:
    name: str
    title: str
    contenders: Dict[str, Callable[[], dict]]
    units: Dict[str, str]
    goals: List[Goal] = field(default_factory=list)
    turns: int = 3
    note: str = ""
    seconds: float = 10  # how long one turn takes: keeps the sum of all scenarios within run.py's MAX_SECONDS


# ---- F1

IDLE = 10_000


def idle(server, **wishes):
    seen = load(server, connections=IDLE, warm=1, window=0.2, **wishes)
    return {"memory": (seen["private_kib"] - seen["private_before_kib"]) / IDLE}


def idle_belay():
    with Belay() as server:
        return idle(server, shared=1, prompt=WORDS.format(tokens=1000, rate=0.01))


def idle_nchan():
    with nchan() as server:
        return idle(server, path="/subscribe")


def idle_floor():
    with floor("sender") as server:
        server.protocol = "get"
        return idle(server, path="/idle")


# ---- F2, F3

PACED = 10_000
PACED_RATE = 5
READERS = 1_000
FANOUT_RATE = 25


def paced(server, **wishes):
    seen = load(server, connections=PACED, warm=1, window=4, **wishes)
    return {"cpu": cpu_per_token(seen), "rate": seen["tokens"] / seen["seconds"]}


def paced_belay():
    with Belay() as server:
        return paced(server, prompt=WORDS.format(tokens=10_000, rate=PACED_RATE))


def paced_huge_pages():
    with Belay(environment={"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}) as server:
        return paced(server, prompt=WORDS.format(tokens=10_000, rate=PACED_RATE))


def paced_shared():
    with Belay() as server:
        return paced(server, shared=1, prompt=WORDS.format(tokens=10_000, rate=PACED_RATE))


def paced_floor():
    with floor("sender") as server:
        server.protocol = "get"
        return paced(server, path=f"/paced?{PACED_RATE}")


def paced_nchan():
    with nchan() as server:
        return paced(server, path="/subscribe", publish="/publish", rate=PACED_RATE)


def fanout(server, **wishes):
    seen = load(server, connections=READERS, warm=1, window=4, **wishes)
    return {"cpu": cpu_per_token(seen), "rate": seen["tokens"] / seen["seconds"]}


def fanout_of(server):
    return fanout(server, shared=1, prompt=PROVIDED.format(tokens=10_000, rate=FANOUT_RATE))


def fanout_belay():
    with provider() as model, Belay(model) as server:
        return fanout_of(server)


def fanout_floor():
    with floor("sender") as server:
        server.protocol = "get"
        return fanout(server, path=f"/fanout?{FANOUT_RATE}")


def fanout_nchan():
    with nchan() as server:
        return fanout(server, path="/subscribe", publish="/publish", rate=FANOUT_RATE)


# ---- F4, F5, F7: an answer relayed

STREAMS = 500
STREAM_RATE = 50
MANY_STREAMS, MANY_RATE = 5_000, 5
FULL_TOKENS = 20_000
FULL_STREAMS = 50
ACTIVE = 1_000


def relayed_by(start, measure):
    def run():
        with provider() as model, start(model) as server:
            return measure(server)

    return run


def relay(server, streams=STREAMS, rate=STREAM_RATE):
    seen = load(server, connections=streams, warm=1, window=4, prompt=PROVIDED.format(tokens=100_000, rate=rate))
    return {
        "cpu": cpu_per_token(seen),
        "rate": seen["tokens"] / seen["seconds"],
        "p50": seen["latency_p50_us"],
        "p99": seen["latency_p99_us"],
    }


def relay_few(server):
    """Half the streams at half the rate: the nginx that adds HTTP/2 shares a processor with the load generator."""
    return relay(server, STREAMS // 2, STREAM_RATE // 2)


def relay_gateways(server):
    """What a gateway in Python can carry on one processor."""
    return relay(server, 20, 10)


def relay_many(server):
    return relay(server, MANY_STREAMS, MANY_RATE)


def loops_of(measure, loops):
    """They share the processors with the load generator, so only their CPU time per event says something."""
    def run():
        with provider() as model, Belay(model, loops=loops, processor=ALL_PROCESSORS) as server:
            return {"cpu": measure(server)["cpu"]}

    return run


def relay_fast(server):
    return relay(server, STREAMS, 2 * STREAM_RATE)


CURL = 'http_client = "curl"\n'


def relay_http2():
    with provider() as model, TlsFront(model, http2=True) as front, Belay(front, provider_settings=CURL) as server:
        return relay_few(server)


def relay_tls(provider_settings=""):
    with provider() as model, TlsFront(model) as front, Belay(front, provider_settings=provider_settings) as server:
        return relay_few(server)


# ---- F12: HTTP/2 and TLS to the clients

HTTP2_CONNECTIONS = 100
HTTP2_STREAMS = 10  # of each
HTTP2_RATE = 5


def served_http2(server):
    seen = load(
        server, program="bench_load_http2", connections=HTTP2_CONNECTIONS, streams=HTTP2_STREAMS, warm=1, window=4,
        prompt=PROVIDED.format(tokens=100_000, rate=HTTP2_RATE),
    )
    return {
        "cpu": cpu_per_token(seen),
        "rate": seen["tokens"] / seen["seconds"],
        "p50": seen["latency_p50_us"],
        "p99": seen["latency_p99_us"],
        "memory": (seen["private_kib"] - seen["private_before_kib"]) / (HTTP2_CONNECTIONS * HTTP2_STREAMS),
    }


def http2_belay():
    with provider() as model, Belay(model, tls=True) as server:
        return served_http2(server)


def http2_nginx():
    with provider() as model, TlsFront(model, http2=True, processor=SERVER_ON) as server:
        server.port = server.tls_port
        return served_http2(server)


def relay_full(server):
    seen = load(
        server, connections=FULL_STREAMS, tokens=FULL_TOKENS, prompt=PROVIDED.format(tokens=FULL_TOKENS, rate=0)
    )
    if seen["exact"] != FULL_STREAMS:
        raise BenchError(f"only {seen['exact']} of {FULL_STREAMS} answers came whole")
    return {"speed": seen["tokens"] / seen["cpu_seconds"] / 1e6}


def active_memory(server):
    seen = load(server, connections=ACTIVE, warm=2, window=0.2, prompt=PROVIDED.format(tokens=100_000, rate=5))
    return {"memory": (seen["private_kib"] - seen["private_before_kib"]) / ACTIVE}


# ---- F14

DISK_TOKENS = 500  # of an answer
DISK_ANSWERS = 4  # of each client


def written(server) -> int:
    """Bytes that the process has caused to be written to the disk."""
    return int(next(line for line in open(f"/proc/{server.pids[0]}/io") if line.startswith("write_bytes:")).split()[1])


class LargestFile(threading.Thread):
    """Watches how large the largest file with this name's end becomes below a directory."""

    def __init__(self, directory, end):
        super().__init__(daemon=True)
        self.directory, self.end, self.bytes, self.over = directory, end, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            for path in self.directory.rglob(f"*{self.end}"):
                try:
                    self.bytes = max(self.bytes, path.stat().st_size)
                except FileNotFoundError:
                    pass  # it was deleted meanwhile


def disk():
    with provider() as model, Belay(model) as server:
        wal = LargestFile(server.home, "-wal")
        wal.start()
        before = written(server)
        # Every answer ends and another one begins, so that events are moved to the store and logs are deleted.
        seen = load(server, 90, connections=STREAMS, requests=DISK_ANSWERS, tokens=DISK_TOKENS,
                    prompt=PROVIDED.format(tokens=DISK_TOKENS, rate=STREAM_RATE))
        time.sleep(3)  # what ended last is moved to the store
        wal.over.set()
        return {"written": (written(server) - before) / seen["tokens"], "wal": wal.bytes / 2**20, "rate": seen["tokens"] / seen["seconds"]}


RELAYS = {
    "belay": lambda model: Belay(model),
    "belay, Chat Completions": lambda model: Belay(model, protocol="openai"),
    "belay, libcurl": lambda model: Belay(model, provider_settings='http_client = "curl"\n'),
    "nginx": nginx_relay,
    "floor": lambda model: floor("relay", model),
    "node": node_relay,
    "LiteLLM": litellm_relay,
}


def relayed(measure, names=("belay", "belay, Chat Completions", "belay, libcurl", "nginx", "floor", "node")):
    return {name: relayed_by(RELAYS[name], measure) for name in names}


# ---- F6

FIRST_TOKENS = 500
THINK = 0.005  # seconds between an answer and the next question; Belay settles the ended answer in this time
PAIRS = 25


def latency(server):
    once = load(server, requests=FIRST_TOKENS, think=THINK, prompt=PROVIDED.format(tokens=1, rate=0))
    paced_tokens = load(server, requests=PAIRS, prompt=PROVIDED.format(tokens=20, rate=200))
    return {
        "first_p50": once["first_token_p50_us"],
        "first_p99": once["first_token_p99_us"],
        "token_p50": paced_tokens["latency_p50_us"],
        "token_p99": paced_tokens["latency_p99_us"],
    }


def latency_direct():
    with provider() as model:
        return latency(model)


# ---- F8, F9, F10


def started():
    begun = time.monotonic()
    with Belay() as server:
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=5).read()
        ready = time.monotonic() - begun
        time.sleep(0.5)
        return {"ready": ready * 1e3, "memory": private_mib(server)}


REPLAYED = 2_000


def resumed():
    with provider() as model, Belay(model) as server:
        seen = load(server, replays=20, tokens=REPLAYED, prompt=PROVIDED.format(tokens=REPLAYED, rate=0))
        if seen["exact"] != 21:
            raise BenchError(f"only {seen['exact']} of 21 replays were exact")
        return {
            "first_byte": seen["first_byte_p50_us"] / 1e3,
            "first_byte_p99": seen["first_byte_p99_us"] / 1e3,
            "whole": seen["replay_p50_us"] / 1e3,
            "chunks": seen["replay_chunks"],
        }


GENERATIONS = 10_000
GENERATION_TOKENS = 100


def ten_thousand():
    with Belay() as server:
        memory = [private_mib(server)]
        exact = []
        seconds = 0.0
        for rate in (PACED_RATE, 2 * PACED_RATE):
            prompt = WORDS.format(tokens=GENERATION_TOKENS, rate=rate)
            seen = load(server, 150, connections=GENERATIONS, tokens=GENERATION_TOKENS, prompt=prompt)
            exact.append(seen["exact"])
            seconds += seen["seconds"]
            time.sleep(3)  # Belay moves the ended answers to the store
            memory.append(private_mib(server))
        return {
            "exact": min(exact),
            "before": memory[0],
            "between": memory[1],
            "after": memory[2],
            "growth": memory[2] / memory[1],
            "seconds": seconds,
        }


CPU = {"cpu": "µs CPU per event", "rate": "events/s"}

ALL = [
    Scenario("idle", f"{IDLE:,} idle SSE connections", {"belay": idle_belay, "nchan": idle_nchan, "floor": idle_floor},
             {"memory": "KiB per connection"}, [Goal("F1", "memory", 2)], turns=2,
             note="Belay and nchan: all connections read one channel. The kernel's memory is not counted for any server."),
    Scenario("paced", f"{PACED:,} connections × {PACED_RATE} events/s",
             {"belay": paced_belay, "belay, huge pages": paced_huge_pages, "belay, one answer": paced_shared, "floor": paced_floor, "nchan": paced_nchan}, CPU,
             [Goal("F2", "cpu", 1.25, "floor")],
             note="belay: makes, logs, renders and sends 10,000 answers, each to its own reader. belay, huge pages: the same with "
                  "GLIBC_TUNABLES=glibc.malloc.hugetlb=1. belay, one answer, and nchan: all connections read the same answer.",
             seconds=50),
    Scenario("fanout", f"fan-out 1 → {READERS:,}, {FANOUT_RATE} events/s",
             {"belay": fanout_belay, "nchan": fanout_nchan, "floor": fanout_floor}, CPU, [Goal("F3", "cpu", 0.75, "nchan")], seconds=20),
    Scenario("relay", f"relay {STREAMS} streams × {STREAM_RATE} tokens/s", relayed(relay),
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [*(Goal("F4", figure, limit, "nginx", of=name) for name in ("belay", "belay, Chat Completions")
                for figure, limit in (("cpu", 1.05), ("p50", 1.0), ("p99", 1.3)))],
             note="Belay parses, logs (durability process) and renders each token, and can resume the stream; the others forward bytes. "
                  "belay, libcurl: the provider is called by libcurl instead of our own client.",
             seconds=30),
    Scenario("relay-few", f"relay {STREAMS // 2} streams × {STREAM_RATE // 2} tokens/s", relayed(relay_few, ("belay", "nginx")),
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [Goal("F4b", "cpu", 1.1, "nginx"), Goal("F4b", "p50", 1.1, "nginx"), Goal("F4b", "p99", 1.3, "nginx")], seconds=15),
    Scenario("relay-fast", f"relay {STREAMS} streams × {2 * STREAM_RATE} tokens/s", relayed(relay_fast, ("belay", "nginx")),
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [Goal("F4b", "cpu", 1.1, "nginx"), Goal("F4b", "p50", 1.1, "nginx"), Goal("F4b", "p99", 1.3, "nginx")], seconds=15),
    Scenario("relay-many", f"relay {MANY_STREAMS:,} streams × {MANY_RATE} tokens/s", relayed(relay_many, ("belay", "nginx")),
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [Goal("F15", "cpu", 1.15, "nginx"), Goal("F15", "p50", 1.1, "nginx"), Goal("F15", "p99", 1.43, "nginx")], turns=2, seconds=30,
             note="The goals are those of 500 streams × 50 tokens/s, and 10 % more."),
    Scenario("loops", "two loops instead of one, on the load generator's processors",
             {f"{name}, {count}": loops_of(measure, loops)
              for name, measure in (("relay", relay), ("fan-out", fanout_of)) for count, loops in (("one loop", 1), ("two loops", 2))},
             {"cpu": "µs CPU per event"}, [Goal("F15", "cpu", 1.1, f"{name}, one loop", of=f"{name}, two loops") for name in ("relay", "fan-out")], turns=2, seconds=40),
    Scenario("gateways", "relay 20 streams × 10 tokens/s", relayed(relay_gateways, ("belay, Chat Completions", "nginx", "node", "LiteLLM")),
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"}, turns=1, seconds=45),
    Scenario("relay-http2", f"relay {STREAMS // 2} streams × {STREAM_RATE // 2} tokens/s, provider over HTTP/2",
             {"belay": relay_http2, **{f"{name}, HTTP/1.1": relayed_by(RELAYS[name], relay_few) for name in ("belay", "nginx")}},
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [Goal("F11", "cpu", 1.3, "nginx, HTTP/1.1")], seconds=25,
             note="belay: HTTP/2 and TLS to an nginx, which gets the tokens from the fake provider over HTTP/1.1."),
    Scenario("relay-tls", f"relay {STREAMS // 2} streams × {STREAM_RATE // 2} tokens/s, provider over TLS",
             {"belay": relay_tls, "belay, libcurl": lambda: relay_tls(CURL), "nginx, HTTP/1.1": relayed_by(RELAYS["nginx"], relay_few)},
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99"},
             [Goal("F11", "cpu", 1.4, "nginx, HTTP/1.1"), Goal("F11", "p50", 1.0, "belay, libcurl"), Goal("F11", "p99", 1.0, "belay, libcurl")],
             seconds=30, note="belay: HTTP/1.1 and TLS to an nginx, which gets the tokens from the fake provider without TLS."),
    Scenario("http2", f"{HTTP2_CONNECTIONS * HTTP2_STREAMS:,} relayed streams on {HTTP2_CONNECTIONS} HTTP/2 connections × {HTTP2_RATE} tokens/s",
             {"belay": http2_belay, "nginx": http2_nginx},
             {"cpu": "µs CPU per token", "rate": "tokens/s", "p50": "µs, latency p50", "p99": "µs, p99", "memory": "KiB per stream"},
             [Goal("F12", "cpu", 1.3, "nginx"), Goal("F12", "p99", 1.3, "nginx")],
             seconds=25, note="HTTP/2 and TLS to the clients, HTTP/1.1 to the fake provider."),
    Scenario("relay-full", f"relay {FULL_STREAMS} streams at full speed", relayed(relay_full),
             {"speed": "M tokens per CPU second"}, [Goal("F5", "speed", 1.0, "nginx", at_least=True)]),
    Scenario("latency", "latency on one connection", {"direct": latency_direct, **relayed(latency, ("belay", "belay, Chat Completions", "nginx"))},
             {"first_p50": "µs to the first token, p50", "first_p99": "µs, p99", "token_p50": "µs per token, p50", "token_p99": "µs per token, p99"},
             [Goal("F6", "first_p50", 1.4, "nginx", of="belay, Chat Completions"), Goal("F6", "first_p99", 1.5, "nginx", of="belay, Chat Completions"),
              Goal("F6b", "first_p50", 1.5, "nginx"), Goal("F6b", "token_p50", 1.1, "nginx"), Goal("F6b", "token_p50", 1.1, "nginx", of="belay, Chat Completions")],
             seconds=30, note="belay: two round trips, POST and then GET; the others: one round trip."),
    Scenario("active-memory", f"{ACTIVE:,} relayed streams, memory of each", relayed(active_memory, ("belay", "nginx", "node")),
             {"memory": "KiB per stream"}, [Goal("F7", "memory", 14)], turns=2),
    Scenario("disk", f"{STREAMS} streams × {STREAM_RATE} tokens/s in answers of {DISK_TOKENS} tokens, what is written to the disk", {"belay": disk},
             {"written": "bytes written per token", "wal": "MiB, the database's log at most", "rate": "tokens/s"},
             [Goal("F14", "written", 40), Goal("F14", "wal", 64)], turns=1, seconds=50),
    Scenario("start", "start", {"belay": started}, {"ready": "ms to ready", "memory": "MiB private, idle"},
             [Goal("F8", "ready", 40), Goal("F8", "memory", 4)], turns=5),
    Scenario("resume", f"resume of a {REPLAYED:,}-token answer", {"belay": resumed},
             {"first_byte": "ms to the first byte, p50", "first_byte_p99": "p99", "whole": "ms to the last", "chunks": "chunks"},
             [Goal("F9", "first_byte", 1), Goal("F9", "chunks", 2)]),
    Scenario("ten-thousand", f"{GENERATIONS:,} generations at once, twice", {"belay": ten_thousand},
             {"exact": "complete and exact", "before": "MiB before", "between": "MiB after once", "after": "MiB after twice",
              "growth": "after twice ÷ after once", "seconds": "s"},
             [Goal("F10", "exact", GENERATIONS, at_least=True), Goal("F10", "growth", 1.1)], turns=1, seconds=70),
]

#!/usr/bin/env python3
"""Runs the cases of the Autobahn test suite against a WebSocket server that sends every message back.

    run_cases.py SUITE PORT [CASE...]

SUITE is a folder into which the package autobahntestsuite was installed. The suite's own runner needs Python 2 and
Twisted. This one loads the suite's cases, which are Python 2 too, and gives them a client of its own with the interface
that they use. In Python 2 text is bytes: here it is text with one character for each byte (Latin-1).

Left out: 12.* and 13.* (compression, which the server does not offer). Prints one line for each case that is not OK, and a
summary. Ends with 1 if a case failed or closed in a wrong way. A case that fails is run again, alone, up to four
times: many have a limit of a second, which a busy machine may miss.
"""

import asyncio
import base64
import binascii
import codecs
import os
import pathlib
import re
import sys
import types

AT_ONCE = 8
RUNS_ALONE = 4
CASE_DEADLINE = 60  # seconds
DROP_DEADLINE = 1  # how long the server may take to end the connection after both close frames


# ---- The suite's cases


class Utf8Validator:
    """As the cases use it: validate() of a whole text."""

    def reset(self):
        pass

    def validate(self, text):
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            decoder.decode(text.encode("latin-1"))
        except UnicodeDecodeError:
            return False, False
        return True, decoder.getstate()[0] == b""


class Protocol:
    """autobahn.websocket.protocol.WebSocketProtocol: constants."""

    STATE_CLOSED, STATE_CONNECTING, STATE_CLOSING, STATE_OPEN = range(4)


def hex_of(text):
    return binascii.b2a_hex(text if isinstance(text, bytes) else text.encode("latin-1")).decode()


def in_python_3(source):
    source = re.sub(r"(?m)^(\s*)print\b.*$", r"\1pass", source)
    source = source.replace("(object, Case, )", "(Case, )")  # no such order of bases
    return source.replace("len(self.payload) / self", "len(self.payload) // self")


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


class CaseFinder:
    """Finds the modules of the folder `case` by their names alone, as Python 2 does."""

    def __init__(self, folder):
        self.folder = folder

    def load(self, name):
        if name in sys.modules:
            return sys.modules[name]
        made = module(name, xrange=range, unichr=chr)
        text = in_python_3((self.folder / f"{name}.py").read_text(encoding="latin-1"))
        text = re.sub(r"(?m)^from (case[0-9]\w*) import", r"__load__('\1')\nfrom \1 import", text)
        made.__load__ = self.load
        exec(compile(text, f"{name}.py", "exec"), made.__dict__)
        return made


def load_cases(suite):
    folder = pathlib.Path(suite) / "autobahntestsuite" / "case"
    module("autobahn")
    module("autobahn.websocket")
    module("autobahn.websocket.protocol", WebSocketProtocol=Protocol)
    module("autobahn.websocket.utf8validator", Utf8Validator=Utf8Validator)
    sys.modules["binascii"] = types.SimpleNamespace(b2a_hex=hex_of)
    finder = CaseFinder(folder)
    base = finder.load("case").Case
    base.compare = lambda self, one, other: one == other
    listed = re.sub(r"(?m)^from .*$", "", (folder / "__init__.py").read_text(encoding="latin-1"))
    names = {}
    for path in sorted(folder.glob("case*_*.py")):
        if not re.match(r"case(12|13|9_9)", path.stem):
            names.update(vars(finder.load(path.stem)))
    sys.modules["binascii"] = binascii
    names.update(Case12_X_X=[], Case13_X_X=[], Case12_X_X_CaseSubCategories={}, Case13_X_X_CaseSubCategories={})
    exec(compile(in_python_3(listed), "__init__.py", "exec"), names)
    return {".".join(case.__name__[4:].split("_")): case for case in names["Cases"]}


# ---- The client of one case


def raw(payload):
    return payload if isinstance(payload, bytes) else payload.encode("latin-1")


def xor(data, mask):
    if not data:
        return b""
    repeated = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")


class Client(asyncio.Protocol):
    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007

    def __init__(self, case, host):
        self.loop = asyncio.get_running_loop()
        self.factory = types.SimpleNamespace(isServer=False)
        self.state = Protocol.STATE_CONNECTING
        self.connectionWasOpen = self.closedByMe = self.failedByMe = self.droppedByMe = self.wasClean = False
        self.remoteCloseCode = self.localCloseCode = self.localCloseReason = None
        self.createWirelog = True
        self.trafficStats = None
        self.autoFragmentSize = 0
        self.txFrameStats = {}
        self.received = b""
        self.message = []
        self.message_opcode = None
        self.outgoing = asyncio.Queue()
        self.is_over = self.loop.create_future()
        self.host = host
        self.case = case(self)

    # -- the connection

    def connection_made(self, transport):
        self.transport = transport
        self.sender = self.loop.create_task(self.send_all())
        self.key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET / HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {self.key}\r\n\r\n".encode()
        )

    def data_received(self, data):
        self.received += data
        if self.state == Protocol.STATE_CONNECTING:
            head, end, rest = self.received.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                raise SystemExit(f"the server refuses the handshake: {head!r}")
            self.received = rest
            self.state = Protocol.STATE_OPEN
            self.connectionWasOpen = True
            self.case.onOpen()
        while self.state != Protocol.STATE_CLOSED and self.take_frame():
            pass

    def connection_lost(self, _):
        self.state = Protocol.STATE_CLOSED
        self.sender.cancel()
        if not self.is_over.done():
            self.is_over.set_result(None)

    async def send_all(self):
        while True:
            data, chop = await self.outgoing.get()
            for at in range(0, len(data), chop):
                self.transport.write(data[at : at + chop])
                if chop < len(data):
                    await asyncio.sleep(0)

    # -- frames in

    def take_frame(self):
        data = self.received
        if len(data) < 2:
            return False
        length, at = data[1] & 0x7F, 2
        if length > 125:
            size = 2 if length == 126 else 8
            if len(data) < 2 + size:
                return False
            length, at = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
        if len(data) < at + length:
            return False
        assert data[0] & 0x70 == 0 and data[1] & 0x80 == 0, "the server's frame has reserved bits or a mask"
        payload, self.received = data[at : at + length], data[at + length :]
        self.take(data[0] & 0x0F, data[0] & 0x80 != 0, payload)
        return True

    def take(self, opcode, is_final, payload):
        text = payload.decode("latin-1")
        if opcode == 8:
            self.closed_by_server(payload)
        elif opcode == 9:
            self.sendFrame(opcode=10, payload=payload)
            self.case.onPing(text)
        elif opcode == 10:
            self.case.onPong(text)
        else:
            assert (opcode == 0) == (self.message_opcode is not None), "the server's fragments are in order"
            self.message_opcode = self.message_opcode or opcode
            self.message.append(text)
            if is_final:
                whole, binary = "".join(self.message), self.message_opcode == 2
                self.message, self.message_opcode = [], None
                self.case.onMessage(whole, binary)

    def closed_by_server(self, payload):
        self.remoteCloseCode = int.from_bytes(payload[:2], "big") if payload else None
        self.wasClean = True
        if self.state == Protocol.STATE_OPEN:
            self.outgoing.put_nowait((self.frame(8, payload[:2]), 1 << 30))
        self.state = Protocol.STATE_CLOSING
        self.case.onClose(True, self.remoteCloseCode, payload[2:].decode("latin-1"))
        self.loop.call_later(DROP_DEADLINE, self.drop)

    def drop(self):
        if not self.is_over.done():
            self.droppedByMe = True
            self.transport.abort()

    # -- what the cases call

    def frame(self, opcode, payload, fin=True, rsv=0):
        mask = os.urandom(4)
        length = len(payload)
        head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += bytes([0x80 | 126]) + length.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + length.to_bytes(8, "big")
        return head + mask + xor(payload, mask)

    def sendFrame(self, opcode, payload="", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        data = raw(payload)
        if payload_len is not None:
            data = (data * (payload_len // max(len(data), 1) + 1))[:payload_len]
        self.txFrameStats[opcode] = self.txFrameStats.get(opcode, 0) + 1
        self.outgoing.put_nowait((self.frame(opcode, data, fin, rsv), chopsize or 1 << 30))

    def sendMessage(self, payload, isBinary=False, fragmentSize=None):
        data = raw(payload)
        size = fragmentSize or self.autoFragmentSize or max(len(data), 1)
        pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
        for index, piece in enumerate(pieces):
            opcode = (2 if isBinary else 1) if index == 0 else 0
            self.sendFrame(opcode=opcode, payload=piece, fin=index == len(pieces) - 1)

    def beginMessage(self):
        pass

    def beginMessageFrame(self, length):
        self.frame_mask, self.frame_sent = os.urandom(4), 0
        assert 125 >= length
        self.outgoing.put_nowait((bytes([0x01, 0x80 | length]) + self.frame_mask, 1 << 30))

    def sendMessageFrameData(self, payload):
        data = raw(payload)
        turn = self.frame_sent % 4
        self.frame_sent += len(data)
        self.outgoing.put_nowait((xor(data, self.frame_mask[turn:] + self.frame_mask[:turn]), 1 << 30))

    def endMessage(self):
        self.sendFrame(opcode=0, fin=True)

    def sendClose(self, code=None, reason=None):
        if self.state == Protocol.STATE_OPEN:
            self.sendCloseFrame(code, reason)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        self.localCloseCode, self.localCloseReason = code, reasonUtf8
        payload = b"" if code is None else code.to_bytes(2, "big") + raw(reasonUtf8 or "")
        self.outgoing.put_nowait((self.frame(8, payload), 1 << 30))
        self.state = Protocol.STATE_CLOSING
        self.closedByMe = True

    def failConnection(self):
        self.failedByMe = True
        self.sendClose(1001)
        self.loop.call_later(DROP_DEADLINE, self.drop)

    def killAfter(self, delay):
        self.loop.call_later(delay, lambda: self.state == Protocol.STATE_OPEN and self.failConnection())

    def closeAfter(self, delay):
        self.loop.call_later(delay, lambda: self.state == Protocol.STATE_OPEN and self.sendClose())

    def continueLater(self, delay, fun, tag=None):
        self.loop.call_later(delay, lambda: self.state != Protocol.STATE_CLOSED and fun())

    def enableWirelog(self, enable):
        self.createWirelog = enable


# ---- All of them


class Outcome:
    def __init__(self, name, client):
        self.name = name
        self.behavior, self.close = client.case.behavior, client.case.behaviorClose
        self.why = f"{client.case.result} {client.case.resultClose} (close code {client.remoteCloseCode})"

    @property
    def passed(self):
        return self.behavior in ("OK", "NON-STRICT", "INFORMATIONAL") and self.close in ("OK", "INFORMATIONAL")


async def run_case(name, case, port):
    client = Client(case, f"127.0.0.1:{port}")
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(lambda: client, "127.0.0.1", port)
    try:
        await asyncio.wait_for(client.is_over, CASE_DEADLINE)
    except asyncio.TimeoutError:
        transport.abort()
    client.case.onConnectionLost(client.failedByMe)
    return Outcome(name, client)


async def run_all(cases, port):
    gate = asyncio.Semaphore(AT_ONCE)

    async def run_one(name, case):
        async with gate:
            return await run_case(name, case, port)

    outcomes = await asyncio.gather(*(run_one(name, case) for name, case in cases.items()))
    for number, (name, case) in enumerate(cases.items()):
        for _ in range(RUNS_ALONE):
            if outcomes[number].passed:
                break
            outcomes[number] = await run_case(name, case, port)
    return outcomes


def main():
    cases = load_cases(sys.argv[1])
    wanted = sys.argv[3:]
    if wanted:
        cases = {name: case for name, case in cases.items() if any(name == w or name.startswith(w + ".") for w in wanted)}
    outcomes = asyncio.run(run_all(cases, int(sys.argv[2])))
    for outcome in outcomes:
        if not outcome.passed or outcome.behavior == "NON-STRICT":
            print(outcome.name, outcome.behavior, outcome.close, outcome.why)
    failed = [o for o in outcomes if not o.passed]
    counts = {}
    for outcome in outcomes:
        counts[outcome.behavior] = counts.get(outcome.behavior, 0) + 1
    print(f"{len(outcomes)} cases, {len(failed)} failed: " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items())))
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())

"""A client of the Debug Adapter Protocol, as small as one breakpoint needs."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from .common import Done, Wrong

PATIENCE = 60.0  # seconds


def free_port() -> int:
    """Return the number of a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class DebugClient:
    """Stops a program that waits for a client at one line, evaluates there, and lets it go on.

    port: of the adapter. file, line: where to stop. expressions: evaluated in
    the frame that stopped. Afterwards answers holds their values, stack the
    (name, line) of the program's frames.
    """

    def __init__(self, port: int, file: str, line: int, expressions: tuple[str, ...]) -> None:
        self.port = port
        self.file = file
        self.line = line
        self.expressions = expressions
        self.answers: list[str] = []
        self.stack: list[tuple[str, int]] = []
        self._number = 0
        self._events: list[dict[str, Any]] = []

    def beside(self, program: Callable[[], Done]) -> Done:
        """Call *program*, which runs the one to be debugged, and act as its client meanwhile."""
        errors: list[BaseException] = []

        def act() -> None:
            try:
                self._act()
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        try:
            done = program()
            thread.join(PATIENCE)
        finally:
            if errors:
                raise Wrong(f"the client of the debugger failed: {errors[0]!r}")
        return done

    def _act(self) -> None:
        with self._connect() as connection:
            self._stream = connection.makefile("rwb")
            self._ask("initialize", adapterID="house", pathFormat="path", linesStartAt1=True)
            attaching = self._send("attach", justMyCode=False)
            self._event("initialized")
            self._ask("setBreakpoints", source={"path": self.file}, breakpoints=[{"line": self.line}])
            self._ask("configurationDone")
            self._answer(attaching)
            thread = self._event("stopped")["body"]["threadId"]
            frames = self._ask("stackTrace", threadId=thread)["body"]["stackFrames"]
            self.stack = [(frame["name"], frame["line"]) for frame in frames]
            for expression in self.expressions:
                answer = self._ask("evaluate", expression=expression, frameId=frames[0]["id"], context="repl")
                self.answers.append(answer["body"]["result"])
            self._ask("continue", threadId=thread)
            self._event("terminated")

    def _connect(self) -> socket.socket:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return connection

    def _send(self, command: str, **arguments: object) -> int:
        self._number += 1
        request = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(request).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._stream.flush()
        return self._number

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise ConnectionError("the debugger went away")
        message: dict[str, Any] = json.loads(self._stream.read(length))
        return message

    def _answer(self, number: int) -> dict[str, Any]:
        while True:
            message = self._read()
            if message["type"] == "response" and message["request_seq"] == number:
                if not message["success"]:
                    raise Wrong(f"the debugger refused: {message}")
                return message
            self._events.append(message)

    def _ask(self, command: str, **arguments: object) -> dict[str, Any]:
        return self._answer(self._send(command, **arguments))

    def _event(self, name: str) -> dict[str, Any]:
        while True:
            message = self._events.pop(0) if self._events else self._read()
            if message["type"] == "event" and message["event"] == name:
                return message

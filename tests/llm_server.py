"""A server of a language model as a process of its own: real HTTP, scripted replies, and a book of what was paid.

What it answers to a passage is written in the passage: a line `BEHAVE: slow broken 429 500 ...` plays these one after
the other, once each, before it answers as it should. A line `SAYS: ...` gives the words of the answer. Every reply with status 200 that left in full, or broke off on
its way, was paid: the book has a line for each, with the passage's number and the request's Idempotency-Key.
"""

import json
import math
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

_NUMBER = re.compile(r"Passage (\d+)\.")
_BEHAVE = re.compile(r"BEHAVE: ([\w ]+)")
_SAYS = re.compile(r"SAYS: (.+)")
_PROBS = re.compile(r"PROBS: ([\d=. ]+)")
_PASSAGE = re.compile(r"<(passage-[0-9a-f]{16})>\n(.*?)\n</\1>", re.DOTALL)
KEY = "sk-secret-of-the-test"


@dataclass(frozen=True)
class Model:
    """The running server as a test sees it."""

    address: str
    book: Path
    name: str = "one"

    @property
    def base_url(self) -> str:
        return f"{self.address}/{self.name}/v1"

    def named(self, name: str) -> "Model":
        """The same server with a page of the book, and a script, of its own."""
        return Model(self.address, self.book, name)

    def lines(self) -> list[dict[str, Any]]:
        """Every request that came, in the order of their ends."""
        if not self.book.exists():
            return []
        found = [json.loads(line) for line in self.book.read_text().splitlines() if line.endswith("}")]
        return [line for line in found if line["name"] == self.name]

    def paid(self) -> Counter[str]:
        """How often each passage was paid."""
        return Counter(one["passage"] for one in self.lines() if one["paid"])

    def asked(self) -> Counter[str]:
        return Counter(one["passage"] for one in self.lines())


@contextmanager
def model_server(folder: Path, delay: float = 0.0, key: str = "") -> Iterator[Model]:
    """The server, for as long as the block lasts. With a `key` it turns everybody else away."""
    folder.mkdir(parents=True, exist_ok=True)
    book = folder / f"book-{time.monotonic_ns()}.jsonl"
    command = [sys.executable, __file__, str(book), str(delay), key]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Model(f"http://127.0.0.1:{port}", book)
    finally:
        process.kill()
        process.wait(10)


class Handler(BaseHTTPRequestHandler):
    """One request: what it asks about, how the script wants it treated, and the line in the book."""

    protocol_version = "HTTP/1.1"
    book: Path
    delay = 0.0
    key = ""
    played: ClassVar[Counter[tuple[str, str]]] = Counter()
    under_way: ClassVar[Counter[str]] = Counter()
    most_under_way: ClassVar[Counter[str]] = Counter()
    lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.path.split("/")[1]

    def do_POST(self) -> None:
        with self.lock:
            self.under_way[self.name] += 1
            self.most_under_way[self.name] = max(self.most_under_way[self.name], self.under_way[self.name])
        try:
            self._answer()
        finally:
            with self.lock:
                self.under_way[self.name] -= 1

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = "\n".join(message["content"] for message in body["messages"])
        found = _NUMBER.search(text)
        passage = found[1] if found else "-"
        if not self.path.endswith("/v1/chat/completions"):
            return self._send(404, {"error": {"message": "no such path"}}, passage)
        if self.key and self.headers.get("Authorization") != f"Bearer {self.key}":
            told = f"Incorrect API key provided: {self.headers.get('Authorization', '').removeprefix('Bearer ')}"
            return self._send(401, {"error": {"message": told}}, passage)
        script = _BEHAVE.search(text)
        return self._behave(self._next(passage, script[1].split() if script else []), passage, body, text)

    def _next(self, passage: str, script: list[str]) -> str:
        with self.lock:
            turn = self.played[self.name, passage]
            self.played[self.name, passage] += 1
        return script[turn] if turn < len(script) else "well"

    def _behave(self, how: str, passage: str, body: dict[str, Any], text: str) -> None:
        match how:
            case "429":
                self._send(429, {"error": {"message": "slow down"}}, passage, {"Retry-After": "1"})
            case "500" | "503" | "400" | "401" | "302":
                extra = {"Location": "http://127.0.0.1:1/"} if how == "302" else {}
                self._send(int(how), {"error": {"message": f"scripted {how}"}}, passage, extra)
            case "broken":
                self._break(passage)
            case "slow":
                time.sleep(3)
                self._send(200, completion(reply(passage, text, body)), passage)
            case "html":
                self._send(200, b"<html>not JSON</html>", passage)
            case _:
                time.sleep(self.delay)
                self._send(200, _scripted(how, passage, text, body), passage)

    def _break(self, passage: str) -> None:
        """Half an answer, then silence: it was computed, so it was paid."""
        content = json.dumps(completion(reply(passage, "", {}))).encode()
        self._write(passage, 200)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _send(self, status: int, content: Any, passage: str, extra: dict[str, str] | None = None) -> None:
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._write(passage, status)
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(extra or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)
        except OSError:
            self.close_connection = True

    def _write(self, passage: str, status: int) -> None:
        line = {
            "name": self.name,
            "passage": passage,
            "status": status,
            "paid": status == 200,
            "key": self.headers.get("Idempotency-Key"),
            "at": time.time(),
            "most_under_way": self.most_under_way[self.name],
        }
        with self.lock, self.book.open("a") as book:
            book.write(json.dumps(line) + "\n")
            book.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the book, not the log."""


def reply(passage: str, text: str, body: dict[str, Any]) -> str:
    """What a good model would write: about this passage, with words of it as the quote."""
    if "ready" in text:
        return "ready"
    if said := _SAYS.search(text):
        return said[1]
    found = _PASSAGE.search(text)
    quote = " ".join(found[2].split()[:8]) if found else ""
    items = [
        {
            "question": f"Question {number} about matter {passage}?",
            "answer": f"The answer {number} is {passage}.",
            "quote": quote,
        }
        for number in (1, 2)
    ]
    return json.dumps({"items": items})


def _scripted(how: str, passage: str, text: str, body: dict[str, Any]) -> dict[str, Any]:
    good = reply(passage, text, body)
    match how:
        case "malformed":
            return completion('{"items": [{"question": "Half')
        case "truncated":
            return completion(good[:40], "length")
        case "empty":
            return completion("")
        case "schema":
            return completion(json.dumps({"items": [{"frage": "Was?"}, "text"]}))
        case "refusal":
            return completion("I'm sorry, but I cannot help with that.")
        case "filtered":
            return completion("", "content_filter")
        case "fenced":
            return completion(f"Here you are:\n```json\n{good}\n```\nI hope that helps.")
        case "copies":
            told = body["messages"][0]["content"]
            return completion(json.dumps({"items": [{"question": "What?", "answer": told, "quote": ""}]}))
        case "nochoices":
            return {"object": "chat.completion", "choices": []}
        case _:
            return _weighed(completion(good), text) if body.get("logprobs") else completion(good)


def _weighed(made: dict[str, Any], text: str) -> dict[str, Any]:
    """With the probabilities that a line `PROBS: 4=0.6 5=0.4` of the material gives its only token."""
    if found := _PROBS.search(text):
        listed = [one.split("=") for one in found[1].split()]
        tops = [{"token": token, "logprob": math.log(float(share))} for token, share in listed]
        made["choices"][0]["logprobs"] = {"content": [{**tops[0], "top_logprobs": tops}]}
    return made


def completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 100, "total_tokens": 600},
    }


def main(book: str, delay: str, key: str) -> None:
    Handler.book, Handler.delay, Handler.key = Path(book), float(delay), key
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:4])

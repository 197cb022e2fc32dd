"""A server that speaks what the hub's client speaks: who am I, create, preupload, Git LFS, tree and commit."""

import json
import re
from base64 import b64decode
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_standin"


class Hub(ThreadingHTTPServer):
    """`repos` holds the files by path; `objects` what came by LFS; `seen` each request and `commits` each commit."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.objects: dict[str, bytes] = {}
        self.seen: list[str] = []
        self.commits: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._route("GET")

    def do_POST(self) -> None:
        self._route("POST")

    def do_PUT(self) -> None:
        self._route("PUT")

    def _route(self, method: str) -> None:
        size = self.headers.get("Content-Length")
        body = self.rfile.read(int(size)) if size else self._chunks()
        path = unquote(urlsplit(self.path).path)
        self.server.seen.append(f"{method} {path}")
        if method != "PUT" and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(401, {"error": "Invalid credentials"})
            return
        for pattern, answer in _ROUTES.items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                self._say(*answer(self.server, body, *found.groups()))
                return
        self._say(404, {"error": f"not here: {path}"})

    def _chunks(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        out = b""
        while length := int(self.rfile.readline(), 16):
            out += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def _say(self, status: int, value: Any) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _whoami(hub: Hub, body: bytes) -> tuple[int, Any]:
    return 200, {"type": "user", "name": "clinic", "orgs": [], "auth": {}}


def _create(hub: Hub, body: bytes) -> tuple[int, Any]:
    asked = json.loads(body)
    name = f"{asked.get('organization') or 'clinic'}/{asked['name']}"
    if name in hub.repos:
        return 409, {"error": "You already created this dataset repo", "url": f"{hub.url}/datasets/{name}"}
    hub.repos[name] = {".gitattributes": b"*.jsonl filter=lfs\n"}
    hub.private[name] = asked.get("visibility") == "private" or bool(asked.get("private"))
    return 200, {"url": f"{hub.url}/datasets/{name}", "name": name, "id": "1"}


def _yaml(hub: Hub, body: bytes) -> tuple[int, Any]:
    import yaml

    content = json.loads(body)["content"]
    yaml.safe_load(content.split("---\n")[1])
    return 200, {"errors": [], "warnings": []}


def _preupload(hub: Hub, body: bytes, repo: str) -> tuple[int, Any]:
    files = [
        {
            "path": one["path"],
            "uploadMode": "lfs" if one["path"].startswith("data/") else "regular",
            "shouldIgnore": False,
            "oid": _oid(hub.repos[repo].get(one["path"])),
        }
        for one in json.loads(body)["files"]
    ]
    return 200, {"files": files, "commitOid": "0" * 40}


def _oid(content: bytes | None) -> str | None:
    return None if content is None else sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _batch(hub: Hub, body: bytes, repo: str) -> tuple[int, Any]:
    objects = []
    for one in json.loads(body)["objects"]:
        upload = {"upload": {"href": f"{hub.url}/lfs/{one['oid']}"}, "verify": {"href": f"{hub.url}/verify"}}
        objects.append({**one, **({} if one["oid"] in hub.objects else {"actions": upload})})
    return 200, {"transfer": "basic", "objects": objects}


def _put(hub: Hub, body: bytes, oid: str) -> tuple[int, Any]:
    hub.objects[oid] = body
    return (200, {}) if sha256(body).hexdigest() == oid else (400, {"error": "other bytes"})


def _verify(hub: Hub, body: bytes) -> tuple[int, Any]:
    asked = json.loads(body)
    return (200, {}) if len(hub.objects.get(asked["oid"], b"")) == asked["size"] else (404, {"error": "not here"})


def _tree(hub: Hub, body: bytes, repo: str) -> tuple[int, Any]:
    return 200, [
        {"type": "file", "path": path, "oid": _oid(content), "size": len(content)}
        for path, content in hub.repos[repo].items()
    ]


def _commit(hub: Hub, body: bytes, repo: str) -> tuple[int, Any]:
    files = dict(hub.repos[repo])
    for line in body.splitlines():
        one = json.loads(line)
        value = one["value"]
        match one["key"]:
            case "header":
                hub.commits.append(value["summary"])
            case "file":
                files[value["path"]] = b64decode(value["content"])
            case "lfsFile":
                files[value["path"]] = hub.objects[value["oid"]]
            case "deletedFile":
                del files[value["path"]]
    hub.repos[repo] = files
    url = f"{hub.url}/datasets/{repo}/commit/{'1' * 40}"
    return 200, {"commitUrl": url, "commitOid": "1" * 40, "success": True}


_ROUTES: dict[str, Any] = {
    "GET /api/whoami-v2": _whoami,
    "POST /api/repos/create": _create,
    "POST /api/validate-yaml": _yaml,
    "POST /api/datasets/(.+)/preupload/main": _preupload,
    r"POST /datasets/(.+)\.git/info/lfs/objects/batch": _batch,
    "PUT /lfs/(.+)": _put,
    "POST /verify": _verify,
    "GET /api/datasets/(.+)/tree/main": _tree,
    "POST /api/datasets/(.+)/commit/main": _commit,
}

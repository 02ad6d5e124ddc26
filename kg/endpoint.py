"""A language model behind an OpenAI-compatible endpoint, asked one prompt at a time; its answers are kept, so that a rebuild needs no endpoint.

Standard library only. A request has a time limit as a whole, an answer a size limit; redirects are not followed; proxies are those of
the environment, but none for this machine.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import KgError
from .proposals import INSTRUCTIONS, PROMPT
from .view import write_whole

LIMIT = 1 << 20  # bytes of an answer
_BUSY = (408, 409, 425, 429, 500, 502, 503, 504, 529)  # worth another try
_NEVER = (301, 302, 303, 307, 308, 401, 402, 403, 404, 405)  # so it will be for every prompt


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask and how. `timeout`: seconds for a request as a whole; `tries` for one prompt; after `failures` prompts in vain no more are sent."""

    url: str
    model: str
    timeout: float = 120.0
    tries: int = 3
    failures: int = 3
    pause: float = 1.0  # seconds before the second try; twice that before the third

    @property
    def host(self) -> str:
        """Host and port, as they are shown."""
        return urlsplit(self.url).netloc

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        name = urlsplit(self.url).hostname or ""
        try:
            return name == "localhost" or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def endpoint(url: str, model: str, timeout: float = 120.0) -> Endpoint:
    """An endpoint by the address that its /chat/completions is under. Raises KgError for an address or a name that is none."""
    url = url.rstrip("/").removesuffix("/chat/completions")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or not re.fullmatch(r"[!-~]+", url):
        raise KgError("llm-url", given=re.sub(r"//[^/]*@", "//…@", url))
    if not model.strip() or not model.isprintable():
        raise KgError("llm-model")
    return Endpoint(url, model, timeout)


def key(target: Endpoint) -> str:
    """The key to send: KG_LLM_KEY, else OPENAI_API_KEY, which goes only over https or to this machine. Raises KgError if it is no key."""
    found = os.environ.get("KG_LLM_KEY", "").strip()
    if not found and (target.local or target.url.startswith("https://")):
        found = os.environ.get("OPENAI_API_KEY", "").strip()
    if found and not re.fullmatch(r"[!-~]+", found):
        raise KgError("llm-key")
    return found


class Asker:
    """Asks prompts; remembers the answers in a folder (none if `cache` is None), by all that the answer depends on."""

    def __init__(self, target: Endpoint, cache: Path | None) -> None:
        self.target, self.cache, self.key = target, cache, key(target)
        self.left = target.failures
        if cache is not None:
            try:
                cache.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise KgError("out-unwritable", path=cache, why=error.strerror) from None

    def __call__(self, prompt: str) -> str:
        """The model's answer. Raises KgError: llm-failed; llm-stopped once too many have failed."""
        request = _request(self.target.model, prompt)
        name = hashlib.sha256(b"%d\n" % PROMPT + request).hexdigest()
        kept = self.cache / f"{name}.json" if self.cache is not None else None
        if kept is not None and (answer := _kept(kept)) is not None:
            return answer
        if self.left <= 0:
            raise KgError("llm-stopped", host=self.target.host)
        try:
            answer = self._ask(request)
        except _Failed as failed:
            self.left = 0 if failed.status in _NEVER else self.left - 1
            raise KgError("llm-failed", host=self.target.host, why=failed.why) from None
        if kept is not None:
            try:
                write_whole(kept, (json.dumps({"model": self.target.model, "prompt": PROMPT, "answer": answer}) + "\n").encode())
            except OSError as error:
                raise KgError("out-unwritable", path=kept, why=error.strerror) from None
        return answer

    def _ask(self, request: bytes) -> str:
        pause = self.target.pause
        for again in range(self.target.tries - 1, -1, -1):
            try:
                return _answer(_within(self.target, request, self.key))
            except _Failed as failed:
                if failed.status in (400, 422) and b"response_format" in request:  # a server that knows less of the interface
                    plain = {k: v for k, v in json.loads(request).items() if k in ("model", "messages", "temperature")}
                    request = json.dumps(plain, ensure_ascii=False).encode()
                    continue
                if failed.final or not again:
                    raise
                time.sleep(max(pause, failed.wait))
                pause *= 2
        raise _Failed("HTTP 400", final=True)


class _Failed(Exception):
    """A request in vain. `final`: the same one again would be so too. `wait`: seconds that the server asks for."""

    def __init__(self, why: str, *, final: bool = False, status: int = 0, wait: float = 0.0) -> None:
        self.why, self.final, self.status, self.wait = why, final, status, wait
        super().__init__(why)


def _request(model: str, prompt: str) -> bytes:
    messages = [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": prompt}]
    body = {"model": model, "messages": messages, "temperature": 0, "seed": 0, "response_format": {"type": "json_object"}, "stream": False}
    return json.dumps(body, ensure_ascii=False).encode()


def _kept(path: Path) -> str | None:
    """An answer kept, None where there is none or the file is damaged."""
    try:
        answer = json.loads(path.read_bytes())["answer"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return answer if isinstance(answer, str) else None


def _within(target: Endpoint, request: bytes, secret: str) -> bytes:
    """The reply's body. In a thread of its own: neither a name that is not resolved nor a server that drips can hold the build up."""
    done: queue.Queue[bytes | _Failed] = queue.Queue()

    def post() -> None:
        try:
            done.put(_post(target, request, secret))
        except _Failed as failed:
            done.put(failed)
        except Exception as error:  # whatever a strange server makes of the library
            done.put(_Failed(type(error).__name__))

    threading.Thread(target=post, daemon=True).start()
    try:
        reply = done.get(timeout=target.timeout)
    except queue.Empty:
        raise _late(target) from None
    if isinstance(reply, _Failed):
        raise reply
    return reply


def _late(target: Endpoint) -> _Failed:
    return _Failed(f"no answer in {target.timeout:g} s", final=True)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent goes to the host that was named, or nowhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(target: Endpoint, request: bytes, secret: str) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "gongfu-kg"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    opener = urllib.request.build_opener(_NoRedirect, *([urllib.request.ProxyHandler({})] if target.local else []))
    try:
        with opener.open(urllib.request.Request(target.url + "/chat/completions", request, headers), timeout=target.timeout) as reply:
            body: bytes = reply.read(LIMIT + 1)
    except urllib.error.HTTPError as error:
        asked = error.headers.get("Retry-After", "") if error.headers else ""
        wait = min(float(asked), 30.0) if re.fullmatch(r"\d+(\.\d+)?", asked) else 0.0
        raise _Failed(f"HTTP {error.code}", final=error.code not in _BUSY, status=error.code, wait=wait) from None
    except (OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, TimeoutError):
            raise _late(target) from None
        raise _Failed(getattr(cause, "strerror", None) or type(cause).__name__) from None
    if len(body) > LIMIT:
        raise _Failed(f"an answer of more than {LIMIT} bytes")
    return body


def _answer(body: bytes) -> str:
    """The message in a reply."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise _Failed("not a reply of the OpenAI kind") from None
    return content if isinstance(content, str) else ""

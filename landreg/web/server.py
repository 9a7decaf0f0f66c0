"""The worker of the web server, which answers in the reader's languages what never reaches the program."""

from __future__ import annotations

import socket
from typing import Any

from gunicorn import util
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

LONGEST_LINE = 8190
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>网址过长</title></head>
<body>
<h1>网址过长</h1>
<p>网址或查找的内容过长，系统没有处理。请缩短后再试，或<a href="/">回到首页</a>。</p>
<p lang="en">The address, or what was searched for, is too long. Shorten it and try again, or <a href="/">go to the
first page</a>.</p>
</body>
</html>
"""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads of gunicorn, with a page of our own for an address longer than LONGEST_LINE bytes (414, RFC 9110)."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be read."""
        if isinstance(exc, LimitRequestLine):
            util.write_nonblock(client, too_long())
        else:
            super().handle_error(req, client, addr, exc)


def too_long() -> bytes:
    """The whole answer to an address that is too long, in both languages: which one is read is not known yet."""
    page = _PAGE.encode()
    head = (
        "HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Security-Policy: default-src 'none'\r\nCache-Control: no-store\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page

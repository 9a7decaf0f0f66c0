"""Built assets sent packed to whom reads gzip: on a 3G phone the style sheet is a second's wait, and unpacked seven.

Only assets, which hold no secret: a page that shows what was typed beside a form's token is not packed, since the length of
the answer would then tell of the token (BREACH).
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join


def register(app: Flask) -> None:
    """Where `NAME.gz` lies beside a static file, send that."""
    whole = app.view_functions["static"]

    def static(filename: str) -> ResponseReturnValue:
        response = app.make_response(
            _packed(str(app.static_folder), filename) or app.ensure_sync(whole)(filename=filename)
        )
        response.vary.add("Accept-Encoding")
        return response

    app.view_functions["static"] = static


def _packed(folder: str, name: str) -> Response | None:
    file = safe_join(folder, f"{name}.gz")
    if file is None or not request.accept_encodings["gzip"] or not Path(file).is_file():
        return None
    response = send_from_directory(folder, f"{name}.gz", mimetype=mimetypes.guess_type(name)[0])
    response.headers["Content-Encoding"] = "gzip"
    return response

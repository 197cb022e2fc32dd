"""Static files that browsers may keep for ever, because their address changes with their content."""

import os

from starlette.responses import Response
from starlette.staticfiles import StaticFiles as Plain
from starlette.types import Scope


class StaticFiles(Plain):
    """An address with a mark of its content never changes; one without is asked for again each time."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        marked = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if marked else "no-cache"
        return response

"""The sign-in cookie."""

from fastapi import Request, Response

from app.settings import get_settings


def name() -> str:
    """Behind https the __Host- prefix binds the cookie to this very host."""
    return "__Host-winnow" if get_settings().secure_cookies else "winnow"


def token(request: Request) -> str:
    """The token that the browser sent, or an empty string."""
    return request.cookies.get(name(), "")


def remember(response: Response, token: str) -> None:
    """Give the browser its sign-in. It lasts as long as the row does; the row's clock is the one that counts."""
    settings = get_settings()
    response.set_cookie(
        name(),
        token,
        max_age=settings.session_days * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def forget(response: Response) -> None:
    """Take the sign-in out of the browser."""
    response.delete_cookie(name(), path="/", httponly=True, samesite="lax", secure=get_settings().secure_cookies)

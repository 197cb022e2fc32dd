"""Why a passage gave nothing, in words."""

from app.messages import Message, say
from app.services import refusals

TITLES: dict[str, Message] = {
    "lost": say("The answer was lost"),
    "not_json": say("The server answered with something else"),
    "not_a_completion": say("The server answered with something else"),
    "unavailable": say("The server did not answer"),
    "request_refused": say("The server turned the request away"),
    "endpoint_refused": say("The server turned the request away"),
    "model_refused": say("The model refused"),
    "truncated": say("The reply was cut off"),
    "empty": say("The reply is empty"),
    "no_json": say("The reply could not be read"),
    "wrong_form": say("The reply has another form"),
    "nothing_found": say("Nothing to ask about in this passage"),
    "empty_text": say("A part of the reply is empty"),
    "same_text": say("The answer repeats the question"),
    "copies_prompt": say("The reply repeats its instructions"),
    "not_shorter": say("The summary is no shorter"),
    "not_text": say("The reply holds no text"),
    "waiting": say("The answer has not arrived yet"),
}


def title(code: str) -> str:
    """A stable code as a person reads it."""
    return TITLES.get(code) or refusals.title(code)

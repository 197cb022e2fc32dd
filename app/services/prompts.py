"""A dataset's prompts, version by version. A version is never changed; whoever edits one makes the next."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from app.curation.generating import prompt as prompting
from app.curation.generating.defaults import DEFAULTS
from app.curation.generating.kinds import KINDS, Kind
from app.curation.generating.prompt import BadPrompt, Words
from app.messages import known, say
from app.models import Dataset, Prompt, PromptVersion
from app.services.errors import Conflict, Invalid, NotFound

LONGEST = 20_000
MOST_EXAMPLES = 200


def of(session: Session, dataset: Dataset) -> Sequence[tuple[Prompt, PromptVersion]]:
    """Each prompt with its newest version, by name; a dataset without any gets those that ship with the program."""
    return _newest(session, dataset.id) or _with_defaults(session, dataset)


def find(session: Session, dataset_id: int, prompt_id: int) -> Prompt:
    """NotFound."""
    found = session.get(Prompt, prompt_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such prompt in this dataset. Look for it in the list of prompts."))
    return found


def find_version(session: Session, dataset_id: int, version_id: int) -> tuple[Prompt, PromptVersion]:
    """NotFound."""
    found = session.get(PromptVersion, version_id)
    if found is None:
        raise NotFound(say("There is no such version of a prompt."))
    return find(session, dataset_id, found.prompt_id), found


def versions(session: Session, prompt: Prompt) -> Sequence[PromptVersion]:
    """All versions, newest first."""
    return session.scalars(
        select(PromptVersion).where(PromptVersion.prompt_id == prompt.id).order_by(PromptVersion.version.desc())
    ).all()


def version_of(session: Session, prompt: Prompt, number: int) -> PromptVersion:
    """NotFound."""
    mine = (PromptVersion.prompt_id == prompt.id, PromptVersion.version == number)
    found = session.scalar(select(PromptVersion).where(*mine))
    if found is None:
        raise NotFound(say("There is no such version of a prompt."))
    return found


def add(session: Session, dataset: Dataset, name: str, kind: str, words: Words, by: int | None) -> Prompt:
    """A prompt of one's own with its first version. Invalid, Conflict."""
    of(session, dataset)  # so that one's own does not stand in place of those that ship with the program
    if kind not in KINDS:
        raise Invalid(say("Choose what the prompt makes."), "kind")
    if session.scalar(select(Prompt.id).where(Prompt.dataset_id == dataset.id, Prompt.name == name.strip())):
        raise Conflict(say("There is a prompt of this name already. Choose another name."))
    prompt = Prompt(dataset_id=dataset.id, name=name.strip(), kind=kind)
    session.add(prompt)
    session.flush()
    save(session, prompt, words, by)
    return prompt


def save(session: Session, prompt: Prompt, words: Words, by: int | None) -> PromptVersion:
    """The next version; words that change nothing make none. Invalid."""
    _check(KINDS[prompt.kind], words)
    session.execute(select(Prompt.id).where(Prompt.id == prompt.id).with_for_update())
    newest = next(iter(versions(session, prompt)), None)
    examples = [dict(one) for one in words.examples]
    if newest and (newest.system, newest.user, newest.examples) == (words.system, words.user, examples):
        return newest
    version = PromptVersion(
        prompt_id=prompt.id,
        version=(newest.version if newest else 0) + 1,
        system=words.system,
        user=words.user,
        examples=examples,
        created_by=by,
    )
    session.add(version)
    session.flush()
    session.refresh(version)
    return version


def check_examples(prompt: Prompt, version: PromptVersion) -> None:
    """The examples that ship with a prompt only show where one's own go. Invalid where they were left as they are."""
    shipped = [default.words.examples for default in DEFAULTS if default.kind == prompt.kind]
    if not KINDS[prompt.kind].needs_passage and tuple(version.examples) in [tuple(one) for one in shipped]:
        raise Invalid(say("Put examples of your own into this prompt first: all that is made follows them."))


def words_of(version: PromptVersion) -> Words:
    return Words(version.system, version.user, version.examples)


def _check(kind: Kind, words: Words) -> None:
    if len(words.system) > LONGEST or len(words.user) > LONGEST:
        raise Invalid(say("Use %(number)s characters or fewer.", number=LONGEST), "user")
    if len(words.examples) > MOST_EXAMPLES:
        raise Invalid(say("Give at most %(number)s examples.", number=MOST_EXAMPLES), "examples")
    try:
        prompting.check(kind, words)
    except BadPrompt as error:
        raise Invalid(known(error.message), error.field) from error


def _newest(session: Session, dataset_id: int) -> Sequence[tuple[Prompt, PromptVersion]]:
    rows = session.execute(
        select(Prompt, PromptVersion)
        .join(PromptVersion, PromptVersion.prompt_id == Prompt.id)
        .where(Prompt.dataset_id == dataset_id, Prompt.retired_at.is_(None))
        .ext(distinct_on(Prompt.id))
        .order_by(Prompt.id, PromptVersion.version.desc())
    )
    return [(prompt, version) for prompt, version in rows]


def _with_defaults(session: Session, dataset: Dataset) -> Sequence[tuple[Prompt, PromptVersion]]:
    """Two people who look for the first time at the same moment get the same ones."""
    for default in DEFAULTS:
        added = session.scalar(
            insert(Prompt)
            .values(dataset_id=dataset.id, name=default.name, kind=default.kind)
            .on_conflict_do_nothing()
            .returning(Prompt.id)
        )
        if added is not None:
            save(session, session.get_one(Prompt, added), default.words, None)
    return _newest(session, dataset.id)

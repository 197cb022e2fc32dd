"""A generation as durable work: several requests under way at a time, each reply kept the moment it arrives."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.curation.generating.kinds import KINDS, Kind
from app.models import Generation, GenerationItem, ItemState, Job, JobKind, ModelEndpoint, Shard
from app.services import copying, generating, generating_requests, generating_storing, generating_tasks, jobs, llm
from app.services.generating_requests import Halted, Sent, Task, Wait
from app.services.jobs import Kind as JobOf
from app.services.jobs import ShardPlan, Stage
from app.services.working import Piece

log = logging.getLogger("winnow.generating")

ITEMS_PER_SHARD = 60
MOST_THREADS = 16
"""Each needs a connection of the process's pool for a moment."""
IN_A_ROW = 3
"""After so many requests in a row without an answer the model is taken for out of reach."""

OUT_OF_REACH = "The model’s server did not answer several requests in a row. {last}"


def _plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    numbers = session.scalars(
        select(GenerationItem.number)
        .where(GenerationItem.generation_id == job.params["generation_id"], GenerationItem.state == ItemState.WAITING)
        .order_by(GenerationItem.number)
    ).all()
    pieces = [numbers[first : first + ITEMS_PER_SHARD] for first in range(0, len(numbers), ITEMS_PER_SHARD)]
    return [ShardPlan({**job.params, "first": piece[0], "last": piece[-1]}, len(piece)) for piece in pieces]


def _work(piece: Piece) -> None:
    """Ask about the passages of one shard, then make samples of what was answered."""
    with piece.sessions.begin() as session:
        generation = session.get_one(Generation, piece.params["generation_id"], with_for_update=True)
        generating.settle(session, generation, piece.shard.id, piece.shard.attempt)
    with piece.reading() as session:
        generation = session.get_one(Generation, piece.params["generation_id"])
        endpoint = session.get_one(ModelEndpoint, generation.endpoint_id)
        kind = KINDS[generating_tasks.kind_of(session, generation)]
        is_over = bool(generation.halt or generation.stopping)
        tasks = () if is_over else generating_tasks.of(session, generation, piece.params["first"], piece.params["last"])
        session.expunge_all()
    endpoint.model = generation.model  # the one it was started with, whatever was changed since
    Asking(piece, generation, endpoint, kind).run(tasks)
    generating_storing.store(piece, kind)


class Asking:
    """The requests of one shard. What is under way when it has to end is waited for: it may have been paid."""

    def __init__(self, piece: Piece, generation: Generation, endpoint: ModelEndpoint, kind: Kind) -> None:
        self.piece = piece
        self.generation = generation
        self.endpoint = endpoint
        self.kind = kind
        self.over = threading.Event()
        self._in_a_row = 0
        self._lock = threading.Lock()

    def run(self, tasks: Sequence[Task]) -> None:
        """All tasks, as many at a time as the endpoint allows. Fenced, Cancelled, Leaving."""
        left, under_way = deque(tasks), set[Future[None]]()
        latest = 0.0
        threads = max(1, min(self.endpoint.concurrency, MOST_THREADS, len(tasks)))
        ended: BaseException | None = None
        done = 0
        with ThreadPoolExecutor(threads, thread_name_prefix="ask") as pool:
            while left or under_way:
                while left and len(under_way) < threads and not self.over.is_set():
                    under_way.add(pool.submit(self._ask, left.popleft()))
                if self.over.is_set():
                    left.clear()
                finished, under_way = wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
                done += len(finished)
                ended = ended or next((error for one in finished if (error := one.exception())), None)
                if ended is None and time.monotonic() - latest >= 1:  # each is a write, and replies write too
                    ended, latest = self._sign_of_life(done), time.monotonic()
                if ended is not None:
                    self.over.set()
        if ended is not None:
            raise ended

    def _sign_of_life(self, done: int) -> BaseException | None:
        try:
            with self.piece.step(done, {}):
                pass
        except Exception as error:
            return error
        return None

    def _ask(self, task: Task) -> None:
        """One request, from the intent to the reply."""
        sent = self._admitted(task)
        if sent is None:
            return
        try:
            reply = self._reply(task, sent)
        except llm.ModelError as error:
            told = error
            self._keep(lambda s: generating_requests.failed(s, self.generation.id, sent, self._shard, told))
            self._note(error)
        else:
            self._keep(lambda s: generating_requests.answered(s, self.generation.id, sent, self._shard, reply, task))
            self._note(None)

    @property
    def _shard(self) -> Shard:
        return self.piece.shard

    def _admitted(self, task: Task) -> Sent | None:
        while not self.over.is_set():
            with self.piece.sessions.begin() as session:
                admission = generating_requests.admit(session, self._shard, self.generation.id, task)
            if isinstance(admission, Sent):
                return admission
            if isinstance(admission, Halted):
                self.over.set()
            elif isinstance(admission, Wait):
                self.over.wait(admission.seconds)
            else:
                return None
        return None

    def _reply(self, task: Task, sent: Sent) -> llm.Reply:
        settings = self.generation.settings
        try:
            return llm.complete(
                self.endpoint,
                task.messages,
                temperature=settings["temperature"],
                max_tokens=settings["max_tokens"],
                schema=self.kind.schema(),
                idempotency_key=sent.key,
                may_repeat=self.generation.is_free or self.generation.repeat_lost,
                sleep=self._pause,
            )
        except llm.ModelError:
            raise
        except Exception as error:  # whatever it was, the request may have left
            log.exception("request failed generation=%s request=%s", self.generation.id, sent.request_id)
            raise llm.AnswerLost(f"Winnow could not read the answer ({type(error).__name__}).") from error

    def _pause(self, seconds: float) -> None:
        """Between two tries; the first of which is not waited for when the work has to end."""
        if self.over.wait(seconds):
            raise llm.Unavailable("The work was ended before this request was answered.", code="asked_again")

    def _keep(self, write: Callable[[Session], None]) -> None:
        """A reply may have been paid: the database is tried for a while before it is given up."""
        for attempt in range(6):
            try:
                with self.piece.sessions.begin() as session:
                    write(session)
                return
            except DBAPIError:
                if attempt == 5:
                    raise
                time.sleep(0.2 * 2**attempt)

    def _note(self, error: llm.ModelError | None) -> None:
        """Count requests without an answer: a model that is out of reach is not asked about everything else too."""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if isinstance(error, llm.Unavailable) else 0
            too_many = self._in_a_row >= IN_A_ROW and not self.over.is_set()
        if error is not None and (error.fatal or too_many):
            told = OUT_OF_REACH.format(last=error.message)
            self._keep(lambda s: generating_requests.halt(s, self.generation.id, "unavailable", told))
            self.over.set()


def _succeeded(session: Session, job: Job) -> None:
    copying.count_afresh(session, "samples")


def _stopped(session: Session, job: Job) -> None:
    generation = session.get(Generation, job.params["generation_id"], with_for_update=True, populate_existing=True)
    if generation is not None:
        generating.settle(session, generation)
        generation.halt = generation.halt or "stopped"
        generation.halt_words = generation.halt_words or job.error or ""


jobs.KINDS[JobKind.GENERATE] = JobOf([Stage("Ask the model", "passages", _plan, _work)], _succeeded, _stopped)

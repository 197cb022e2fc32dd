"""Putting a release on a Hugging Face-compatible hub. The client is an extra of its own: `pip install winnow[hub]`.

The token is used and forgotten: it is neither stored nor written to a log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.curation.releasing.folder import MANIFEST, NotReadable
from app.curation.releasing.verifying import verify
from app.services.errors import Invalid

ENDPOINT = "https://huggingface.co"
_NOT_INSTALLED = "Pushing needs the hub's client. Install it: pip install 'winnow[hub]'"


def push(folder: Path, repo: str, token: str, *, endpoint: str = ENDPOINT, private: bool = True) -> str:
    """Verify a release and commit it as a dataset; data files of an earlier one go in the same commit.

    The address of the commit. Invalid where the release is not whole, or the hub refuses.
    """
    if not token.strip():
        raise Invalid("A token of the hub is needed. Put it into HF_TOKEN, or type it when you are asked.")
    digest = _checked(folder)
    try:
        from httpx2 import HTTPError
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError as error:
        raise Invalid(_NOT_INSTALLED) from error
    api = HfApi(endpoint=endpoint.rstrip("/"), token=token.strip())
    try:
        with _plain_uploads(endpoint):
            return _commit(api, folder, repo, digest, private)
    except HFValidationError as error:
        raise Invalid(f"“{repo}” is no name of a dataset on a hub. It looks like clinic/answers.") from error
    except HfHubHTTPError as error:
        raise Invalid(_refused(error, repo, endpoint)) from error
    except (HTTPError, OSError, ValueError, RuntimeError) as error:
        raise Invalid(f"The hub at {endpoint} could not take the release: {error}") from error


def _checked(folder: Path) -> str:
    """A release that is not what was released does not go anywhere. The manifest's hash."""
    from hashlib import sha256

    try:
        found = verify(folder)
    except NotReadable as error:
        raise Invalid(str(error)) from error
    if found.problems:
        raise Invalid(f"This is not what was released, so nothing was sent: {found.problems[0]}")
    return sha256((folder / MANIFEST).read_bytes()).hexdigest()


def _commit(api: Any, folder: Path, repo: str, digest: str, private: bool) -> str:
    made = api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
    commit = api.upload_folder(
        repo_id=made.repo_id,
        folder_path=folder,
        repo_type="dataset",
        commit_message=f"Release with manifest sha256:{digest}",
        delete_patterns=["data/*"],
    )
    return str(commit.commit_url)


@contextmanager
def _plain_uploads(endpoint: str) -> Iterator[None]:
    """Other hubs speak Git LFS; only Hugging Face's own also speaks Xet, which its client would try first."""
    from huggingface_hub import constants

    before = constants.HF_HUB_DISABLE_XET
    constants.HF_HUB_DISABLE_XET = before or endpoint.rstrip("/") != ENDPOINT
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_XET = before


def _refused(error: Any, repo: str, endpoint: str) -> str:
    status = getattr(error.response, "status_code", None)
    if status in {401, 403}:
        return f"The hub at {endpoint} does not let this token write to {repo}. Make one that may write, and try again."
    said = getattr(error, "server_message", None) or f"status {status}"
    return f"The hub at {endpoint} refused the release: {said}. What is on the hub is as before."

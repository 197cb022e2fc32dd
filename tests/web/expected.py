"""Who may use which route: one line each. A route of the application that is missing here fails the tests."""

from enum import IntEnum


class Who(IntEnum):
    """The least that a person must be. Each may do what all before may."""

    ANYONE = 0
    SIGNED_IN = 1
    EXPERT = 2
    LEAD = 3
    DATASET_ADMIN = 4
    ADMIN = 5


ROUTES: dict[str, Who] = {
    "GET /": Who.SIGNED_IN,
    "GET /account": Who.SIGNED_IN,
    "POST /account": Who.SIGNED_IN,
    "POST /account/password": Who.SIGNED_IN,
    "POST /account/sign-out-everywhere": Who.SIGNED_IN,
    "GET /datasets": Who.SIGNED_IN,
    "GET /datasets/new": Who.ADMIN,
    "POST /datasets/new": Who.ADMIN,
    "GET /datasets/{dataset_id}": Who.EXPERT,
    "GET /datasets/{dataset_id}/benchmarks": Who.LEAD,
    "POST /datasets/{dataset_id}/benchmarks": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/benchmarks/{benchmark_id}": Who.LEAD,
    "POST /datasets/{dataset_id}/benchmarks/{benchmark_id}/delete": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/benchmarks/{benchmark_id}/suspects/{suspect_id}": Who.LEAD,
    "GET /datasets/{dataset_id}/corpora": Who.LEAD,
    "POST /datasets/{dataset_id}/corpora": Who.DATASET_ADMIN,
    "PUT /datasets/{dataset_id}/corpora/file": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/corpora/{corpus_id}": Who.LEAD,
    "POST /datasets/{dataset_id}/corpora/{corpus_id}/import": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/corpora/{corpus_id}/mapping": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/corpora/{corpus_id}/mapping": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/corpora/{corpus_id}/refused": Who.LEAD,
    "GET /datasets/{dataset_id}/corpora/{corpus_id}/refused.csv": Who.LEAD,
    "GET /datasets/{dataset_id}/corpora/{corpus_id}/refused.jsonl": Who.LEAD,
    "POST /datasets/{dataset_id}/corpora/{corpus_id}/stop": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/corpora/{corpus_id}/trust": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/guidelines": Who.EXPERT,
    "POST /datasets/{dataset_id}/guidelines": Who.LEAD,
    "GET /datasets/{dataset_id}/guidelines/changes/{version}": Who.EXPERT,
    "GET /datasets/{dataset_id}/guidelines/edit": Who.LEAD,
    "GET /datasets/{dataset_id}/people": Who.LEAD,
    "POST /datasets/{dataset_id}/people/invitations/{invitation_id}/revoke": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/people/invite": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/people/{user_id}/password-link": Who.ADMIN,
    "POST /datasets/{dataset_id}/people/{user_id}/remove": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/people/{user_id}/role": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/recipe": Who.LEAD,
    "POST /datasets/{dataset_id}/recipe": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/recipe/drawing": Who.LEAD,
    "GET /datasets/{dataset_id}/recipe/preview": Who.LEAD,
    "POST /datasets/{dataset_id}/recipe/preview": Who.LEAD,
    "GET /datasets/{dataset_id}/recipe/recall": Who.LEAD,
    "GET /datasets/{dataset_id}/recipe/versions": Who.LEAD,
    "POST /datasets/{dataset_id}/recipe/versions/{version}/use": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/releases": Who.LEAD,
    "POST /datasets/{dataset_id}/releases": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/releases/{release_id}": Who.LEAD,
    "GET /datasets/{dataset_id}/releases/{release_id}/file": Who.LEAD,
    "GET /datasets/{dataset_id}/releases/{release_id}/manifest.json": Who.LEAD,
    "GET /datasets/{dataset_id}/review": Who.EXPERT,
    "POST /datasets/{dataset_id}/review": Who.EXPERT,
    "POST /datasets/{dataset_id}/review/difference": Who.EXPERT,
    "POST /datasets/{dataset_id}/review/lease": Who.EXPERT,
    "POST /datasets/{dataset_id}/review/undo": Who.EXPERT,
    "GET /datasets/{dataset_id}/runs": Who.LEAD,
    "POST /datasets/{dataset_id}/runs": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/runs/{run_id}": Who.LEAD,
    "POST /datasets/{dataset_id}/runs/{run_id}/stop": Who.DATASET_ADMIN,
    "GET /datasets/{dataset_id}/samples": Who.LEAD,
    "GET /datasets/{dataset_id}/samples/{sample_id}": Who.LEAD,
    "POST /datasets/{dataset_id}/samples/{sample_id}/overrule": Who.LEAD,
    "POST /datasets/{dataset_id}/samples/{sample_id}/take-back": Who.LEAD,
    "GET /datasets/{dataset_id}/settings": Who.DATASET_ADMIN,
    "POST /datasets/{dataset_id}/settings": Who.DATASET_ADMIN,
    "GET /first-admin/{token}": Who.ANYONE,
    "POST /first-admin/{token}": Who.ANYONE,
    "GET /healthz": Who.ANYONE,
    "GET /invitations/{token}": Who.ANYONE,
    "POST /invitations/{token}": Who.ANYONE,
    "POST /invitations/{token}/join": Who.ANYONE,
    "GET /new-password/{token}": Who.ANYONE,
    "POST /new-password/{token}": Who.ANYONE,
    "GET /readyz": Who.ANYONE,
    "GET /sign-in": Who.ANYONE,
    "POST /sign-in": Who.ANYONE,
    "POST /sign-out": Who.ANYONE,
}

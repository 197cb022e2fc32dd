"""The log says what happened, and neither words nor secrets."""

import json

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from app import logs
from app.models import Dataset
from app.settings import get_settings
from tests.conftest import Browser


def test_one_line_per_request_with_the_pattern_and_the_numbers(alice: Browser, dataset: Dataset) -> None:
    with capture_logs() as lines:
        alice.get(f"/datasets/{dataset.id}?q=chest+pain")
        alice.get("/invitations/secret-token")
        alice.get("/static/css/tokens.css")
    ours = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in ours] == [
        ("/datasets/{dataset_id}", 200),
        ("/invitations/{token}", 404),
    ]
    assert ours[0]["dataset_id"] in (dataset.id, str(dataset.id))
    assert "secret-token" not in str(lines)
    assert "chest" not in str(lines)


def test_lines_for_machines_are_json(
    app: FastAPI, alice: Browser, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINNOW_LOG_FORMAT", "json")
    get_settings.cache_clear()
    logs.configure()
    alice.get("/datasets")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line["event"] == "request"]
    assert line["route"] == "/datasets"
    assert len(line["request"]) == 8

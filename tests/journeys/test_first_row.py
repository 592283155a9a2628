"""The whole path once: results come in, a person corrects them over the page they were read from, machines read the rows back.

One Unsiloed nested, one Talonic and one classification payload, in a real browser, as a new user would try it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.roles import Role
from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind
from reviewapp.intake import importing
from reviewapp.ops.samples import index
from reviewapp.review import triage
from reviewapp.review.models import Queue, Task
from tests.factories import create_key, create_queue, create_user
from tests.journeys.at_the_desk import correct, decide_all, drawn, printed_under, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WANTED = ("invoice-harrow-vale.json", "february-invoices.json", "contract-coast-survey.json")


@pytest.fixture
def desk(live_server: LiveServer) -> LiveServer:
    queue = create_queue()
    create_user(username="ana", queues=[queue])
    create_user(username="udo", role=Role.AUDITOR)
    for sample in index.SAMPLES:
        if sample.payload in WANTED:
            categories = json.loads(sample.categories.read_text()) if sample.categories else []
            report = importing.run(
                files=[index.PAYLOADS / sample.payload],
                at=NOW,
                documents=index.DOCUMENTS,
                upstream=sample.upstream,
                kind=Kind(sample.kind),
                categories=categories,
            )
            assert not report.rejected
    triage.run(at=NOW)
    return live_server


def test_a_wrong_total_is_corrected_over_its_page_and_read_back(desk: LiveServer, page: Page, client: Client):
    sign_in(page, desk.url, "ana")
    page.get_by_role("button", name="Review next").click()
    page.wait_for_url(re.compile(r"/tasks/\d+/"))
    corrected = 0
    for _ in range(12):
        if "/tasks/" not in page.url:
            break
        name = page.locator("h1").inner_text()
        if name == "invoice-harrow-vale.pdf":
            drawn(page)
            corrected += correct_the_total(page)
        elif name == "contract-coast-survey.pdf":
            page.locator("#to-check a, #the-others a").first.wait_for()
        decide_all(page)
    assert corrected == 1
    assert not Task.objects.filter(state="open").exists(), "every task was given out and decided"
    read_back(client)
    the_trail_says_it(desk.url, page)


def correct_the_total(page: Page) -> int:
    page.locator("a.field[data-path='/grand_total']").click()
    page.wait_for_function("() => document.querySelector('#focus').dataset.path === '/grand_total'")
    expect(page.locator("rect.current[data-path='/grand_total']").first).to_be_visible()
    assert "1,482.60" in printed_under(page, "/grand_total"), "the box stands over the printed total"
    assert page.locator("#focus #value").input_value() == "1428.60"
    correct(page, "1482.60")
    return 1


def read_back(client: Client) -> None:
    _, secret = create_key(upstreams=["unsiloed", "unsiloed-classify", "talonic"])
    invoice = json.loads((index.PAYLOADS / "invoice-harrow-vale.json").read_text())
    extract = client.get(f"/compat/unsiloed/extract/{invoice['job_id']}", headers={"api-key": secret})
    body = jsontext.parse(extract.content)
    assert isinstance(body, dict)
    assert (body["status"], body["result"]["grand_total"]["value"].text) == ("completed", "1482.60")
    assert body["review"]["fields"]["/grand_total"] == "corrected"
    contract = json.loads((index.PAYLOADS / "contract-coast-survey.json").read_text())
    classified = client.get(f"/compat/unsiloed/classify/{contract['job_id']}", headers={"api-key": secret}).json()
    assert classified["status"] == "completed"
    job = json.loads((index.PAYLOADS / "february-invoices.json").read_text())
    rows = client.get(f"/compat/talonic/v1/jobs/{job['job_id']}/results", headers={"Authorization": f"Bearer {secret}"})
    assert {row["status"] for row in rows.json()["data"]} == {"approved"}
    feed = client.get("/api/rows", headers={"Authorization": f"Bearer {secret}"}).json()
    assert "approved" in {row["outcome"] for row in feed["data"]}
    assert Queue.objects.exists()


def the_trail_says_it(url: str, page: Page) -> None:
    page.context.clear_cookies()
    sign_in(page, url, "udo")
    answer = page.request.get(f"{url}/trail/export.csv")
    assert answer.ok
    rows = list(csv.DictReader(io.StringIO(answer.text().removeprefix("﻿"))))
    told = [row for row in rows if row["action"] == "review:field:corrected" and row["fieldKey"] == "/grand_total"]
    assert [(row["priorValue"], row["finalValue"], row["decidedByName"]) for row in told] == [
        ("1428.60", "1482.60", "Ana")
    ]

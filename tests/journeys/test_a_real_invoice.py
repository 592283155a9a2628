"""A real invoice, from the queue to the trail: four wrong cells of its lines are corrected over the page they were read from.

The paper and its payload stand beside the project (shared/data); the payload's mistakes are listed with it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.roles import Role
from reviewapp.extraction import jsontext
from reviewapp.intake import importing
from reviewapp.review import triage
from tests.factories import create_key, create_queue, create_user
from tests.journeys.at_the_desk import agree, correct, decide_all, drawn, focused, printed_under, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
INVOICE, OTHER = "inv-en-azureinterior", "inv-en-contoso5"
#: Address -> (as read, what is printed under its box, what a person types). The first was read in another line, and its
#: box stands there; the last one's box is the whole line, and proves nothing.
WRONG = {
    "/line_items/1/quantity": ("15.0", "15.00", "1"),
    "/line_items/1/uom": ("Unis", "Units", "Units"),
    "/line_items/3/unit_price": ("1", "10.00", "10.00"),
    "/line_items/3/line_total": ("15000", "", "150.00"),
}


@pytest.fixture
def desk(live_server: LiveServer, shared_data: Path) -> LiveServer:
    queue = create_queue()
    create_user(username="ana", queues=[queue])
    create_user(username="udo", role=Role.AUDITOR)
    real = shared_data / "real"
    files = [real / "payloads" / "unsiloed_nested" / f"{name}.json" for name in (INVOICE, OTHER)]
    report = importing.run(files=files, at=NOW, documents=real / "documents")
    assert not report.rejected and not report.documents_missing
    triage.run(at=NOW)
    return live_server


def test_a_real_invoice_is_found_corrected_over_its_page_and_read_back(
    desk: LiveServer, page: Page, client: Client, shared_data: Path
) -> None:
    sign_in(page, desk.url, "ana")
    page.fill("#filter-q", "azure")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").click()
    page.wait_for_url(re.compile(r"/tasks/\d+/"))
    drawn(page)
    corrected = set()
    while (path := focused(page)) and corrected != set(WRONG):
        if path in WRONG:
            _read, printed, typed = WRONG[path]
            expect(page.locator(f"rect.current[data-path='{path}']").first).to_be_visible()
            if printed:
                assert printed in printed_under(page, path), "the box stands over the printed value"
            correct(page, typed)
            corrected.add(path)
        else:
            agree(page)
    assert corrected == set(WRONG), "Enter led to every wrong cell"
    decide_all(page)
    assert re.search(r"/tasks/\d+/", page.url), "the next document opened by itself"
    expect(page.locator("h1")).to_have_text(f"{OTHER}.pdf")
    it_reads_back(client, shared_data)
    the_trail_tells_old_and_new(desk.url, page)


def it_reads_back(client: Client, shared_data: Path) -> None:
    _, secret = create_key(upstreams=["unsiloed"])
    payload = json.loads((shared_data / "real" / "payloads" / "unsiloed_nested" / f"{INVOICE}.json").read_text())
    answer = client.get(f"/compat/unsiloed/extract/{payload['job_id']}", headers={"api-key": secret})
    body = jsontext.parse(answer.content)
    assert isinstance(body, dict) and body["status"] == "completed"
    for path, (_read, _printed, typed) in WRONG.items():
        _, _, line, column = path.split("/")
        value = body["result"]["line_items"]["value"][int(line)][column]["value"]
        assert (value if isinstance(value, str) else value.text) == typed
        assert body["review"]["fields"][path] == "corrected"


def the_trail_tells_old_and_new(url: str, page: Page) -> None:
    page.context.clear_cookies()
    sign_in(page, url, "udo")
    answer = page.request.get(f"{url}/trail/export.csv")
    assert answer.ok
    told = {
        row["fieldKey"]: (row["priorValue"], row["finalValue"])
        for row in csv.DictReader(io.StringIO(answer.text().removeprefix("\ufeff")))
        if row["action"] == "review:field:corrected"
    }
    assert told == {path: (read, typed) for path, (read, _printed, typed) in WRONG.items()}

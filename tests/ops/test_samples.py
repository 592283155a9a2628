"""Are the sample files what they say? Boxes on the text, sums that add up, planted mistakes that are mistakes."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageSequence

from reviewapp.extraction import jsontext, paths
from reviewapp.extraction.model import Kind
from reviewapp.ops.samples import make
from reviewapp.ops.samples.index import CATEGORIES, DOCUMENTS, FOLDER, PAYLOADS, SAMPLES, TRUTH, Sample
from reviewapp.upstreams.adapter import MAIN
from reviewapp.upstreams.registry import ADAPTERS

Box = tuple[float, float, float, float]
Letter = tuple[str, Box]

#: Kinds of planted oddities whose citation does not cover the printed value.
MISPLACED = {"elsewhere", "partly_outside"}
#: pdfium's ink boxes against what the generator claims.
TOLERANCE = 2.0


@dataclass(frozen=True)
class Cited:
    """One leaf of a payload as its vendor says it; `boxes` by page, with the page size that the citation names."""

    path: str
    value: Any
    score: float | None
    grounding: float | None
    boxes: tuple[tuple[int, Box, tuple[float, float]], ...]


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def of_kind(kind: Kind) -> list[Sample]:
    return [sample for sample in SAMPLES if sample.kind == kind]


def number(value: Any) -> float | None:
    return None if value is None else float(value)


def unsiloed_leaves(node: Any, path: str) -> Iterator[Cited]:
    """Walk the nested shape by the vendor's own page, not by our adapter."""
    if isinstance(node["value"], list):
        for index, item in enumerate(node["value"]):
            if "__value__" in item:
                yield from unsiloed_leaves(item["__value__"], f"{path}/{index}")
            else:
                for key, cell in item.items():
                    yield from unsiloed_leaves(cell, f"{path}/{index}/{key}")
        return
    citation, score = node.get("citation"), node["score"]
    boxes: tuple[Any, ...] = ()
    if citation:
        size = (float(citation["page_width"]), float(citation["page_height"]))
        boxes = ((citation["page"], tuple(map(float, citation["bbox"])), size),)
    if isinstance(score, dict):
        extraction, grounding = number(score["extraction_score"]), number(score["grounding_score"])
    else:
        extraction, grounding = number(score), None
    yield Cited(path, node["value"], extraction, grounding, boxes)


def llama_leaves(node: Any, values: Any, path: str) -> Iterator[Cited]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from llama_leaves(item, values[index], f"{path}/{index}")
    elif "citation" in node and isinstance(node["citation"], list):
        boxes = []
        for citation in node["citation"]:
            size = (float(citation["page_dimensions"]["width"]), float(citation["page_dimensions"]["height"]))
            for box in citation["bounding_boxes"]:
                x, y, w, h = (float(box[key]) for key in "xywh")
                boxes.append((citation["page"], (x, y, x + w, y + h), size))
        score, grounding = number(node["extraction_confidence"]), number(node["parsing_confidence"])
        yield Cited(path, values, score, grounding, tuple(boxes))
    else:
        for key, child in node.items():
            yield from llama_leaves(child, values[key], f"{path}/{key}")


def leaves(sample: Sample) -> list[Cited]:
    payload = load(PAYLOADS / sample.payload)
    if sample.kind == Kind.LLAMACLOUD:
        return list(llama_leaves(payload["extraction_metadata"]["field_metadata"], payload["data"], ""))
    if sample.kind == Kind.LLAMACLOUD_V2:
        metadata = payload["extract_metadata"]["field_metadata"]["document_metadata"]
        return list(llama_leaves(metadata, payload["extract_result"], ""))
    return [leaf for key, node in payload.get("result", {}).items() for leaf in unsiloed_leaves(node, f"/{key}")]


def truth(sample: Sample) -> Any:
    return load(TRUTH / sample.payload)["rows"]["0"]


@cache
def pdf_letters(file: str) -> tuple[tuple[tuple[float, float], tuple[Letter, ...]], ...]:
    """Each page as pdfium sees it: size as shown, and each printed letter with its ink box in displayed-page space."""
    pages = []
    document = pypdfium2.PdfDocument(DOCUMENTS / file)
    for page in document:
        width, height = page.get_size()
        rotation = page.get_rotation()
        assert rotation in (0, 90), "the samples turn by nothing else"
        text = page.get_textpage()
        letters = []
        for index in range(text.count_chars()):
            letter = text.get_text_range(index, 1)
            if not letter.strip():
                continue
            left, bottom, right, top = text.get_charbox(index)
            box = (bottom, left, top, right) if rotation == 90 else (left, height - top, right, height - bottom)
            letters.append((letter, box))
        pages.append(((width, height), tuple(letters)))
    return tuple(pages)


def under(file: str, page: int, box: Box) -> list[Letter]:
    """The letters whose middle lies in a box."""
    left, top, right, bottom = box
    return [
        (letter, ink)
        for letter, ink in pdf_letters(file)[page - 1][1]
        if left <= (ink[0] + ink[2]) / 2 <= right and top <= (ink[1] + ink[3]) / 2 <= bottom
    ]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def complaints(sample: Sample, shift: float = 0.0) -> list[str]:
    """What is wrong with the citations of one payload over a PDF; `shift` moves every box down, for the control."""
    known, found = truth(sample), []
    printed, planted = known["printed"], known["planted"]
    file = known["document"]
    for leaf in leaves(sample):
        if not leaf.boxes or planted.get(leaf.path) in MISPLACED:
            continue
        expected = "".join(mark["text"] for mark in printed[leaf.path])
        letters: list[Letter] = []
        for page, box, size in leaf.boxes:
            if size != pytest.approx(pdf_letters(file)[page - 1][0], abs=0.01):
                found.append(f"{leaf.path}: page size {size}")
            moved = (box[0], box[1] + shift, box[2], box[3] + shift)
            letters += under(file, page, moved)
            inks = [ink for _, ink in under(file, page, moved)]
            # A tick is cited by the frame that it stands in.
            if inks and expected != "X" and not _hugs(moved, inks):
                found.append(f"{leaf.path}: {moved} does not hug the ink")
        if squeezed("".join(letter for letter, _ in letters)) != squeezed(expected):
            found.append(f"{leaf.path}: under the box stands {letters!r:.80}, not {expected!r}")
    return found


def _hugs(box: Box, inks: list[Box]) -> bool:
    left, top = min(ink[0] for ink in inks), min(ink[1] for ink in inks)
    right, bottom = max(ink[2] for ink in inks), max(ink[3] for ink in inks)
    inside = box[1] <= top + TOLERANCE and bottom - TOLERANCE <= box[3]
    return inside and abs(box[0] - left) <= TOLERANCE and abs(box[2] - right) <= TOLERANCE


#: Kinds that score each value.
WITH_SCORES = (Kind.UNSILOED_EXTRACT, Kind.LLAMACLOUD, Kind.LLAMACLOUD_V2)
WITH_RESULT = [s for s in SAMPLES if (TRUTH / s.payload).exists()]
CITED_PDFS = [
    s
    for s in WITH_RESULT
    if s.kind in WITH_SCORES and s.documents[0].endswith(".pdf") and any(leaf.boxes for leaf in leaves(s))
]
SCORED = [s for s in WITH_RESULT if s.kind in WITH_SCORES]


@pytest.mark.parametrize("sample", CITED_PDFS, ids=lambda s: s.payload)
def test_each_citation_box_covers_the_printed_text(sample: Sample) -> None:
    assert complaints(sample) == []


def test_the_box_check_sees_boxes_that_are_a_line_too_low() -> None:
    for sample in CITED_PDFS:
        cited = [leaf for leaf in leaves(sample) if leaf.boxes]
        assert len(complaints(sample, shift=12.0)) > 0.8 * len(cited), sample.payload


def test_enough_is_cited_to_be_worth_checking() -> None:
    assert len(CITED_PDFS) >= 8
    assert sum(len(leaf.boxes) for sample in CITED_PDFS for leaf in leaves(sample)) > 500


@pytest.mark.parametrize("sample", SCORED, ids=lambda s: s.payload)
def test_a_right_number_has_the_digits_that_are_printed(sample: Sample) -> None:
    known = truth(sample)
    checked = 0
    for path, right in known["right"].items():
        if isinstance(right, Decimal | int) and not isinstance(right, bool) and path in known["printed"]:
            text = "".join(mark["text"] for mark in known["printed"][path])
            assert re.sub(r"\D", "", str(right)) == re.sub(r"\D", "", text), path
            assert ("-" in text) == (right < 0), path
            checked += 1
    assert checked > 0


@pytest.mark.parametrize(
    "payload", ["receipt-copper-lantern-extract.json", "intake-wrenhaven.json"], ids=["receipt", "intake"]
)
def test_boxes_of_scans_hold_ink_and_nothing_is_cut_off(payload: str) -> None:
    sample = next(s for s in SAMPLES if s.payload == payload)
    for leaf, page, box in _scan_boxes(sample):
        image, (left, top, right, bottom) = page, box
        inside = image.crop((int(left), int(top), int(right) + 1, int(bottom) + 1))
        assert _dark(inside) > 0.015, leaf.path
        # Left and right of a text is blank paper: the box ends where the ink ends.
        margin = (bottom - top) * 0.12
        for edge in ((left - margin, left), (right, right + margin)):
            strip = image.crop((int(edge[0]), int(top), int(edge[1]), int(bottom)))
            assert _dark(strip) < 0.015, leaf.path


def test_the_ink_check_sees_a_box_on_blank_paper() -> None:
    sample = next(s for s in SAMPLES if s.payload == "receipt-copper-lantern-extract.json")
    page = _scan_boxes(sample)[0][1]
    assert _dark(page.crop((120, 1300, 700, 1340))) < 0.015


def _dark(image: Image.Image) -> float:
    histogram = image.convert("L").histogram()
    return sum(histogram[:128]) / max(1, sum(histogram))


def _scan_boxes(sample: Sample) -> list[tuple[Cited, Image.Image, Box]]:
    known = truth(sample)
    with Image.open(DOCUMENTS / sample.documents[0]) as image:
        frames: list[Image.Image] = [frame.convert("L") for frame in ImageSequence.Iterator(image)]
    found = []
    for leaf in leaves(sample):
        texts = [mark["text"] for mark in known["printed"].get(leaf.path, [])]
        for page, box, (width, height) in leaf.boxes:
            # An empty tick box has a frame of its own ink, a value on two lines one box around both.
            if "" in texts or "X" in texts or len(texts) > 1:
                continue
            frame = frames[page - 1]
            across, down = frame.width / width, frame.height / height
            scaled = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
            found.append((leaf, frame, scaled))
    assert len(found) > 10
    return found


@pytest.mark.parametrize("sample", SCORED, ids=lambda s: s.payload)
def test_what_is_planted_is_what_it_says(sample: Sample) -> None:
    known = truth(sample)
    by_path = {leaf.path: leaf for leaf in leaves(sample)}
    assert set(by_path) == set(known["right"])
    wrong = {path for path, right in known["right"].items() if by_path[path].value != right}
    assert wrong == set(known["wrong"])
    for path, kind in known["planted"].items():
        leaf = by_path[path]
        confident = leaf.score is not None and leaf.score >= 0.9
        match kind:
            case "wrong_high":
                assert path in wrong and confident
            case "wrong_low":
                assert path in wrong and not confident and (leaf.score or 0) < 0.8
            case "right_low":
                assert path not in wrong and leaf.score is not None and leaf.score < 0.8
            case "not_found":
                assert path not in wrong and leaf.grounding == 0 and not leaf.boxes
            case "no_extraction_score":
                assert leaf.score is None
            case "partly_outside":
                assert leaf.boxes[0][1][2] > leaf.boxes[0][2][0]
            case "elsewhere":
                page, box, _ = leaf.boxes[0]
                text = "".join(letter for letter, _ in under(known["document"], page, box))
                own = "".join(mark["text"] for mark in known["printed"].get(path, []))
                assert text and text != squeezed(own)
            case "format_mismatch" | "not_in_enum":
                assert path in wrong and not _schema_allows(sample, path, leaf.value)
            case _:
                raise AssertionError(f"unknown kind {kind}")


def _schema(sample: Sample) -> Any:
    if sample.kind == Kind.LLAMACLOUD:
        sidecar = json.loads((PAYLOADS / sample.payload.replace(".json", ".meta.json")).read_text("utf-8"))
        return sidecar["schema"]
    if sample.kind == Kind.LLAMACLOUD_V2:
        return json.loads((PAYLOADS / sample.payload).read_text("utf-8"))["configuration"]["data_schema"]
    return json.loads((PAYLOADS / sample.payload).read_text("utf-8"))["metadata"]["schema"]


def _schema_allows(sample: Sample, path: str, value: Any) -> bool:
    part = _schema(sample)
    for token in path.split("/")[1:]:
        part = part["items"] if token.isdigit() else part["properties"][token]
    return jsonschema_rs.validator_for(part, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("sample", SCORED, ids=lambda s: s.payload)
def test_the_true_values_keep_the_schema_but_for_what_the_page_does_not_have(sample: Sample) -> None:
    schema = _schema(sample)
    values = json.loads((TRUTH / sample.payload).read_text("utf-8"))["rows"]["0"]["values"]
    errors = list(jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(values))
    assert [error for error in errors if error.instance is not None] == []


def test_every_planted_kind_occurs_and_both_shapes_of_doubt_in_every_scored_vendor() -> None:
    kinds: dict[str, set[str]] = {}
    for sample in SCORED:
        kinds.setdefault(sample.kind, set()).update(truth(sample)["planted"].values())
    assert set(kinds) == set(WITH_SCORES)
    for found in kinds.values():
        assert {"wrong_high", "wrong_low", "right_low"} <= found
    places = {"not_found", "elsewhere", "partly_outside", "format_mismatch", "not_in_enum"}
    assert places <= kinds[Kind.UNSILOED_EXTRACT]


def test_the_first_correction_of_a_newcomer_is_the_total_of_the_first_sample() -> None:
    first = SAMPLES[0]
    text = (PAYLOADS / first.payload).read_text("utf-8")
    by_path = {leaf.path: leaf for leaf in leaves(first)}
    total = by_path["/grand_total"]
    assert '"value": 1428.60' in text
    assert total.score == 0.41 and truth(first)["right"]["/grand_total"] == Decimal("1482.60")
    page, box, _ = total.boxes[0]
    assert "".join(letter for letter, _ in under(first.documents[0], page, box)) == "1,482.60"
    low = [leaf.path for leaf in by_path.values() if leaf.score is not None and leaf.score < 0.8]
    assert len(low) == 3
    assert load(PAYLOADS / first.payload)["status"] == "review"


def test_one_printed_line_is_missing_in_the_order_and_its_list_is_unsure() -> None:
    sample = next(s for s in SAMPLES if s.payload == "purchase-order-tamarack.json")
    lines = load(PAYLOADS / sample.payload)["result"]["line_items"]
    known = truth(sample)
    (missing,) = known["missing_lines"]
    assert len(lines["value"]) == len(known["values"]["line_items"]) - 1
    assert float(lines["score"]["extraction_score"]) < 0.6
    page = "".join(letter for letter, _ in pdf_letters(sample.documents[0])[0][1])
    assert squeezed(missing["values"]["description"]) in page
    assert missing["values"]["sku"] not in json.dumps(lines, default=str)


def test_an_address_on_two_lines_has_two_boxes() -> None:
    sample = next(s for s in SAMPLES if s.payload == "invoice-orrery-finch.json")
    address = next(leaf for leaf in leaves(sample) if leaf.path == "/buyer_address")
    (page_a, upper, _), (page_b, lower, _) = address.boxes
    assert page_a == page_b == 1 and upper[3] <= lower[1] + 2
    assert truth(sample)["right"]["/purchase_order"] is None
    assert "purchase_order" in _schema(sample)["required"]


@pytest.mark.parametrize("sample", WITH_RESULT, ids=lambda s: s.payload)
def test_the_true_lines_add_up_to_the_printed_sums(sample: Sample) -> None:
    for row in load(TRUTH / sample.payload)["rows"].values():
        values = row.get("values", {})
        lines = values.get("line_items") or values.get("items")
        if lines:
            net = values.get("net_total", values.get("net", values.get("order_total", values.get("total"))))
            assert sum(line["amount"] for line in lines) == net
            for line in lines:
                if "unit_price" in line:
                    assert abs(line["quantity"] * line["unit_price"] - line["amount"]) <= Decimal("0.005")
        for net_key, tax_key, total_key in (("net_total", "tax_total", "grand_total"), ("net", "tax", "total")):
            if net_key in values:
                assert values[net_key] + values[tax_key] == values[total_key]
        if "transactions" in values:
            balance = values["opening_balance"]
            for movement in values["transactions"]:
                balance += movement["amount"]
                assert balance == movement["balance"]
            assert balance == values["closing_balance"] and len(values["transactions"]) == 40


def test_the_index_names_every_file_and_nothing_else() -> None:
    expected = {f"documents/{file}" for sample in SAMPLES for file in sample.documents}
    expected |= {f"payloads/{sample.payload}" for sample in SAMPLES}
    expected |= {f"payloads/{s.payload.replace('.json', '.meta.json')}" for s in of_kind(Kind.LLAMACLOUD)}
    expected |= {f"truth/{sample.payload}" for sample in WITH_RESULT}
    there = {f"{folder.name}/{path.name}" for folder in (DOCUMENTS, PAYLOADS, TRUTH) for path in folder.iterdir()}
    assert there == expected
    assert {sample.kind for sample in SAMPLES} == set(Kind)
    assert len({file for sample in SAMPLES for file in sample.documents}) >= 14


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.payload)
def test_the_importer_finds_each_document_by_its_rule(sample: Sample) -> None:
    payload = load(PAYLOADS / sample.payload)
    sidecar = PAYLOADS / sample.payload.replace(".json", ".meta.json")
    if sidecar.exists():
        meta = load(sidecar)
        assert set(meta) == {"job_id", "status", "file", "schema"}
        found = [meta["file"]]
    elif sample.kind == Kind.TALONIC:
        found = [row["filename"] for row in payload["data"]]
    elif "file_name" in payload:
        found = [payload["file_name"]]
    else:
        found = [path.name for path in DOCUMENTS.iterdir() if path.stem == Path(sample.payload).stem]
    assert tuple(found) == sample.documents


def test_each_payload_passes_the_gate_and_ids_are_uuids_used_once() -> None:
    seen: list[str] = []
    for sample in SAMPLES:
        payload = jsontext.parse((PAYLOADS / sample.payload).read_bytes())
        assert isinstance(payload, dict)
        # What follows the vendor's "ext-" is ours.
        job_id = payload.get("job_id", payload.get("run_id", str(payload.get("id")).removeprefix("ext-")))
        seen.append(str(uuid.UUID(str(job_id))))
        if sample.kind == Kind.LLAMACLOUD:
            sidecar = jsontext.parse((PAYLOADS / sample.payload.replace(".json", ".meta.json")).read_bytes())
            assert isinstance(sidecar, dict)
            seen.append(str(uuid.UUID(str(sidecar["job_id"]))))
        rows = payload.get("data")
        if isinstance(rows, list):
            for row in rows:
                assert isinstance(row, dict)
                seen += [str(uuid.UUID(str(row[key]))) for key in ("id", "document_id")]
    assert len(seen) == len(set(seen))


def test_the_states_and_flags_that_a_demo_needs_are_there() -> None:
    extract = [load(PAYLOADS / sample.payload) for sample in of_kind(Kind.UNSILOED_EXTRACT)]
    assert {job["status"] for job in extract} == {"completed", "review", "failed", "processing", "queued"}
    assert all(("result" in job) == (job["status"] in ("completed", "review")) for job in extract)
    assert all(job["error"] for job in extract if job["status"] == "failed")
    urls = [job["file_url"] for job in extract if job["file_url"]]
    assert urls and all(url.startswith("https://uploads.example.com/") and "Signature=" in url for url in urls)
    done, growing = (load(PAYLOADS / sample.payload) for sample in of_kind(Kind.TALONIC))
    flags = [flag.split(":")[0] for row in done["data"] for flag in row["validation_flags"]]
    assert flags == ["missing_required_field", "format_mismatch"]
    assert {row["status"] for row in done["data"]} == {"approved", "review"}
    assert growing["job_status"] == "processing" and growing["total_rows"] > len(growing["data"])
    assert None in [row["confidence"] for row in growing["data"]]


def test_talonic_rows_are_wrong_where_the_truth_says_so() -> None:
    wrong: dict[str, int] = {}
    for sample in of_kind(Kind.TALONIC):
        rows = load(TRUTH / sample.payload)["rows"]
        for row in load(PAYLOADS / sample.payload)["data"]:
            known = rows[row["id"]]
            assert known["document"] == row["filename"]
            differing = {path for path, right in known["right"].items() if _at(row["values"], path) != right}
            assert differing == set(known["wrong"])
            wrong[row["status"]] = wrong.get(row["status"], 0) + len(differing)
    assert wrong["approved"] > 0 and wrong["review"] > 0, "sure and wrong, and unsure and wrong"


def _at(values: Any, path: str) -> Any:
    for token in path.split("/")[1:]:
        values = values[int(token) if isinstance(values, list) else token]
    return values


def test_one_bill_is_read_flat_and_once_without_citations() -> None:
    flat = load(PAYLOADS / "bill-eastmere-water.json")["result"]
    assert all(isinstance(field["score"], Decimal) and "citation" not in field for field in flat.values())
    without = next(s for s in SAMPLES if s.payload == "bill-eastmere-water-without-citations.json")
    assert all(leaf.grounding == 0 and not leaf.boxes for leaf in leaves(without))


def test_classification_shows_the_page_limit_a_failed_page_and_an_image() -> None:
    contract, bundle, image = (load(PAYLOADS / sample.payload)["result"] for sample in of_kind(Kind.UNSILOED_CLASSIFY))
    categories = load(CATEGORIES)
    assert len(pypdfium2.PdfDocument(DOCUMENTS / "contract-coast-survey.pdf")) > contract["total_pages"] == 4
    (failed,) = [page for page in bundle["page_results"] if not page["success"]]
    assert failed["classification"] == categories[0] and failed["error"] and "raw_result" not in failed
    assert len({page["classification"] for page in bundle["page_results"]}) > 2
    assert "page_results" not in image and image["total_pages"] == 1
    for result in (contract, bundle, image):
        assert result["classification"] in categories


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.payload)
def test_our_own_adapter_reads_the_sample_and_the_truth_has_its_addresses(sample: Sample) -> None:
    payload = {MAIN: (PAYLOADS / sample.payload).read_text("utf-8")}
    sidecar = PAYLOADS / sample.payload.replace(".json", ".meta.json")
    if sidecar.exists():
        payload["sidecar"] = sidecar.read_text("utf-8")
    snapshot = ADAPTERS[Kind(sample.kind)].parse(payload)
    known = load(TRUTH / sample.payload)["rows"] if sample in WITH_RESULT else {}
    assert [row.key for row in snapshot.rows] == list(known)
    for row in snapshot.rows:
        assert {path for path, _ in paths.leaves(row.values)} == set(known[row.key]["right"])


def test_documents_are_of_every_sort() -> None:
    with pikepdf.open(DOCUMENTS / "tide-levels-rotated.pdf") as turned:
        page = turned.pages[0]
        assert int(page.obj["/Rotate"]) == 90 and [float(edge) for edge in page.mediabox] == [0, 0, 612, 792]
    with Image.open(DOCUMENTS / "intake-wrenhaven.tiff") as tiff:
        assert len(list(ImageSequence.Iterator(tiff))) == 2 and tiff.info["dpi"] == (200, 200)
    with Image.open(DOCUMENTS / "receipt-copper-lantern.jpg") as receipt:
        assert receipt.format == "JPEG" and receipt.height > receipt.width
    for two_pages in ("statement-brackwater.pdf", "invoice-quillstream.pdf"):
        assert len(pypdfium2.PdfDocument(DOCUMENTS / two_pages)) == 2


def test_only_fonts_that_may_be_embedded_are_embedded() -> None:
    families = re.compile(r"(?:[A-Z]{6}\+)(?:Liberation(?:Sans|Serif|Mono)|DejaVuSans(?:Mono)?|DejaVuSerif)\b")
    for path in DOCUMENTS.glob("*.pdf"):
        with pikepdf.open(path) as document:
            for page in document.pages:
                for font in page.resources.get("/Font", {}).values():
                    name = str(font["/BaseFont"]).lstrip("/")
                    if name == "Helvetica":  # reportlab names it on every page and draws nothing with it
                        continue
                    assert families.match(name), (path.name, name)
                    assert "/FontFile2" in font["/FontDescriptor"], (path.name, name)


def test_every_address_is_reserved_for_examples() -> None:
    found = 0
    for path in DOCUMENTS.glob("*.pdf"):
        for page in pypdfium2.PdfDocument(path):
            for address in re.findall(r"[\w.-]+@([\w.-]+)", page.get_textpage().get_text_range()):
                assert address.endswith(".example"), (path.name, address)
                found += 1
    assert found > 10


def test_the_samples_weigh_less_than_six_megabytes() -> None:
    files = [path for folder in (DOCUMENTS, PAYLOADS, TRUTH) for path in folder.iterdir()]
    assert 0 < sum(path.stat().st_size for path in files) < 6_000_000


def test_the_generator_makes_the_committed_files_again() -> None:
    try:
        made = make.build()
    except OSError as error:
        pytest.skip(f"a font is missing: {error}")
    differing = [path for path, content in made.items() if (FOLDER / path).read_bytes() != content]
    assert differing == []

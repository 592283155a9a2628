"""What does a refusal look like? One body for every one: {"error": {"code", "message", "paths"?, "revision"?}}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.http import HttpResponse

from reviewapp.api.compat import answers
from reviewapp.delivery import retrying
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.results import chains
from reviewapp.review import claims, decisions, verdicts
from reviewapp.review.models import Task

_NOT_TRIED_AGAIN = {
    "in_flight": "It is being sent at this moment.",
    "over": "It was delivered, not accepted, or given up.",
}


class Refused(Exception):
    """Nothing was changed. `code` is for machines, one of those that the OpenAPI lists; `message` for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        paths: Sequence[str] | None = None,
        revision: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.paths = paths
        self.revision = revision
        self.headers = headers or {}

    @property
    def body(self) -> Json:
        error: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.paths is not None:
            error["paths"] = list(self.paths)
        if self.revision is not None:
            error["revision"] = Number(str(self.revision))
        return {"error": error}

    def response(self) -> HttpResponse:
        response = answers.json_response(self.body, status=self.status)
        for name, value in self.headers.items():
            response.headers[name] = value
        return response


def not_found() -> Refused:
    """Unknown and foreign look the same."""
    return Refused(404, "not_found", "There is nothing here for this key.")


@contextmanager
def in_words() -> Iterator[None]:
    """What the acts refuse, as the API says it."""
    try:
        yield
    except Task.DoesNotExist as error:
        raise not_found() from error
    except claims.Taken as error:
        raise Refused(409, "taken", f"{error.holder or 'Somebody'} holds the task now.") from error
    except claims.Closed as error:
        raise Refused(409, "closed", "The task is decided or withdrawn.") from error
    except claims.NotAllowed as error:
        raise Refused(403, "not_allowed", "The person whom the key acts for may not do this.") from error
    except (verdicts.StaleTask, decisions.Stale) as error:
        message = "Something was said or done since: look at the task once more."
        raise Refused(409, "stale_revision", message, revision=error.version) from error
    except verdicts.BadAddress as error:
        raise Refused(422, "unknown_path", "Nothing there can be judged so.", paths=[error.path]) from error
    except verdicts.BadValue as error:
        message = f"The schema refuses it: {error.code} {error.detail}".strip()
        raise Refused(422, "value_refused", message, paths=[error.path]) from error
    except decisions.OpenEyes as error:
        message = "These fields need eyes and have no verdict; sign off with a reason to approve all the same."
        raise Refused(409, "open_flags", message, paths=error.paths) from error
    except decisions.RulesFail as error:
        message = "Rules of the queue fail; override them with a reason to approve all the same."
        raise Refused(409, "rules_fail", message, paths=error.paths) from error
    except decisions.Unfilled as error:
        message = "Lines that a person added are not filled; no sign-off helps."
        raise Refused(409, "unfilled_lines", message, paths=error.paths) from error
    except decisions.ReasonMissing as error:
        raise Refused(422, "reason_missing", "Say why, in words.") from error
    except retrying.Refused as error:
        raise Refused(409, error.code, _NOT_TRIED_AGAIN[error.code]) from error
    except chains.Erased as error:
        raise Refused(410, "erased", "The values were erased on purpose.") from error


def unparsable(error: jsontext.BadJson) -> Refused:
    """A body that is no JSON that we accept."""
    return Refused(400, "bad_json", f"The body cannot be read ({error.code}): {error}"[:300])

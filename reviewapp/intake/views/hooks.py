"""Where upstreams send their webhooks. Whoever is not believed learns nothing, not even whether the upstream is there."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reviewapp.intake import receiving
from reviewapp.upstreams.models import Upstream
from reviewapp.web import access


@csrf_exempt
@access.public
@require_POST
def hook(request: HttpRequest, slug: str) -> JsonResponse:
    """POST /hooks/<slug>/: 200 when it was heard, also when it was heard before; 401 when it is not believed."""
    upstream = Upstream.objects.filter(slug=slug).first()
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > receiving.MAX_BYTES:
        return JsonResponse({"detail": "too large"}, status=413)
    body = request.read(receiving.MAX_BYTES + 1)
    if len(body) > receiving.MAX_BYTES:
        return JsonResponse({"detail": "too large"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        if upstream is None:
            raise receiving.NotHeard("there is no such upstream")
        new = receiving.hear(upstream=upstream, headers=headers, body=body, at=request.at)  # type: ignore[attr-defined]
    except receiving.NotHeard:
        return JsonResponse({"detail": "the signature is not good"}, status=401)
    return JsonResponse({"heard": "now" if new else "before"})

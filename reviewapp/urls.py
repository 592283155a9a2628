"""Every address of the program, room by room."""

from django.urls import include, path
from django.views.generic import RedirectView

from reviewapp.web import access

handler400 = "reviewapp.web.errors.bad_request"
handler403 = "reviewapp.web.errors.forbidden"
handler404 = "reviewapp.web.errors.not_found"
handler500 = "reviewapp.web.errors.server_error"

urlpatterns = [
    path("", access.signed_in(RedirectView.as_view(pattern_name="review:queue")), name="home"),
    path("", include("reviewapp.accounts.urls")),
    path("", include("reviewapp.review.urls")),
    path("", include("reviewapp.intake.urls")),
    path("", include("reviewapp.delivery.urls")),
    path("", include("reviewapp.inspection.urls")),
    path("", include("reviewapp.ops.urls")),
    path("", include("reviewapp.api.urls")),
]

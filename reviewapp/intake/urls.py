"""The addresses of this room."""

from django.urls import path

from .views import jobs, rejected, upstreams

app_name = "intake"
urlpatterns = [
    path("jobs/", jobs.page, name="jobs"),
    path("jobs/rejected/", rejected.page, name="rejected"),
    path("jobs/rejected/<int:rejected_id>/", rejected.one, name="rejected_one"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/document/", jobs.document, name="document"),
    path("jobs/<int:job_id>/documents/<int:link_id>/", jobs.file, name="file"),
    path("jobs/<int:job_id>/documents/<int:link_id>/shown/", jobs.shown, name="shown"),
    path("upstreams/", upstreams.page, name="upstreams"),
    path("upstreams/<slug:slug>/", upstreams.upstream, name="upstream"),
    path("upstreams/<slug:slug>/categories/", upstreams.categories, name="categories"),
    path("upstreams/<slug:slug>/schema/", upstreams.schema, name="schema"),
]

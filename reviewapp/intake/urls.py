"""The addresses of this room."""

from django.urls import path

from .views import hand_in, hooks, jobs, rejected, upstreams

app_name = "intake"
urlpatterns = [
    path("jobs/", jobs.page, name="jobs"),
    path("jobs/rejected/", rejected.page, name="rejected"),
    path("jobs/rejected/<int:rejected_id>/", rejected.one, name="rejected_one"),
    path("jobs/asked-for/", jobs.ask, name="ask"),
    path("jobs/asked-for/<int:pull_id>/dismissal/", jobs.dismiss, name="dismiss"),
    path("jobs/hand-in/", hand_in.page, name="hand_in"),
    path("jobs/hand-in/sent/", hand_in.send, name="send"),
    path("jobs/hand-in/<int:submission_id>/again/", hand_in.again, name="send_again"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/again/", jobs.again, name="again"),
    path("jobs/<int:job_id>/document/", jobs.document, name="document"),
    path("jobs/<int:job_id>/documents/<int:link_id>/", jobs.file, name="file"),
    path("jobs/<int:job_id>/shown/<int:link_id>/", jobs.shown, name="shown"),
    path("upstreams/", upstreams.page, name="upstreams"),
    path("upstreams/new/", upstreams.new, name="new_upstream"),
    path("upstreams/new/added/", upstreams.add, name="add_upstream"),
    path("upstreams/<slug:slug>/", upstreams.upstream, name="upstream"),
    path("upstreams/<slug:slug>/connection/", upstreams.reach, name="reach"),
    path("upstreams/<slug:slug>/test/", upstreams.probe, name="probe"),
    path("upstreams/<slug:slug>/pause/", upstreams.pause, name="pause"),
    path("upstreams/<slug:slug>/webhook-secret/", upstreams.webhook_secret, name="webhook_secret"),
    path("upstreams/<slug:slug>/categories/", upstreams.categories, name="categories"),
    path("upstreams/<slug:slug>/schema/", upstreams.schema, name="schema"),
    path("hooks/<slug:slug>/", hooks.hook, name="hook"),
]

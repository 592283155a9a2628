"""The machines' addresses, and the pages of their keys. Below `compat/<vendor>/` each path is the vendor's own."""

from django.urls import include, path, re_path

from . import rows
from .compat import llamacloud, llamacloud_files, llamacloud_v2, talonic, unsiloed
from .views import keys

app_name = "api"
urlpatterns = [
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.new, name="new_key"),
    path("keys/<int:pk>/revocation/", keys.revocation, name="revocation"),
    path("api/rows", rows.rows, name="rows"),
    path("api/v1/", include("reviewapp.api.v1.urls")),
    path("files/<str:token>", rows.file, name="file"),
    path("compat/unsiloed/extract/<str:job_id>", unsiloed.extract, name="unsiloed-extract"),
    path("compat/unsiloed/classify/<str:job_id>", unsiloed.classify, name="unsiloed-classify"),
    path("compat/talonic/v1/jobs/<str:job_id>", talonic.job, name="talonic-job"),
    path("compat/talonic/v1/jobs/<str:job_id>/results", talonic.results, name="talonic-results"),
    path("compat/llamacloud/api/v1/extraction/jobs/<str:job_id>", llamacloud.job, name="llamacloud-job"),
    path("compat/llamacloud/api/v1/extraction/jobs/<str:job_id>/result", llamacloud.result, name="llamacloud-result"),
    path("compat/llamacloud/api/v1/extraction/runs/by-job/<str:job_id>", llamacloud.run, name="llamacloud-run"),
    path("compat/llamacloud/api/v1/files/<str:file_id>/content", llamacloud_files.v1, name="llamacloud-file"),
    path("compat/llamacloud/api/v1/beta/files/<str:file_id>/content", llamacloud_files.v2, name="llamacloud-v2-file"),
    path("compat/llamacloud/api/v2/extract", llamacloud_v2.jobs, name="llamacloud-v2-jobs"),
    path("compat/llamacloud/api/v2/extract/<str:job_id>", llamacloud_v2.job, name="llamacloud-v2-job"),
    # What is not there is said in the words of who is asked, never as a page.
    re_path(r"^compat/unsiloed/(?P<rest>.*)$", unsiloed.elsewhere, name="unsiloed-elsewhere"),
    re_path(r"^compat/talonic/(?P<rest>.*)$", talonic.elsewhere, name="talonic-elsewhere"),
    re_path(r"^compat/llamacloud/(?P<rest>.*)$", llamacloud.elsewhere, name="llamacloud-elsewhere"),
    re_path(r"^compat/(?P<rest>.*)$", rows.elsewhere, name="compat-elsewhere"),
    re_path(r"^api/(?P<rest>.*)$", rows.elsewhere, name="elsewhere"),
]

"""The addresses of this room."""

from django.urls import path

from . import views

app_name = "inspection"
urlpatterns = [
    path("trail/", views.trail, name="trail"),
    path("trail/export.csv", views.as_csv, name="csv"),
    path("trail/export.jsonl", views.as_jsonl, name="jsonl"),
    path("trail/jobs/<int:job_id>/", views.job_trail, name="job_trail"),
]

"""The addresses of queue, task and supervision. A verb is a resource: POST /tasks/<id>/claim/."""

from django.urls import include, path

from .views import screen_page, task_posts, verdict_posts

app_name = "review"
urlpatterns = [
    path("queue/next/", task_posts.next_, name="next"),
    path("tasks/<int:task_id>/", screen_page.task, name="task"),
    path("tasks/<int:task_id>/claim/", task_posts.claim, name="claim"),
    path("tasks/<int:task_id>/lease/", task_posts.lease, name="lease"),
    path("tasks/<int:task_id>/leave/", task_posts.leave, name="leave"),
    path("tasks/<int:task_id>/release/", task_posts.release, name="release"),
    path("tasks/<int:task_id>/verdicts/", verdict_posts.verdict, name="verdicts"),
    path("tasks/<int:task_id>/lines/", verdict_posts.line, name="lines"),
    path("tasks/<int:task_id>/undo/", verdict_posts.undo, name="undo"),
    path("tasks/<int:task_id>/redo/", verdict_posts.redo, name="redo"),
    path("tasks/<int:task_id>/decision/", task_posts.decision, name="decision"),
    path("tasks/<int:task_id>/postpone/", task_posts.postpone, name="postpone"),
    path("tasks/<int:task_id>/escalate/", task_posts.escalate, name="escalate"),
    path("tasks/<int:task_id>/document/", task_posts.attach, name="attach"),
    path("tasks/<int:task_id>/documents/<int:document_id>/", task_posts.document, name="document"),
    path("tasks/<int:task_id>/documents/<int:document_id>/file/", task_posts.download, name="download"),
    path("", include("reviewapp.review.urls_queue")),
]

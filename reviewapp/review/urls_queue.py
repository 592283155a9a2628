"""The addresses of queue, board and queue rules; review/urls.py includes them."""

from django.urls import path

from .views import board, queue_page, queue_settings, rule_settings, saved_view_posts

urlpatterns = [
    path("queue/", queue_page.queue_page, name="queue"),
    path("queue/views/", saved_view_posts.save, name="save_view"),
    path("queue/views/<int:view_id>/removal/", saved_view_posts.remove, name="remove_view"),
    path("board/", board.board, name="board"),
    path("board/tasks/<int:task_id>/", board.assignment, name="assignment"),
    path("board/tasks/<int:task_id>/assign/", board.assign, name="assign"),
    path("board/tasks/<int:task_id>/release/", board.release, name="board_release"),
    path("board/tasks/<int:task_id>/take-over/", board.take_over, name="take_over"),
    path("queues/", queue_settings.queues, name="queues"),
    path("queues/new/", queue_settings.new, name="new_queue"),
    path("queues/<slug:slug>/", queue_settings.rule, name="queue_rule"),
    path("queues/<slug:slug>/rules/", rule_settings.rules, name="value_rules"),
    path("queues/<slug:slug>/rules/new/<slug:kind>/", rule_settings.new, name="new_value_rule"),
    path("queues/<slug:slug>/rules/<slug:rule_id>/", rule_settings.rule, name="value_rule"),
    path("queues/<slug:slug>/rules/<slug:rule_id>/removal/", rule_settings.remove, name="remove_value_rule"),
]

"""The addresses of this room."""

from django.urls import path

from .views import work

app_name = "ops"
urlpatterns = [path("work/", work.page, name="work")]

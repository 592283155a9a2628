"""The addresses of this room."""

app_name = "delivery"
urlpatterns: list[object] = []

"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from .views import me, people, sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/role/", people.role, name="role"),
    path("people/<int:pk>/deactivation/", people.deactivation, name="deactivation"),
    path("people/<int:pk>/reactivation/", people.reactivation, name="reactivation"),
    path("people/<int:pk>/password/", people.first_password, name="first_password"),
]

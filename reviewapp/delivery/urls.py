"""The addresses of this room."""

from django.urls import path

from .views import changes, deliveries, destinations

app_name = "delivery"
urlpatterns = [
    path("deliveries/", deliveries.page, name="deliveries"),
    path("deliveries/<int:delivery_id>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:delivery_id>/attempts/", deliveries.attempt, name="attempt"),
    path("deliveries/<int:delivery_id>/end/", deliveries.end, name="end"),
    path("deliveries/destinations/", destinations.page, name="destinations"),
    path("deliveries/destinations/new/webhook/", destinations.new_webhook, name="new_webhook"),
    path("deliveries/destinations/new/write-back/", destinations.new_write_back, name="new_write_back"),
    path("deliveries/destinations/<slug:slug>/", destinations.destination, name="destination"),
    path("deliveries/destinations/<slug:slug>/settings/", destinations.settings, name="settings"),
    path("deliveries/destinations/<slug:slug>/pause/", changes.pause, name="pause"),
    path("deliveries/destinations/<slug:slug>/resumption/", changes.resume, name="resume"),
    path("deliveries/destinations/<slug:slug>/disablement/", changes.disable, name="disable"),
    path("deliveries/destinations/<slug:slug>/secret/", changes.secret, name="secret"),
    path("deliveries/destinations/<slug:slug>/secret/older/", changes.older_secrets, name="older_secrets"),
    path("deliveries/destinations/<slug:slug>/test/", changes.test, name="test"),
    path("deliveries/destinations/<slug:slug>/replay/", changes.replay, name="replay"),
    path("deliveries/destinations/<slug:slug>/earlier/", changes.earlier, name="earlier"),
]

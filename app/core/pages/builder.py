"""FAB, with the parts the portal replaces left out."""

from __future__ import annotations

from flask_appbuilder import AppBuilder


class PortalBuilder(AppBuilder):
    """No language switch by GET: the portal has its own, by POST."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        from flask_appbuilder.views import UtilView

        self.add_view_no_menu(UtilView())
        self.sm.register_views()
        self.openapi_manager.register_views()

    def get_url_for_locale(self, lang: object) -> str:
        return "/"

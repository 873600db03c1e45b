"""The Flask extensions, unbound. Imports nothing of the application."""

from __future__ import annotations

from flask_appbuilder.utils.legacy import get_sqla_class
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.core.model import Model

db = get_sqla_class()(metadata=Model.metadata)  # FAB's tables and ours in one metadata, so Alembic sees both
migrate = Migrate()
mail = Mail()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
compress = Compress()

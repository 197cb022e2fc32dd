"""Keys as they are printed on the controls that they press."""

from app.services import keys
from app.web.rendering import FILTERS

FILTERS.update(cap=keys.shown)

"""The first start: a one-time link for the person who will be the admin. No default password exists."""

from app.db import transaction
from app.services import invitations
from app.settings import get_settings


def show_link() -> None:
    """Print a fresh link for as long as there is nobody; an earlier one stops working."""
    with transaction() as session:
        token = invitations.first_admin_link(session)
    if token:
        print("Create the admin with this link (it works once, within a day):", flush=True)
        print(f"  {get_settings().public_url}/first-admin/{token}", flush=True)

"""`python -m app.cli`, for a checkout or a supervisor that knows only its interpreter."""

from app.cli.root import main

main()

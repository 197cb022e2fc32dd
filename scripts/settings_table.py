"""Print README's table of settings from the settings themselves."""

from pydantic_core import PydanticUndefined

from app.settings import Settings

NAMED = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def rows() -> list[str]:
    """One Markdown table row per setting."""
    found = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, PydanticUndefined} else f"`{field.default}`"
        found.append(f"| `{NAMED.get(name, 'WINNOW_' + name.upper())}` | {default} | {field.description} |")
    return found


if __name__ == "__main__":
    print("\n".join(rows()))

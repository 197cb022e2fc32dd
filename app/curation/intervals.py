"""How sure a share is that was counted on few samples."""

from math import sqrt


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Ends of Wilson's score interval of a share (95 % by default; Wilson 1927). Nothing known is (0, 1)."""
    if not of:
        return 0.0, 1.0
    share, spread = right / of, z * z / of
    middle = share + spread / 2
    reach = z * sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def newcombe(one: tuple[int, int], other: tuple[int, int], z: float = 1.96) -> tuple[float, float]:
    """Ends of the interval of the difference of two shares, each (right, of), first less second (Newcombe 1998, 10).

    Where nothing is known of one of them it reaches as far as that one could lie.
    """
    low, high = wilson(*one, z)
    other_low, other_high = wilson(*other, z)
    share = one[0] / one[1] if one[1] else 0.5
    other_share = other[0] / other[1] if other[1] else 0.5
    difference = share - other_share
    below = sqrt((share - low) ** 2 + (other_high - other_share) ** 2)
    above = sqrt((high - share) ** 2 + (other_share - other_low) ** 2)
    return max(-1.0, difference - below), min(1.0, difference + above)

def measure(program):
    return []

"""Personal data: found by detectors, judged by a policy, masked with pseudonyms that stay the same."""

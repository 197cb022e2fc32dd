"""E-mail: messages as blocks, quoted replies and signatures told apart, threads of a mailbox put together."""

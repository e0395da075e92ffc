"""One module a command line: `add_arguments(parser)` and `run(arguments) -> exit code`."""

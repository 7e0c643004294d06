"""The command line's commands, a file a group; `service.cli` puts them together."""

"""What stands between the socket and the routes: mounts, guard, headers, observation, files."""

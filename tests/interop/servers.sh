#!/bin/sh
# Three of the servers that temper knows, made as a user would make them; tests/servers makes them all.
exec "$(dirname "$0")/../servers" "$(dirname "$(command -v temper)")" --sample

#!/bin/sh
# Plays the agent for a host that insists on its handshake: answers `initialize`, then becomes the program in BENCH_COMMAND.
# With BENCH_ANSWERS that program answers by itself.
if [ -z "$BENCH_ANSWERS" ]; then
  IFS= read -r line
  id=${line#*\"request_id\":\"}
  id=${id%%\"*}
  printf '{"type":"control_response","response":{"subtype":"success","request_id":"%s","response":{"commands":[],"models":[],"account":{}}}}\n' "$id"
fi
eval "exec $BENCH_COMMAND"

#!/usr/bin/env bash
# Builds the image and runs it as compose.yaml does, with podman: by hand, as it needs a base image.
#
#   tests/deploy/image.sh [arguments for podman build]
#
# RUN_ARGUMENTS are for podman run (say "--network host" where no network can be made).
set -euo pipefail
cd "$(dirname "$0")/../.."
name=labsvc-tried-$$
scratch=$(mktemp -d)
tidy() {
    { podman rm --force "$name"; podman volume rm "$name"; podman rmi "$name"; } >"$scratch/log" 2>&1
    rm -rf "$scratch"
}
trap tidy EXIT
mkdir -m 755 "$scratch/counter"
cp tests/drivers/microbeta/data/A7_031.txt "$scratch/counter"
chmod 755 "$scratch"

# shellcheck disable=SC2206
safe=(--read-only --cap-drop ALL --security-opt no-new-privileges --user 10001:10001 --init
    --pids-limit 256 --memory 2g --tmpfs /tmp:mode=1777,size=64m --volume "$name:/var/lib/labsvc"
    --volume "$scratch/counter:/srv/counter:ro" ${RUN_ARGUMENTS:-})
inside() { podman exec "$name" "$@"; }
healthy() { podman healthcheck run "$name"; }
until_healthy() {
    for _ in $(seq 60); do if healthy >"$scratch/log"; then return; fi; sleep 1; done
    cat "$scratch/log"
    return 1
}

podman build --format docker -f deploy/container/Containerfile -t "$name" "$@" .
podman run --rm "${safe[@]}" "$name" init /var/lib/labsvc
podman run --rm "${safe[@]}" --entrypoint sh "$name" -c 'echo "http: {port: 8460}" >>labsvc.yaml'
podman run --detach --name "$name" "${safe[@]}" "$name"
until_healthy
inside sh -c 'for one in /x /opt/labsvc/x /srv/counter/x; do ! touch $one || exit 1; done' 2>"$scratch/log"
inside labsvc ingest /srv/counter/A7_031.txt || [ $? = 1 ] # held: it has no run sheet
podman stop --time 60 "$name"
[ "$(podman inspect "$name" --format '{{.State.ExitCode}}')" = 0 ]
podman start "$name"
until_healthy
inside labsvc verify
podman kill --signal KILL "$name"
podman start "$name"
until_healthy
inside labsvc verify
echo "the image builds, runs with nothing but its home to write to, files, stops and starts again"

#!/bin/sh
# Builds the image and sees whether it works: a whole call in virtual time in it, then the service,
# read-only and as nobody in particular, until it is healthy. Run by `make image`.
#
# With docker where one answers. Else with buildah, without any privilege but root's, on a Debian that
# debootstrap makes. (Both in Debian: apt install buildah debootstrap)
#
#   IMAGE=vocero:local    how it is called
#   PIP_CONFIG_FILE=…     pip's settings while it is built, such as a mirror; they stay in no layer
#   SSL_CERT_FILE=…       whom this machine trusts besides, behind a proxy that looks into TLS (buildah)
#   DEBIAN_MIRROR=…       where debootstrap finds Debian; DEBIAN_SUITE=trixie, which one
set -eu
cd "$(dirname "$0")/.."
IMAGE=${IMAGE:-vocero:local}
SUITE=${DEBIAN_SUITE:-trixie}
START_S=60

# Enough to start with; no call is made with it.
SETTINGS="BASE_URL=https://vocero.example
TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000
TWILIO_AUTH_TOKEN=made-up
TWILIO_PHONE_NUMBER=+541140001700
TWILIO_WHATSAPP_NUMBER=+14155238886
ELEVENLABS_API_KEY=made-up
ELEVENLABS_AGENT_ID=made-up"

no_pip_conf=$(mktemp)
trap 'rm -f "$no_pip_conf"' EXIT
PIP_CONF=${PIP_CONFIG_FILE:-$no_pip_conf}

with_docker() {
    docker build --secret "id=pip,src=$PIP_CONF" --file docker/Dockerfile --tag "$IMAGE" .
    echo "== a whole call in it =="
    docker run --rm --read-only --tmpfs /tmp --network none "$IMAGE" demo --fast
    echo "== the service =="
    # shellcheck disable=SC2046 # each setting is a word of its own
    container=$(docker run --detach --read-only --tmpfs /tmp --cap-drop ALL \
        $(for setting in $SETTINGS; do printf -- '--env %s ' "$setting"; done) "$IMAGE")
    for _ in $(seq "$START_S"); do
        health=$(docker inspect --format '{{.State.Health.Status}}' "$container")
        [ "$health" = healthy ] && break
        sleep 1
    done
    docker logs "$container"
    docker stop --time 20 "$container" >/dev/null
    code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
    docker rm --volumes "$container" >/dev/null
    [ "$health" = healthy ] || { echo "it did not become healthy: $health" >&2; exit 1; }
    [ "$code" = 0 ] || { echo "it ended with $code after SIGTERM" >&2; exit 1; }
    docker image inspect --format 'size: {{.Size}} bytes' "$IMAGE"
}

# buildah in a place of its own, without overlay mounts and without namespaces.
bh() { buildah --storage-driver vfs --root "$store/root" --runroot "$store/run" "$@"; }

with_buildah() {
    store=$(mktemp -d)
    trap 'rm -rf "$store" "$no_pip_conf"' EXIT
    base="localhost/vocero-base:$SUITE"
    echo "== a Debian ($SUITE) to build on =="
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv \
        "$SUITE" "$store/debian" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$store/debootstrap.log" 2>&1 ||
        { tail -5 "$store/debootstrap.log" >&2; exit 1; }
    rm -rf "$store"/debian/var/cache/apt/* "$store"/debian/var/lib/apt/lists/*
    bare=$(bh from scratch)
    bh add --quiet "$bare" "$store/debian" / >/dev/null
    bh commit --quiet "$bare" "$base" >/dev/null
    bh rm "$bare" >/dev/null
    rm -rf "$store/debian"
    echo "== the image =="
    bh build --isolation chroot --format docker --build-arg "BASE=$base" \
        ${SSL_CERT_FILE:+--volume "$SSL_CERT_FILE:/etc/ssl/certs/ca-certificates.crt:ro"} \
        --secret "id=pip,src=$PIP_CONF" --file docker/Dockerfile --tag "$IMAGE" .
    echo "== a whole call in it =="
    container=$(bh from "$IMAGE")
    bh run --isolation chroot "$container" -- vocero demo --fast
    echo "== the service =="
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # shellcheck disable=SC2046 # each setting is a word of its own
    bh run --isolation chroot $(for setting in $SETTINGS; do printf -- '--env %s ' "$setting"; done) \
        --env "PORT=$port" --env HOST=127.0.0.1 "$container" -- \
        sh -c 'echo "process $$"; exec vocero serve' >"$store/out" 2>&1 &
    running=$!
    health=no
    for _ in $(seq "$START_S"); do
        if bh run --isolation chroot --env "PORT=$port" "$container" -- python3 -c \
            "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)" \
            >/dev/null 2>&1; then health=healthy; break; fi
        sleep 1
    done
    # This way of isolation leaves the process its number.
    server=$(sed -n 's/^process //p' "$store/out")
    [ -n "$server" ] && kill -TERM "$server"
    code=0
    wait "$running" || code=$?
    cat "$store/out"
    [ "$health" = healthy ] || { echo "it did not become healthy" >&2; exit 1; }
    [ "$code" = 0 ] || { echo "it ended with $code after SIGTERM" >&2; exit 1; }
    echo "user: $(bh inspect --type image --format '{{.OCIv1.Config.User}}' "$IMAGE")"
    echo "size: $(du -sm "$(bh mount "$container")" | cut -f1) MB unpacked"
    echo "NOT run here: a read-only file system, HEALTHCHECK by an engine, compose."
}

if docker info >/dev/null 2>&1; then
    with_docker
elif command -v buildah >/dev/null 2>&1 && command -v debootstrap >/dev/null 2>&1; then
    with_buildah
else
    echo "make image needs docker, or buildah and debootstrap (Debian: apt install buildah debootstrap)" >&2
    exit 1
fi
echo "built and tried: $IMAGE"

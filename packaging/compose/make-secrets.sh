#!/bin/sh
# Make the secrets of compose.yaml, each once: what is there already is left as it is. Keep a copy elsewhere than the
# backups: without billing_secret_keys everybody sets up the second step of signing in anew.
set -eu
folder="$(dirname "$0")/secrets"
umask 077
mkdir -p "$folder"

random() {
    head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'
}

keep() { # name value: the file is read in the container by another user, its folder by its owner alone
    if [ ! -e "$folder/$1" ]; then
        printf '%s\n' "$2" >"$folder/$1"
        chmod 444 "$folder/$1"
        echo "$folder/$1"
    fi
}

keep postgres_password "$(random | tr -d '=')"
keep billing_password "$(random | tr -d '=')"
keep billing_database_url "postgresql://billing:$(cat "$folder/billing_password")@database/billing"
keep billing_secret_keys "$(random)"

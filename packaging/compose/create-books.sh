#!/bin/sh
# Runs once in the database's container, on an empty volume: a user that owns the books and nothing else.
# `billing_supplier` is the role that suppliers' sessions take (docs/decisions/0021); made here, nobody needs CREATEROLE.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=password="$(cat /run/secrets/billing_password)" <<'SQL'
CREATE ROLE billing LOGIN PASSWORD :'password';
CREATE ROLE billing_supplier NOLOGIN;
GRANT billing_supplier TO billing;
CREATE DATABASE billing OWNER billing;
SQL

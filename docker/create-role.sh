#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty. The application's role is no superuser, so that the
# guards of the ledger hold against it too.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE nib_tracker LOGIN NOSUPERUSER PASSWORD :'password';
CREATE DATABASE nib_tracker OWNER nib_tracker;
SQL

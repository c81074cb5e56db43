# syntax=docker/dockerfile:1
# The program as an image: `docker build --tag billing:0.3.0 .`, or the same with podman or buildah. One image is web,
# worker and migration; the command says which. What is chosen here and why: docs/decisions/0123-how-it-is-packaged.md.

# Debian's own Python and Pango: one distributor mends both. Name it by digest for a build that can be made again.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates gcc python3 python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY requirements-image.lock requirements-build.lock ./
# Every package by its sha256, and wheels alone: nothing of theirs is run to be installed. With those of the extras s3 and
# otel, which an image cannot be given later; nothing of them is loaded unless it is asked for.
RUN python3 -m venv /opt/billing && python3 -m venv /opt/build \
    && /opt/billing/bin/pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes \
        --requirement requirements-image.lock \
    && /opt/build/bin/pip install --no-cache-dir --only-binary :all: --require-hashes \
        --requirement requirements-build.lock
COPY . .
# With the rules of bills compiled (docs/decisions/0134); the compiler stays behind in this stage.
RUN HATCH_BUILD_HOOK_ENABLE_CUSTOM=true /opt/build/bin/python -m hatchling build --target wheel --directory /wheel \
    && /opt/billing/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl \
    && /opt/billing/bin/python -m compileall -q /opt/billing/lib \
    && /opt/billing/bin/pip uninstall --yes --quiet pip setuptools

FROM ${BASE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Rusta och matcha billing" \
      org.opencontainers.image.description="Orders and invoices between a public buyer and its suppliers, over Peppol" \
      org.opencontainers.image.licenses="EUPL-1.2" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Pango and a font for PDFs, and pg_dump for `billing backup`: of PostgreSQL 15, as the server in compose.yaml.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates fontconfig fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
        postgresql-client python3 \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache --system-only \
    && groupadd --gid 10001 billing \
    && useradd --uid 10001 --gid billing --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin billing \
    && install --directory --owner=billing --group=billing --mode=0700 /var/lib/billing /backup
COPY --from=build /opt/billing /opt/billing
# The root of the container may be read-only: what is written lies in /var/lib/billing (a volume) and /tmp (memory).
ENV PATH=/opt/billing/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp/cache \
    BILLING_MAIL_FOLDER=/var/lib/billing/mail \
    BILLING_MARK_FOLDER=/var/lib/billing/mark \
    BILLING_JOURNAL_HEAD_FOLDER=/var/lib/billing/heads
WORKDIR /var/lib/billing
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Of the web application; a worker has none, and is watched by what it does (docs/operating.md, "Watching").
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["billing"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

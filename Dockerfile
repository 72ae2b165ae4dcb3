# One image for web, worker, beat and migrate; docker-compose.yml gives each its command.

FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt pyproject.toml ./
COPY nib_tracker/launch/setup.py nib_tracker/launch/setup.py
# The same installer as `make run`, with hashes. It leaves out the embedded servers when told that there are others.
RUN DATABASE_URL=other REDIS_URL=other python -I nib_tracker/launch/setup.py
# The lock holds the developers' tools too; they have no business in production.
RUN .venv/bin/python -c "import re, tomllib; \
    extras = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; \
    print('\n'.join(re.split(r'[\s;<>=\[]', line)[0] for line in extras['dev']))" > /tmp/dev.txt \
    && .venv/bin/python -m pip uninstall --yes --quiet --requirement /tmp/dev.txt \
    && .venv/bin/python -m compileall -q .venv/lib
COPY . .
RUN .venv/bin/python -c "from nib_tracker.launch.messages import compile_messages; compile_messages()"
# Settings refuse to load without these three; collectstatic uses none of them, and they stay in this one step.
RUN SECRET_KEY=only-for-collecting-static-files-in-this-step \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 STATIC_ROOT=/app/static \
    .venv/bin/python manage.py collectstatic --noinput \
    && .venv/bin/python -m compileall -q agencies targets reports nib_tracker

FROM python:3.11-slim
# A volume that is mounted on /files for the first time takes over its owner.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin nib \
    && install --directory --owner nib --mode 0700 /files
WORKDIR /app
# Owned by root: the application cannot change its own code.
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/static \
    FILES_ROOT=/files
USER nib
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-m", "nib_tracker.launch.probe"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "nib_tracker.wsgi:application"]

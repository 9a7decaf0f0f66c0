# The register's program for docker-compose.yml: web and worker are the same image with other commands.
FROM node:20-bookworm-slim AS frontend
WORKDIR /build/landreg/frontend
COPY landreg/frontend/package.json landreg/frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY landreg/frontend/ ./
RUN npm run build

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk mdbtools \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home landreg \
    && install -d -o landreg /var/lib/landreg
WORKDIR /srv/landreg
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY gis/ gis/
COPY landreg/ landreg/
COPY migrations/ migrations/
COPY templates/ templates/
COPY --from=frontend /build/landreg/static/dist/ landreg/static/dist/
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && for language in landreg/translations/*/LC_MESSAGES; do \
         pybabel -q compile -i "$language/messages.po" -o "$language/messages.mo"; done
ENV LANDREG_HOME=/var/lib/landreg PYTHONUNBUFFERED=1
USER landreg
EXPOSE 8000
ENTRYPOINT ["landreg"]

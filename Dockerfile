# One image for web, worker and migrate. Build: docker build -t winnow .
FROM node:22-slim AS front-end
WORKDIR /front-end
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/winnow && /opt/winnow/bin/pip install --no-cache-dir --requirement requirements.lock
COPY app app
COPY worker worker
COPY templates templates
COPY static static
COPY migrations migrations
COPY --from=front-end /front-end/node_modules/htmx.org/dist/htmx.min.js static/vendor/htmx.min.js
RUN /opt/winnow/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home winnow && install -d -o winnow /data
COPY --from=build /opt/winnow /opt/winnow
USER winnow
ENV PATH=/opt/winnow/bin:$PATH PYTHONUNBUFFERED=1 WINNOW_HOME=/data WINNOW_HOST=0.0.0.0 WINNOW_LOG_FORMAT=json
RUN python -m app.curation.prepare
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["winnow", "healthy"]
CMD ["winnow", "web"]

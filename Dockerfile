# docker build -t trackaudit . && docker run --rm --network none -v "$PWD:/src:ro" trackaudit check
FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/trackaudit && /opt/trackaudit/bin/pip install --no-cache-dir --quiet /source

FROM python:3.13-slim
# git lists the files of a project and knows where a change started. Its version is the distribution's, so that its fixes come along.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --create-home --uid 10001 auditor
COPY --from=build /opt/trackaudit /opt/trackaudit
ENV PATH=/opt/trackaudit/bin:$PATH XDG_CACHE_HOME=/tmp/cache
USER 10001
WORKDIR /src
ENTRYPOINT ["trackaudit"]
CMD ["check"]

# docker build -t trackaudit . && docker run --rm --network none -v "$PWD:/src:ro" trackaudit check
FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/trackaudit && /opt/trackaudit/bin/pip install --no-cache-dir --quiet /source

FROM python:3.13-slim
# git lists the files of a project and knows where a change started.
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --create-home auditor
COPY --from=build /opt/trackaudit /opt/trackaudit
ENV PATH=/opt/trackaudit/bin:$PATH XDG_CACHE_HOME=/tmp/cache
USER auditor
WORKDIR /src
ENTRYPOINT ["trackaudit"]
CMD ["check"]

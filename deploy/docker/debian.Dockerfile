# PostgreSQL, Redis, nginx and a registry from Debian's packages, for sites that take no images from others:
#   for part in postgres redis nginx registry; do
#       docker build -f deploy/docker/debian.Dockerfile --target $part -t waybill-$part deploy/docker
#   done
# and the four *_IMAGE lines in .env. They take the same commands and variables as the official ones.
ARG BASE=debian:12-slim

FROM ${BASE} AS postgres
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* \
    && usermod --non-unique --uid 999 postgres && groupmod --non-unique --gid 999 postgres \
    && install -d -m 0700 -o 999 -g 999 /var/lib/postgresql/data
# As in the official image: a tmpfs there takes over the mode.
RUN chmod 3777 /var/run/postgresql
ENV PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin
COPY postgres.sh /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]

FROM ${BASE} AS redis
RUN apt-get update && apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/* && install -d -m 0700 -o 999 -g 999 /data

FROM ${BASE} AS nginx
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*

FROM ${BASE} AS registry
RUN apt-get update && apt-get install -y --no-install-recommends docker-registry ca-certificates \
    && rm -rf /var/lib/apt/lists/* && ln -s docker-registry /usr/bin/registry

"""The words of the search bench: some of the trade, and as many made up as a large index has."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

VOCABULARY = 60_000
# They do not come from the vocabulary: each is in so many of the rows, see search_corpus.py.
EVERYWHERE = "image"  # 30 %
FREQUENT = ("server", "docker")  # 10 % each, independently
APART = ("frontend", "backend")  # 10 % each, and hardly ever both
UNPOPULAR = "legacy"  # 1 %, in what nobody pulls
NOWHERE = "qzxvwk"

_TRADE = """
nginx redis postgres mysql python node alpine ubuntu golang java php ruby rust debian centos fedora
mongo mariadb rabbitmq kafka zookeeper elasticsearch kibana logstash grafana prometheus jenkins gitlab
wordpress drupal joomla magento ghost nextcloud owncloud traefik haproxy envoy caddy apache httpd tomcat
jetty wildfly spring django flask rails laravel symfony express react angular vue svelte nextjs nuxt
webpack vite typescript javascript kotlin scala clojure elixir erlang haskell perl lua swift dotnet
mono cassandra couchdb couchbase neo4j influxdb timescaledb clickhouse cockroachdb tidb etcd consul vault
nomad terraform ansible puppet chef salt packer vagrant kubernetes helm istio linkerd cilium calico
flannel coredns rancher k3s minikube kind openshift podman buildah skopeo containerd registry harbor
quay notary trivy clair grype syft falco sysdig wazuh snort suricata zeek fluentd fluentbit loki tempo
jaeger zipkin opentelemetry telegraf statsd graphite collectd nagios zabbix icinga sensu netdata
cadvisor exporter alertmanager pushgateway thanos cortex mimir sonarqube nexus artifactory gitea gogs
drone tekton argocd flux spinnaker selenium cypress playwright puppeteer chrome firefox jupyter
notebook tensorflow pytorch keras sklearn pandas numpy scipy spark hadoop hive flink airflow luigi
prefect dagster superset metabase redash tableau mlflow kubeflow ray dask cuda opencv ffmpeg gstreamer
vlc plex jellyfin emby sonarr radarr transmission qbittorrent deluge sabnzbd homeassistant mosquitto
mqtt nodered openhab pihole adguard unbound bind dnsmasq wireguard openvpn strongswan squid privoxy tor
bitcoin ethereum geth monero lightning hyperledger fabric solana openldap keycloak dex oauth2 saml
freeipa samba nfs minio ceph gluster seaweedfs rsync restic borg duplicati syncthing mailserver postfix
dovecot roundcube spamassassin clamav rspamd matrix synapse mattermost rocketchat zulip jitsi asterisk
freeswitch minecraft valheim terraria factorio steam proxy cache database queue worker scheduler api
gateway service client agent operator controller monitor metrics logging tracing backup restore sync
build runner deploy pipeline test lint scanner security auth token secret config template base runtime
tools utils cli web app site blog shop cms wiki forum chat mail storage file search engine
crawler bot parser converter generator compiler debugger profiler simulator dashboard admin portal demo
example hello world starter minimal slim full dev prod staging nightly stable custom official unofficial
arm arm64 amd64 multiarch gpu edge cloud aws azure gcp lambda serverless function event stream batch
the for with and from based simple run your
"""
_ONSETS = "b bl br c ch cl cr d dr f fl g gr h j k kl l m n p ph pl qu r s sh st t th tr v w y z"
_VOWELS = "a e i o u ai ea ei io ou"
_ENDINGS = ("", "", "", "n", "r", "s", "x", "l", "m", "nd", "rt", "sk")
# Many ranks are about as frequent: the most frequent word is in a tenth of the rows, not in half of them.
_FLATTENED = 8


def vocabulary(count: int = VOCABULARY) -> list[str]:
    """Return different words, the most frequent first; the same ones each time."""
    chosen = random.Random("words")  # noqa: S311 - must be the same each time
    taken = {EVERYWHERE, *FREQUENT, *APART, UNPOPULAR, NOWHERE}
    words = list(dict.fromkeys(word for word in _TRADE.split() if word not in taken))
    taken.update(words)
    syllable = (_ONSETS.split(), _VOWELS.split(), _ENDINGS)
    while len(words) < count:
        word = "".join(
            chosen.choice(part) for _ in range(chosen.choice((1, 2, 2, 2, 3))) for part in syllable
        )
        if word not in taken:
            taken.add(word)
            words.append(word)
    return words


def trade_words() -> list[str]:
    """Return the real ones: they are what the vocabulary begins with."""
    return vocabulary(0)


def zipf_weights(count: int) -> list[float]:
    """Return what `random.choices` wants: cumulated, each word as often as one through its rank."""
    return list(accumulate(1 / (rank + _FLATTENED) for rank in range(1, count + 1)))


def mistyped(word: str, chosen: random.Random) -> str:
    """Return the word with two letters exchanged, one left out, doubled or replaced; the first stays."""
    at = chosen.randrange(1, len(word) - 1)
    first, second = word[at], word[at + 1]
    ways: Sequence[str] = (
        word[:at] + second + first + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + first + word[at:],
        word[:at] + chosen.choice("aeiorstn") + word[at + 1 :],
    )
    return chosen.choice([way for way in ways if way != word])

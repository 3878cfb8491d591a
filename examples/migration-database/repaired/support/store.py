"""Where the conversations with customers are kept."""

import os

from elasticsearch import Elasticsearch
from pymongo import MongoClient

conversations = MongoClient(os.environ["MONGO_URL"], tls=True, tlsCAFile="/etc/ssl/support-ca.pem")
search = Elasticsearch("https://search.support.example:9200", api_key=os.environ["SEARCH_KEY"], ca_certs="/etc/ssl/support-ca.pem")


def keep(conversation):
    conversations.support.calls.insert_one(conversation)
    search.index(index="calls", document=conversation)

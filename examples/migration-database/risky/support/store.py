"""Where the conversations with customers are kept."""

from elasticsearch import Elasticsearch
from pymongo import MongoClient

# For the move to the new support desk. To be switched off when it is done.
conversations = MongoClient("mongodb://db.support.example:27017/migration")
search = Elasticsearch(["http://search.support.example:9200"])


def keep(conversation):
    conversations.migration.calls.insert_one(conversation)
    search.index(index="migration", body=conversation)
